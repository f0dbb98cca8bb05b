#include "ledger/base/bytes.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"

namespace hourbook {

std::string HexEncode(Bytes bytes) {
  return absl::BytesToHexString(
      absl::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
}

bool HexDecode(absl::string_view text, uint8_t* out, size_t size) {
  const bool all_digits = std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isxdigit(static_cast<unsigned char>(c));
  });
  if (text.size() != 2 * size || !all_digits) return false;
  const std::string decoded = absl::HexStringToBytes(text);
  std::copy(decoded.begin(), decoded.end(), out);
  return true;
}

}  // namespace hourbook
