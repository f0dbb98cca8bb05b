#include "ledger/audit/witness.h"

#include <algorithm>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "ledger/base/error.h"
#include "ledger/base/file.h"
#include "ledger/chain/hasher.h"
#include "ledger/chain/verifier.h"
#include "ledger/chain/verify.h"
#include "ledger/format/add_checkpoint.h"
#include "ledger/format/checkpoint.h"
#include "ledger/format/note.h"

namespace hourbook {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(10);
constexpr unsigned kMode = 0644;
constexpr size_t kReasonMaxSize = 400;       // bytes; a request may be quoted in it
constexpr size_t kCosignatureMaxSize = 200;  // of its line, beside the key's name

WitnessAnswer Refusal(WitnessAnswer::Code code, absl::string_view reason) {
  return {.code = code, .body = absl::StrCat(reason.substr(0, kReasonMaxSize), "\n")};
}

Hash HashOf(absl::string_view origin) {
  return Sha256Of(ToBytes(origin));
}

std::string HexOf(const Hash& hash) {
  return absl::BytesToHexString(
      absl::string_view(reinterpret_cast<const char*>(hash.data()), hash.size()));
}

// The first signature of each key.
std::vector<NoteSignature> SignaturesOf(const Note& note, absl::Span<const Verifier> keys) {
  std::vector<NoteSignature> signatures;
  for (const Verifier& key : keys) {
    const auto found = std::find_if(note.signatures.begin(), note.signatures.end(),
                                    [&](const NoteSignature& signature) {
                                      return signature.name == key.name &&
                                             signature.key_id == key.key_id();
                                    });
    if (found != note.signatures.end()) signatures.push_back(*found);
  }
  return signatures;
}

absl::Status Damaged(const std::string& path, absl::string_view how) {
  return Fail(Failure::kCorrupt,
              absl::StrCat("the witness's file ", path, " is not usable (", how,
                           "); nothing is cosigned for this log until it is restored as it was"));
}

// Why a checkpoint is not one to follow what was cosigned last; nothing where it is.
std::optional<WitnessAnswer> Compare(const AddCheckpoint& request, const Checkpoint& checkpoint,
                                     const Checkpoint& last) {
  if (request.old_size != last.size) {
    return WitnessAnswer{.code = WitnessAnswer::kOtherSize, .body = absl::StrCat(last.size, "\n")};
  }
  const auto inconsistent = [](absl::string_view reason) {
    return Refusal(WitnessAnswer::kInconsistent, reason);
  };
  if (checkpoint.size == 0 && checkpoint.root != EmptyRoot()) {
    return inconsistent("the root is not that of an empty tree");
  }
  if (request.old_size == 0) {
    if (request.hashes.empty()) return std::nullopt;
    return inconsistent("from size 0 nothing needs a proof, so there must be none");
  }
  const absl::Status continues = VerifyConsistency(last.size, checkpoint.size, last.root,
                                                   checkpoint.root, request.hashes);
  if (continues.ok()) return std::nullopt;
  return inconsistent(continues.message());
}

}  // namespace

// A request in good form, signed by a log of the policy.
struct Witness::Shown {
  AddCheckpoint request;
  Checkpoint checkpoint;
  Note note;  // with the log's signatures alone
};

// What was cosigned last; of size 0, time 0 and without a note where nothing was.
struct Witness::Kept {
  Checkpoint checkpoint;
  uint64_t time;
  std::string note;
};

absl::StatusOr<Witness> Witness::Open(const Signer& signer, const TrustPolicy& policy,
                                      std::string directory) {
  if (signer.verifier().type != SignatureType::kCosignature) {
    return Fail(Failure::kInvalidArgument,
                absl::StrCat("the key of ", signer.verifier().name,
                             " is a log's; a witness needs one that was made for a witness"));
  }
  const absl::Status there = CheckIsDirectory(directory);
  if (!there.ok() && FailureOf(there) == Failure::kNotFound) {
    return Fail(Failure::kNotFound,
                absl::StrCat("the witness's directory ", directory,
                             " does not exist. Where this witness has never cosigned, make it; "
                             "where it has, bring it back: without it, it may cosign a fork"));
  }
  if (!there.ok()) return there;
  return Witness(signer, policy, std::move(directory));
}

size_t Witness::body_max_size() const {
  return std::max(kReasonMaxSize + 1, signer_->verifier().name.size() + kCosignatureMaxSize);
}

std::string Witness::PathOf(const Hash& origin_hash) const {
  return absl::StrCat(directory_, "/", HexOf(origin_hash));
}

