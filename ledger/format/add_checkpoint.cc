#include "ledger/format/add_checkpoint.h"

#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "ledger/format/proof.h"
#include "ledger/format/text.h"

namespace hourbook {
namespace {

constexpr absl::string_view kOld = "old ";

absl::Status Refuse(size_t line, absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("line ", line, ": ", what));
}

}  // namespace

std::string FormatAddCheckpoint(const AddCheckpoint& request) {
  return absl::StrCat(kOld, request.old_size, "\n", FormatHashes(request.hashes), "\n",
                      request.checkpoint);
}

absl::StatusOr<AddCheckpoint> ParseAddCheckpoint(absl::string_view text) {
  if (text.size() > kAddCheckpointMaxSize) {
    return Refuse(1, absl::StrCat("the request has ", text.size(), " bytes, more than ",
                                  kAddCheckpointMaxSize));
  }
  absl::string_view first;
  if (!TakeLine(text, first) || !absl::ConsumePrefix(&first, kOld)) {
    return Refuse(1, "it begins with the word old and the old size");
  }
  const std::optional<uint64_t> old_size = ParseDecimal(first);
  if (!old_size) return Refuse(1, "not a size: a decimal number without leading zeros");
  size_t line = 2;
  absl::StatusOr<std::vector<Hash>> hashes = TakeHashes(text, line);
  if (!hashes.ok()) return hashes.status();
  if (text.empty()) return Refuse(line, "no checkpoint");
  return AddCheckpoint{.old_size = *old_size,
                       .hashes = *std::move(hashes),
                       .checkpoint = std::string(text)};
}

}  // namespace hourbook
