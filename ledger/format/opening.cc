#include "ledger/format/opening.h"

#include <optional>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "ledger/format/base64.h"
#include "ledger/format/proof.h"

namespace hourbook {
namespace {

constexpr absl::string_view kHeader = "hourbook-evidence@v1";
constexpr absl::string_view kSalt = "salt ";

absl::Status Refuse(size_t line, absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("line ", line, ": ", what));
}

}  // namespace

std::string FormatOpening(const Opening& opening) {
  return absl::StrCat(kHeader, "\n", kSalt, Base64Encode(opening.salt), "\n\n", opening.payload);
}

absl::StatusOr<Opening> ParseOpening(absl::string_view text) {
  absl::string_view line;
  if (!TakeLine(text, line) || line != kHeader) {
    return Refuse(1, absl::StrCat("an opening begins with ", kHeader));
  }
  const bool has_salt = TakeLine(text, line) && absl::ConsumePrefix(&line, kSalt);
  const std::optional<Hash> salt = has_salt ? Base64DecodeHash(line) : std::nullopt;
  if (!salt) return Refuse(2, "no salt: 32 bytes in base64");
  if (!TakeLine(text, line) || !line.empty()) {
    return Refuse(3, "not empty; an empty line is before the payload");
  }
  if (text.size() > kPayloadMaxSize) {
    return Refuse(4, absl::StrCat("the payload has ", text.size(), " bytes, more than ",
                                  kPayloadMaxSize));
  }
  return Opening{.salt = *salt, .payload = text};
}

}  // namespace hourbook
