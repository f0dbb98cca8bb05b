// Text from outside: what is UTF-8, what may be the name of a key.
#ifndef LEDGER_FORMAT_TEXT_H_
#define LEDGER_FORMAT_TEXT_H_

#include <cstddef>
#include <cstdint>
#include <optional>

#include "absl/strings/string_view.h"

namespace hourbook {

struct CodePoint {
  uint32_t value;
  size_t length;  // in bytes
};

// The code point at the front of a text; nothing where it is empty or not UTF-8 (RFC 3629: no
// overlong form, no surrogate, nothing past U+10FFFF).
std::optional<CodePoint> FirstCodePoint(absl::string_view text);

// Of Unicode's property White_Space.
bool IsSpace(uint32_t code_point);

// Below U+0020, or U+007F.
bool IsControl(uint32_t code_point);

// Whether text is UTF-8 without control characters; it may be empty.
bool IsText(absl::string_view text);

// Whether text may name a key (C2SP signed-note) and so be an origin: not empty, UTF-8, without
// spaces, plus signs and control characters.
bool IsKeyName(absl::string_view text);

// Reads a decimal number without sign or leading zeros, as C2SP's formats write sizes and indexes.
// Nothing on any other input, or beyond 2^63 - 1.
std::optional<uint64_t> ParseDecimal(absl::string_view text);

}  // namespace hourbook

#endif  // LEDGER_FORMAT_TEXT_H_
