// Fixed-size byte strings: what ids and hashes are made of.
#ifndef LEDGER_BASE_BYTES_H_
#define LEDGER_BASE_BYTES_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace hourbook {

using Bytes = absl::Span<const uint8_t>;

// A caller's 128-bit id or a party's pseudonym. All zeros means "none".
using Id = std::array<uint8_t, 16>;

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
