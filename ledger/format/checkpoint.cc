#include "ledger/format/checkpoint.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "ledger/format/base64.h"
#include "ledger/format/text.h"

namespace hourbook {
namespace {

absl::Status Refuse(size_t line, absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("checkpoint, line ", line, ": ", what));
}

}  // namespace

std::string FormatCheckpoint(const Checkpoint& checkpoint) {
  return absl::StrCat(checkpoint.origin, "\n", checkpoint.size, "\n",
                      Base64Encode(checkpoint.root), "\n");
}

absl::StatusOr<Checkpoint> ParseCheckpoint(absl::string_view text) {
  std::vector<absl::string_view> lines = absl::StrSplit(text, '\n');
  if (!lines.back().empty()) return Refuse(lines.size(), "does not end in a newline");
  lines.pop_back();
  if (lines.size() < 3) return Refuse(lines.size() + 1, "missing; there are three");
  const auto empty = std::find(lines.begin(), lines.end(), "");
  if (empty != lines.end()) {
    return Refuse(static_cast<size_t>(empty - lines.begin()) + 1, "empty");
  }
  const std::optional<uint64_t> size = ParseDecimal(lines[1]);
  if (!size) return Refuse(2, "not a size: a decimal number without leading zeros, below 2^63");
  const std::optional<Hash> root = Base64DecodeHash(lines[2]);
  if (!root) return Refuse(3, "not a root: 32 bytes in base64");
  return Checkpoint{.origin = std::string(lines[0]), .size = *size, .root = *root};
}

}  // namespace hourbook
