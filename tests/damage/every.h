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

// Bits of byte after byte of a value, in the short form one of each byte: another one with each seed, all of
// them with eight seeds in a row. All bits with an effort of eight. A sanitizer is slower still: there it is
// one bit of so many in the short form, as Every has it.
class EachByte {
 public:
  explicit EachByte(uint64_t stride_of_sanitizer)
      : every_(stride_of_sanitizer), bits_(std::clamp<uint64_t>(TestEffort(), 1, 8)) {}

  // Of the next byte.
  std::vector<unsigned> TakeBits() {
    ++bytes_;
    std::vector<unsigned> taken;
    for (unsigned i = 0; i < 8; ++i) {
      const auto bit = static_cast<unsigned>((TestSeed() + bytes_ + i) % 8);
      if (kSlower > 1 ? every_.Take() : i < bits_) taken.push_back(bit);
    }
    return taken;
  }

  // So many were taken at least: at each byte one, but for a sanitizer.
  uint64_t least() const { return kSlower > 1 ? 0 : bytes_; }

 private:
  Every every_;
  const uint64_t bits_;
  uint64_t bytes_ = 0;
};

// So many in the short form, as many times more as is asked for.
inline uint64_t AsMany(uint64_t count) { return count * TestEffort() / kSlower; }

// For the failure message of whatever depends on them.
inline std::string EffortText() {
  return "HOURBOOK_SEED=" + std::to_string(TestSeed()) + " HOURBOOK_EFFORT=" + std::to_string(TestEffort());
}

}  // namespace hourbook::damage

#endif  // TESTS_DAMAGE_EVERY_H_
