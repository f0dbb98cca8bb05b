#include "ledger/format/proof.h"

#include <optional>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "ledger/format/base64.h"
#include "ledger/format/note.h"
#include "ledger/format/text.h"

namespace hourbook {
namespace {

constexpr absl::string_view kHeader = "c2sp.org/tlog-proof@v1";
constexpr size_t kMaxSize = 2 * kNoteMaxSize;  // of the whole, extra data included

absl::Status Refuse(size_t line, absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("line ", line, ": ", what));
}

}  // namespace

bool TakeLine(absl::string_view& text, absl::string_view& line) {
  const size_t end = text.find('\n');
  if (end == absl::string_view::npos) return false;
  line = text.substr(0, end);
  text.remove_prefix(end + 1);
  return true;
}

std::string FormatHashes(absl::Span<const Hash> hashes) {
  std::string text;
  for (const Hash& hash : hashes) absl::StrAppend(&text, Base64Encode(hash), "\n");
  return text;
}

absl::StatusOr<std::vector<Hash>> TakeHashes(absl::string_view& text, size_t& line) {
  std::vector<Hash> hashes;
  absl::string_view next;
  for (; TakeLine(text, next); ++line) {
    if (next.empty()) {
      ++line;
      return hashes;
    }
    const std::optional<Hash> hash = Base64DecodeHash(next);
    if (!hash) return Refuse(line, "not a hash: 32 bytes in base64");
    if (hashes.size() == kProofMaxHashes) {
      return Refuse(line, absl::StrCat("more than ", kProofMaxHashes, " hashes"));
    }
    hashes.push_back(*hash);
  }
  return Refuse(line, "missing; an empty line ends the hashes");
}

std::string FormatProof(const Proof& proof) {
  std::string text = absl::StrCat(kHeader, "\n");
  if (!proof.extra.empty()) {
    absl::StrAppend(&text, "extra ", Base64Encode(ToBytes(proof.extra)), "\n");
  }
  absl::StrAppend(&text, "index ", proof.index, "\n", FormatHashes(proof.hashes), "\n",
                  proof.checkpoint);
  return text;
}

absl::StatusOr<Proof> ParseProof(absl::string_view text) {
  if (text.size() > kMaxSize) {
    return Refuse(1, absl::StrCat("the proof has ", text.size(), " bytes, more than ", kMaxSize));
  }
  absl::string_view next;
  if (!TakeLine(text, next) || next != kHeader) {
    return Refuse(1, absl::StrCat("a proof begins with ", kHeader));
  }
  Proof proof{};
  size_t line = 2;
  bool there = TakeLine(text, next);
  if (there && absl::ConsumePrefix(&next, "extra ")) {
    std::optional<std::string> extra = Base64Decode(next);
    if (!extra || extra->empty()) return Refuse(line, "extra data is empty or not base64");
    proof.extra = *std::move(extra);
    there = TakeLine(text, next);
    ++line;
  }
  if (!there || !absl::ConsumePrefix(&next, "index ")) return Refuse(line, "no index");
  const std::optional<uint64_t> index = ParseDecimal(next);
  if (!index) return Refuse(line, "not an index: a decimal number without leading zeros");
  proof.index = *index;
  ++line;
  absl::StatusOr<std::vector<Hash>> hashes = TakeHashes(text, line);
  if (!hashes.ok()) return hashes.status();
  proof.hashes = *std::move(hashes);
  if (text.empty()) return Refuse(line, "no checkpoint");
  proof.checkpoint = std::string(text);
  return proof;
}

}  // namespace hourbook
