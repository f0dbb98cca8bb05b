// Some of very many: what a short run tries of what a long one tries all of.
#ifndef TESTS_DAMAGE_EVERY_H_
#define TESTS_DAMAGE_EVERY_H_

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

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

// Bits of byte after byte of a value: in the short form one of each byte, or of one byte in so many, another
// one with each seed; of more bytes, and then more of each, with more effort. A sanitizer is slower still:
// there it is one bit of so many in the short form, as Every has it.
class EachByte {
 public:
  EachByte(uint64_t bytes, uint64_t stride_of_sanitizer)
      : every_(stride_of_sanitizer),
        stride_(std::max<uint64_t>(1, bytes / std::max<uint64_t>(1, TestEffort()))),
        bits_(std::clamp<uint64_t>(TestEffort() / bytes, 1, 8)) {}

  // Of the next byte.
  std::vector<unsigned> TakeBits() {
    const uint64_t byte = next_++;
    const bool is_taken = (byte + TestSeed() / 8) % stride_ == 0;
    std::vector<unsigned> taken;
    for (unsigned i = 0; i < 8; ++i) {
      const auto bit = static_cast<unsigned>((TestSeed() + byte / stride_ + i) % 8);
      if (kSlower > 1 ? every_.Take() : is_taken && i < bits_) taken.push_back(bit);
    }
    return taken;
  }

  // So many are taken at least of what went by: one of each byte, but for a sanitizer.
  uint64_t least() const { return kSlower > 1 ? 0 : next_ / stride_; }

 private:
  Every every_;
  const uint64_t stride_, bits_;
  uint64_t next_ = 0;
};

// So many in the short form, as many times more as is asked for.
inline uint64_t AsMany(uint64_t count) { return count * TestEffort() / kSlower; }

// For the failure message of whatever depends on them.
inline std::string EffortText() {
  return "HOURBOOK_SEED=" + std::to_string(TestSeed()) + " HOURBOOK_EFFORT=" + std::to_string(TestEffort());
}

}  // namespace hourbook::damage

#endif  // TESTS_DAMAGE_EVERY_H_
