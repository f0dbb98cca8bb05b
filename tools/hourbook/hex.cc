#include "tools/hourbook/hex.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"

namespace hourbook::cli {

std::string HexText(absl::Span<const uint8_t> bytes) {
  return absl::BytesToHexString(
      absl::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
}

bool ParseHex(absl::string_view text, absl::Span<uint8_t> bytes) {
  const auto is_digit = [](char c) { return absl::ascii_isxdigit(static_cast<unsigned char>(c)); };
  if (text.size() != 2 * bytes.size()) return false;
  if (!std::all_of(text.begin(), text.end(), is_digit)) return false;
  const std::string parsed = absl::HexStringToBytes(text);
  std::copy(parsed.begin(), parsed.end(), bytes.begin());
  return true;
}

bool IsZero(absl::Span<const uint8_t> bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](uint8_t byte) { return byte == 0; });
}

}  // namespace hourbook::cli
