#include "ledger/format/base64.h"

#include <algorithm>

#include "absl/strings/escaping.h"

namespace hourbook {

std::string Base64Encode(Bytes bytes) {
  return absl::Base64Escape(
      absl::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
}

std::optional<std::string> Base64Decode(absl::string_view text) {
  std::string bytes;
  // Abseil skips spaces and takes text without padding or with stray last bits.
  if (!absl::Base64Unescape(text, &bytes) || absl::Base64Escape(bytes) != text) {
    return std::nullopt;
  }
  return bytes;
}

std::optional<Hash> Base64DecodeHash(absl::string_view text) {
  constexpr size_t kTextSize = 44;  // of 32 bytes
  Hash hash;
  if (text.size() != kTextSize) return std::nullopt;
  const std::optional<std::string> bytes = Base64Decode(text);
  if (!bytes || bytes->size() != hash.size()) return std::nullopt;
  std::copy(bytes->begin(), bytes->end(), hash.begin());
  return hash;
}

}  // namespace hourbook
