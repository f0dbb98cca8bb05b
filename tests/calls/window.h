// Which of what is counted fails.
#ifndef TESTS_CALLS_WINDOW_H_
#define TESTS_CALLS_WINDOW_H_

#include <atomic>
#include <cstdint>

namespace hourbook {

// The `first`-th to the `last`-th from Open on; none where first is 0. Thread-safe, made when the program is
// compiled, and asks for no memory: memory itself is counted by one.
class Window {
 public:
  void Open(uint64_t first, uint64_t last) {
    first_ = 0;
    last_ = last;
    counted_ = 0;
    first_ = first;
  }

  // Counts one more. Whether it is in the window.
  bool Count() {
    const uint64_t number = ++counted_;
    const uint64_t first = first_;
    return first != 0 && number >= first && number <= last_;
  }

  uint64_t counted() const { return counted_; }

 private:
  std::atomic<uint64_t> counted_{0}, first_{0}, last_{0};
};

}  // namespace hourbook

#endif  // TESTS_CALLS_WINDOW_H_
