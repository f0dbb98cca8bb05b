// Ids and hashes as hexadecimal digits.
#ifndef TOOLS_HOURBOOK_HEX_H_
#define TOOLS_HOURBOOK_HEX_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace hourbook::cli {

// Lower-case digits, two a byte.
std::string HexText(absl::Span<const uint8_t> bytes);

// Fills the bytes from exactly two digits each, of either case. False, and nothing changed, where
// the text is anything else.
bool ParseHex(absl::string_view text, absl::Span<uint8_t> bytes);

bool IsZero(absl::Span<const uint8_t> bytes);

}  // namespace hourbook::cli

#endif  // TOOLS_HOURBOOK_HEX_H_
