// Base64 as C2SP's formats have it: RFC 4648, section 4, padded, and read strictly, so that no two
// texts stand for the same bytes.
#ifndef LEDGER_FORMAT_BASE64_H_
#define LEDGER_FORMAT_BASE64_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "ledger/base/bytes.h"

namespace hourbook {

std::string Base64Encode(Bytes bytes);

// Nothing unless Base64Encode makes just this text of some bytes.
std::optional<std::string> Base64Decode(absl::string_view text);

// The same, for what must be 32 bytes.
std::optional<Hash> Base64DecodeHash(absl::string_view text);

}  // namespace hourbook

#endif  // LEDGER_FORMAT_BASE64_H_
