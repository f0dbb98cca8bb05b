// Some work done again and again, each time with another of its allocations refused. For executables that link
// allocations.cc.
#ifndef TESTS_CALLS_REFUSE_EACH_H_
#define TESTS_CALLS_REFUSE_EACH_H_

#include <cstdint>
#include <new>

#include "absl/functional/function_ref.h"
#include "tests/calls/allocations.h"

namespace hourbook {

struct Refusals {
  uint64_t refused = 0;  // how many, and once more, when nothing was left to refuse
  int64_t kept = 0;      // blocks that the work left behind; under a sanitizer the sanitizer finds them
};

// With the first allocation of the work refused, with the second, and so on until there are no more. That it
// throws std::bad_alloc is right. `after` is told of which allocation it was, from 1 on, once none is refused.
inline Refusals RefuseEach(absl::FunctionRef<void()> work,
                           absl::FunctionRef<void(uint64_t allocation)> after = [](uint64_t) {}) {
  Refusals refusals;
  for (bool is_reached = true; is_reached; ++refusals.refused) {
    const uint64_t allocation = refusals.refused + 1;
    FailAllocations(allocation, allocation);
    const int64_t before = LiveAllocations();
    try {
      work();
    } catch (const std::bad_alloc&) {
    }
    refusals.kept += LiveAllocations() - before;
    is_reached = CountedAllocations() >= allocation;
    FailAllocations(0, 0);
    after(allocation);
  }
  return refusals;
}

}  // namespace hourbook

#endif  // TESTS_CALLS_REFUSE_EACH_H_
