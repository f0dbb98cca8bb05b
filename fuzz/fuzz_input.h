// Values out of a fuzzer's bytes, the same under both compilers.
#ifndef FUZZ_FUZZ_INPUT_H_
#define FUZZ_FUZZ_INPUT_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string>
#include <type_traits>

namespace hourbook::fuzz {

// Takes values from the front; zeros once the bytes have run out.
class FuzzInput {
 public:
  FuzzInput(const uint8_t* data, size_t size) : data_(data), size_(size) {}

  bool empty() const { return size_ == 0; }

  template <class T>
  T Take() {
    static_assert(std::is_trivially_copyable_v<T>);
    T value{};
    TakeBytes(&value, sizeof(value));
    return value;
  }

  // 0 to bound - 1, from one byte where that is enough.
  uint32_t Below(uint32_t bound) {
    return (bound <= 256 ? Take<uint8_t>() : Take<uint16_t>()) % bound;
  }

  // What is left, as text.
  std::string TakeRest() { return TakeText(size_); }
  // Shorter where the bytes run out.
  std::string TakeText(size_t wanted) {
    std::string text(reinterpret_cast<const char*>(data_), std::min(wanted, size_));
    data_ += text.size();
    size_ -= text.size();
    return text;
  }

  void TakeBytes(void* out, size_t wanted) {
    const size_t taken = std::min(wanted, size_);
    if (taken > 0) std::memcpy(out, data_, taken);
    data_ += taken;
    size_ -= taken;
  }

 private:
  const uint8_t* data_;
  size_t size_;
};

[[noreturn]] inline void Stop(const char* file, int line, const char* condition) {
  std::fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, condition);
  __builtin_trap();
}

// Changes a byte of what is not empty: the one at that place, counted round.
inline void Flip(std::string& bytes, size_t at, uint8_t by) {
  char& byte = bytes[at % bytes.size()];
  byte = static_cast<char>(static_cast<uint8_t>(byte) ^ by);
}

}  // namespace hourbook::fuzz

// What the target claims: stops the fuzzer with the input that shows otherwise. Always on.
#define FUZZ_CHECK(condition)                                                 \
  do {                                                                        \
    if (!(condition)) ::hourbook::fuzz::Stop(__FILE__, __LINE__, #condition); \
  } while (false)

#endif  // FUZZ_FUZZ_INPUT_H_
