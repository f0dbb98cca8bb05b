// Some of very many: what a short run tries of what a long one tries all of.
#ifndef TESTS_DAMAGE_EVERY_H_
#define TESTS_DAMAGE_EVERY_H_

#include <algorithm>
#include <cstdint>
#include <string>

#include "tests/base/effort.h"

namespace hourbook::damage {

// A sanitizer takes so many times as long.
#ifdef __SANITIZE_ADDRESS__
inline constexpr uint64_t kSlower = 16;
#else
inline constexpr uint64_t kSlower = 1;
#endif

// One of so many, another one with each seed; all of them with an effort of as many.
class Every {
 public:
  explicit Every(uint64_t stride)
      : stride_(std::max<uint64_t>(1, stride * kSlower / std::max<uint64_t>(1, TestEffort()))),
        next_(TestSeed() % stride_) {}

  bool Take() { return next_++ % stride_ == 0; }

 private:
  const uint64_t stride_;
  uint64_t next_;
};

// So many in the short form, as many times more as is asked for.
inline uint64_t AsMany(uint64_t count) { return count * TestEffort() / kSlower; }

// For the failure message of whatever depends on them.
inline std::string EffortText() {
  return "HOURBOOK_SEED=" + std::to_string(TestSeed()) + " HOURBOOK_EFFORT=" + std::to_string(TestEffort());
}

}  // namespace hourbook::damage

#endif  // TESTS_DAMAGE_EVERY_H_
