#include "ledger/engine/published.h"

#include <unistd.h>

#include <cerrno>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "ledger/base/error.h"
#include "ledger/base/file.h"
#include "ledger/chain/hasher.h"
#include "ledger/format/proof.h"
#include "ledger/format/text.h"

namespace hourbook {
namespace {

constexpr absl::string_view kHeader = "hourbook-published@v1";
constexpr unsigned kMode = 0644;
constexpr size_t kMaxSize = kNoteMaxSize + 10'000;

std::string PathIn(const std::string& ledger_directory) { return ledger_directory + "/published"; }

// Of everything else in the file. Most of it no signature covers.
std::string CheckLine(absl::string_view lines, absl::string_view note) {
  const std::string all = absl::StrCat(lines, note);
  return absl::StrCat("check ", HexEncode(Sha256Of(ToBytes(all))), "\n");
}

absl::StatusOr<Published> Parse(absl::string_view text) {
  const absl::string_view whole = text;
  const auto refuse = [](absl::string_view what) { return absl::InvalidArgumentError(what); };
  absl::string_view header, directory, previous, vkey;
  if (!TakeLine(text, header) || header != kHeader) return refuse("its first line is another");
  if (!TakeLine(text, directory) || !absl::ConsumePrefix(&directory, "directory ")) {
    return refuse("its second line does not say where");
  }
  if (!TakeLine(text, previous) || !absl::ConsumePrefix(&previous, "previous ")) {
    return refuse("its third line does not say after which size");
  }
  const std::optional<uint64_t> previous_size = ParseDecimal(previous);
  if (!previous_size) return refuse("its third line has no size");
  if (!TakeLine(text, vkey) || !absl::ConsumePrefix(&vkey, "vkey ")) {
    return refuse("its fourth line has no vkey");
  }
  const absl::string_view lines = whole.substr(0, whole.size() - text.size());
  absl::string_view check;
  if (!TakeLine(text, check) || absl::StrCat(check, "\n") != CheckLine(lines, text)) {
    return refuse("its fifth line is not the hash of the others");
  }
  absl::StatusOr<Verifier> log = ParseVkey(vkey);
  if (!log.ok()) return log.status();
  absl::StatusOr<Checkpoint> checkpoint = OpenCheckpoint(text, *log);
  if (!checkpoint.ok()) return checkpoint.status();
  return Published{.directory = std::string(directory),
                   .previous_size = *previous_size,
                   .log = *std::move(log),
                   .note = std::string(text),
                   .checkpoint = *std::move(checkpoint)};
}

}  // namespace

absl::StatusOr<std::optional<Published>> ReadPublished(const std::string& ledger_directory) {
  const std::string path = PathIn(ledger_directory);
  const absl::StatusOr<std::string> text = ReadFile(path, kMaxSize);
  if (!text.ok() && FailureOf(text.status()) == Failure::kNotFound) {
    return std::optional<Published>();
  }
  if (!text.ok()) return text.status();
  absl::StatusOr<Published> published = Parse(*text);
  if (!published.ok()) {
    return Fail(Failure::kCorrupt,
                absl::StrCat(path, " is damaged (", published.status().message(),
                             "); restore it, or forget the publication"));
  }
  return std::optional<Published>(*std::move(published));
}

absl::Status WritePublished(const std::string& ledger_directory, const Published& published) {
  if (absl::StrContains(published.directory, '\n')) {
    return Fail(Failure::kInvalidArgument, "the path of a publication cannot have a newline");
  }
  const std::string lines =
      absl::StrCat(kHeader, "\ndirectory ", published.directory, "\nprevious ", published.previous_size,
                   "\nvkey ", FormatVkey(published.log), "\n");
  return WriteFileDurably(PathIn(ledger_directory),
                          absl::StrCat(lines, CheckLine(lines, published.note), published.note), kMode);
}

namespace {

// What an operator whose ledger is behind may do; nobody else is to be sent to forget a publication.
absl::Status WithAdvice(const absl::Status& status) {
  if (status.ok() || FailureOf(status) != Failure::kBehind) return status;
  return Fail(Failure::kBehind,
              absl::StrCat(status.message(),
                           "; appending would fork what others have seen: restore the right "
                           "backup, or forget the publication and begin another"));
}

}  // namespace

absl::Status CheckHolds(const Snapshot& snapshot, const Checkpoint& checkpoint,
                        absl::string_view where) {
  if (checkpoint.size > snapshot.size()) {
    return Fail(Failure::kBehind,
                absl::StrCat("the ledger has ", snapshot.size(), " entries, but ", where,
                             " signs ", checkpoint.size, ": it was restored from an old backup, or "
                             "the checkpoint is another ledger's"));
  }
  const absl::StatusOr<Hash> root = snapshot.RootAt(checkpoint.size);
  if (!root.ok()) return root.status();
  if (*root == checkpoint.root) return absl::OkStatus();
  return Fail(Failure::kBehind,
              absl::StrCat("the ledger's first ", checkpoint.size, " entries are not those that ",
                           where, " signs: one of the two is a fork, or another ledger's"));
}

absl::StatusOr<std::vector<SignedCheckpoint>> ReadSigned(const std::string& ledger_directory) {
  absl::StatusOr<std::optional<Published>> published = ReadPublished(ledger_directory);
  if (!published.ok()) return published.status();
  std::vector<SignedCheckpoint> found;
  if (!*published) return found;
  found.push_back({std::move((*published)->checkpoint), "its last checkpoint"});
  // A publication that is out of reach, or was spoilt, must not keep the town from recording.
  const std::string path = (*published)->directory + "/checkpoint";
  const absl::StatusOr<std::string> note = ReadFile(path, kNoteMaxSize);
  if (!note.ok()) return found;
  absl::StatusOr<Checkpoint> checkpoint = OpenCheckpoint(*note, (*published)->log);
  if (checkpoint.ok()) found.push_back({*std::move(checkpoint), path});
  return found;
}

absl::Status CheckSigned(const Snapshot& snapshot, const std::vector<SignedCheckpoint>& signed_before) {
  for (const SignedCheckpoint& found : signed_before) {
    const absl::Status holds = CheckHolds(snapshot, found.checkpoint, found.where);
    if (!holds.ok()) return WithAdvice(holds);
  }
  return absl::OkStatus();
}

absl::Status ForgetPublished(const std::string& ledger_directory) {
  const std::string path = PathIn(ledger_directory);
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) {
    return SystemFailure(errno, absl::StrCat("removing ", path));
  }
  return SyncNames(ledger_directory);
}

}  // namespace hourbook
