// Fixed-size byte strings: what ids and hashes are made of.
#ifndef LEDGER_BASE_BYTES_H_
#define LEDGER_BASE_BYTES_H_

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace hourbook {

using Bytes = absl::Span<const uint8_t>;

// A caller's 128-bit id or a party's pseudonym. All zeros means "none". Compared and hashed as two
// words: the rules do little else.
struct Id : std::array<uint8_t, 16> {
  friend constexpr bool operator==(const Id& a, const Id& b) { return a.Words() == b.Words(); }
  // So many bits, soon had, that differ for most ids; whoever chooses ids can make them the same.
  constexpr size_t Bits(int count) const {
    constexpr uint64_t kGolden = 0x9e3779b97f4a7c15;  // 2^64 by the golden ratio: Fibonacci hashing
    const auto words = Words();
    return ((words.first ^ std::rotl(words.second, 32)) * kGolden) >> (64 - count);
  }
  template <typename H>
  friend H AbslHashValue(H h, const Id& id) {
    const auto words = id.Words();
    return H::combine(std::move(h), words.first, words.second);
  }

 private:
  constexpr std::pair<uint64_t, uint64_t> Words() const {
    const auto words = std::bit_cast<std::array<uint64_t, 2>>(*this);
    return {words[0], words[1]};
  }
};

// A SHA-256 value: a leaf hash, a node of the tree, a commitment.
using Hash = std::array<uint8_t, 32>;

inline constexpr Id kNoId{};

// A text's bytes, valid as long as the text.
inline Bytes ToBytes(absl::string_view text) {
  return Bytes(reinterpret_cast<const uint8_t*>(text.data()), text.size());
}

// Lower-case hexadecimal, two digits a byte.
std::string HexEncode(Bytes bytes);

// Reads exactly 2 * size hexadecimal digits of either case into out. False, with out untouched, on
// any other input.
bool HexDecode(absl::string_view text, uint8_t* out, size_t size);

}  // namespace hourbook

#endif  // LEDGER_BASE_BYTES_H_
