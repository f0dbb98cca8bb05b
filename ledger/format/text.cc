#include "ledger/format/text.h"

#include <limits>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"

namespace hourbook {
namespace {

// What the first byte of a sequence says: its length, the range of its second byte (the others
// are 0x80 to 0xbf), and the bits of the code point that it holds. Length 0: no sequence begins so.
struct Lead {
  size_t length;
  uint8_t low, high;
  uint32_t bits;
};

Lead LeadOf(uint8_t byte) {
  if (byte < 0x80) return {1, 0, 0, byte};
  if (byte >= 0xc2 && byte <= 0xdf) return {2, 0x80, 0xbf, byte & 0x1fU};
  if (byte == 0xe0) return {3, 0xa0, 0xbf, 0};
  if (byte == 0xed) return {3, 0x80, 0x9f, 0x0d};
  if (byte >= 0xe1 && byte <= 0xef) return {3, 0x80, 0xbf, byte & 0x0fU};
  if (byte == 0xf0) return {4, 0x90, 0xbf, 0};
  if (byte >= 0xf1 && byte <= 0xf3) return {4, 0x80, 0xbf, byte & 0x07U};
  if (byte == 0xf4) return {4, 0x80, 0x8f, 0x04};
  return {0, 0, 0, 0};
}

}  // namespace

std::optional<CodePoint> FirstCodePoint(absl::string_view text) {
  if (text.empty()) return std::nullopt;
  Lead lead = LeadOf(static_cast<uint8_t>(text[0]));
  if (lead.length == 0 || lead.length > text.size()) return std::nullopt;
  CodePoint first{lead.bits, lead.length};
  for (size_t i = 1; i < lead.length; ++i) {
    const auto byte = static_cast<uint8_t>(text[i]);
    if (byte < lead.low || byte > lead.high) return std::nullopt;
    first.value = first.value << 6 | (byte & 0x3fU);
    lead.low = 0x80;
    lead.high = 0xbf;
  }
  return first;
}

bool IsSpace(uint32_t c) {
  return (c >= 0x09 && c <= 0x0d) || c == 0x20 || c == 0x85 || c == 0xa0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 || c == 0x202f ||
         c == 0x205f || c == 0x3000;
}

bool IsControl(uint32_t c) { return c < 0x20 || c == 0x7f; }

bool IsText(absl::string_view text) {
  while (!text.empty()) {
    const std::optional<CodePoint> first = FirstCodePoint(text);
    if (!first || IsControl(first->value)) return false;
    text.remove_prefix(first->length);
  }
  return true;
}

bool IsKeyName(absl::string_view text) {
  if (text.empty()) return false;
  while (!text.empty()) {
    const std::optional<CodePoint> first = FirstCodePoint(text);
    if (!first || IsSpace(first->value) || IsControl(first->value) || first->value == '+') {
      return false;
    }
    text.remove_prefix(first->length);
  }
  return true;
}

std::optional<uint64_t> ParseDecimal(absl::string_view text) {
  constexpr size_t kDigits = 19;  // of 2^63 - 1
  if (text.empty() || text.size() > kDigits || (text[0] == '0' && text.size() > 1)) {
    return std::nullopt;
  }
  for (const char c : text) {
    if (!absl::ascii_isdigit(static_cast<unsigned char>(c))) return std::nullopt;
  }
  uint64_t number = 0;
  if (!absl::SimpleAtoi(text, &number)) return std::nullopt;
  if (number > static_cast<uint64_t>(std::numeric_limits<int64_t>::max())) return std::nullopt;
  return number;
}

}  // namespace hourbook
