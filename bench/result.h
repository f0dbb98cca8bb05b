// What the benchmarks of a process worked out, as one number: it shows that the work was done, and two
// builds that print the same did the same. It is the same in every smoke run, and in longer ones where
// the number of iterations is fixed; neither the order nor the thread in which it comes matters, so
// nothing that depends on the clock may be added.
#ifndef BENCH_RESULT_H_
#define BENCH_RESULT_H_

#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace hourbook::bench {

class Result {
 public:
  // Thread-safe.
  static void Add(const void* bytes, size_t size);

  template <class T>
  static void Add(const T& value) {
    static_assert(std::has_unique_object_representations_v<T>, "its bytes are not all there is to it");
    Add(&value, sizeof(value));
  }

  // Prints it on stderr, since stdout may be JSON; nothing where nothing was added, as when benchmarks are
  // only listed. That those that ran did add is for bench/smoke to see.
  static void Tell();
};

}  // namespace hourbook::bench

#endif  // BENCH_RESULT_H_