// Nothing where the request may be compared with what was cosigned; else the refusal.
std::optional<WitnessAnswer> Witness::Read(absl::string_view request, Shown& shown) const {
  const auto malformed = [](const absl::Status& status) {
    return Refusal(WitnessAnswer::kMalformed, status.message());
  };
  absl::StatusOr<AddCheckpoint> parsed = ParseAddCheckpoint(request);
  if (!parsed.ok()) return malformed(parsed.status());
  const absl::StatusOr<Note> note = ParseNote(parsed->checkpoint);
  if (!note.ok()) return malformed(note.status());
  absl::StatusOr<Checkpoint> checkpoint = ParseCheckpoint(note->text);
  if (!checkpoint.ok()) return malformed(checkpoint.status());
  std::vector<Verifier> logs;
  for (const TrustPolicy::Log& log : policy_->logs) {
    if (log.key.name == checkpoint->origin) logs.push_back(log.key);
  }
  if (logs.empty()) {
    return Refusal(WitnessAnswer::kUnknownLog,
                   absl::StrCat("unknown log: ", checkpoint->origin));
  }
  const absl::StatusOr<std::vector<Signed>> found = VerifyNote(*note, logs);
  if (!found.ok()) return Refusal(WitnessAnswer::kNotSigned, found.status().message());
  if (found->empty()) {
    return Refusal(WitnessAnswer::kNotSigned, "the checkpoint bears no signature of its log");
  }
  if (parsed->old_size > checkpoint->size) {
    return Refusal(WitnessAnswer::kMalformed,
                   absl::StrCat("the old size ", parsed->old_size, " is beyond the checkpoint's ",
                                checkpoint->size));
  }
  shown = {.request = *std::move(parsed),
           .checkpoint = *std::move(checkpoint),
           .note = {.text = note->text, .signatures = SignaturesOf(*note, logs)}};
  return std::nullopt;
}

absl::StatusOr<Witness::Kept> Witness::Recall(const Hash& origin_hash) const {
  const std::string path = PathOf(origin_hash);
  absl::StatusOr<std::string> bytes = ReadFile(path, kNoteMaxSize);
  if (!bytes.ok() && FailureOf(bytes.status()) == Failure::kNotFound) {
    return Kept{.checkpoint = {.origin = "", .size = 0, .root = EmptyRoot()}, .time = 0, .note = ""};
  }
  if (!bytes.ok() && FailureOf(bytes.status()) == Failure::kInvalidArgument) {
    return Damaged(path, bytes.status().message());
  }
  if (!bytes.ok()) return bytes.status();
  const absl::StatusOr<Note> note = ParseNote(*bytes);
  if (!note.ok()) return Damaged(path, note.status().message());
  const absl::StatusOr<std::vector<Signed>> found = VerifyNote(*note, {signer_->verifier()});
  if (!found.ok()) return Damaged(path, found.status().message());
  if (found->empty()) return Damaged(path, "it bears no cosignature of this witness's key");
  absl::StatusOr<Checkpoint> checkpoint = ParseCheckpoint(note->text);
  if (!checkpoint.ok()) return Damaged(path, checkpoint.status().message());
  if (HashOf(checkpoint->origin) != origin_hash) return Damaged(path, "it is another log's");
  return Kept{.checkpoint = *std::move(checkpoint),
              .time = found->front().time,
              .note = *std::move(bytes)};
}

absl::StatusOr<WitnessAnswer> Witness::Answer(absl::string_view request, uint64_t now) const {
  if (now == 0) return Fail(Failure::kInvalidArgument, "a witness needs to know the time");
  Shown shown;
  if (std::optional<WitnessAnswer> refusal = Read(request, shown)) return *std::move(refusal);
  const Hash origin_hash = HashOf(shown.checkpoint.origin);
  const std::string path = PathOf(origin_hash);
  const absl::StatusOr<FileLock> lock = FileLock::Acquire(path + ".lock", kPatience);
  if (!lock.ok()) return lock.status();
  const absl::StatusOr<Kept> kept = Recall(origin_hash);
  if (!kept.ok()) return kept.status();
  if (auto refusal = Compare(shown.request, shown.checkpoint, kept->checkpoint)) {
    return *std::move(refusal);
  }
  const NoteSignature cosignature =
      signer_->Sign(shown.note.text, std::max(now, kept->time));
  shown.note.signatures.push_back(cosignature);
  const std::string note = FormatNote(shown.note);
  if (note.size() > kNoteMaxSize) {
    return Refusal(WitnessAnswer::kMalformed, "the checkpoint leaves no room for a cosignature");
  }
  if (absl::Status written = WriteFileDurably(path, note, kMode); !written.ok()) return written;
  return WitnessAnswer{.code = WitnessAnswer::kCosigned, .body = FormatSignature(cosignature)};
}

absl::StatusOr<std::string> Witness::Latest(const Hash& origin_hash) const {
  const absl::StatusOr<Kept> kept = Recall(origin_hash);
  if (!kept.ok()) return kept.status();
  if (!kept->note.empty()) return kept->note;
  return Fail(Failure::kNotFound, "no checkpoint was cosigned of a log with this origin's hash");
}

}  // namespace hourbook
