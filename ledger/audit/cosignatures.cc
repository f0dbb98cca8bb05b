#include "ledger/audit/cosignatures.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "ledger/base/error.h"
#include "ledger/format/checkpoint.h"
#include "ledger/format/note.h"

namespace hourbook {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(10);
constexpr unsigned kMode = 0644;

std::string PathIn(const std::string& directory) { return directory + "/checkpoint"; }

absl::Status Unsound(const std::string& directory, absl::string_view what) {
  return Fail(Failure::kUnsound, absl::StrCat(PathIn(directory), ": ", what));
}

// Where the policy lists logs, one of them must have signed.
absl::Status CheckLog(const Note& note, const TrustPolicy& policy, const std::string& directory) {
  if (policy.logs.empty()) return absl::OkStatus();
  const absl::StatusOr<Checkpoint> checkpoint = ParseCheckpoint(note.text);
  if (!checkpoint.ok()) return Unsound(directory, checkpoint.status().message());
  std::vector<Verifier> logs;
  for (const TrustPolicy::Log& log : policy.logs) {
    if (log.key.name == checkpoint->origin) logs.push_back(log.key);
  }
  const absl::StatusOr<std::vector<Signed>> found = VerifyNote(note, logs);
  if (!found.ok()) return Unsound(directory, found.status().message());
  if (!found->empty()) return absl::OkStatus();
  return Unsound(directory, "no log of the policy signed it");
}

struct Cosignature {
  NoteSignature signature;
  uint64_t time;
};

// When a witness of the policy cosigned; 0 where the signature is of none.
absl::StatusOr<uint64_t> TimeOf(const NoteSignature& signature, const std::string& text,
                                const TrustPolicy& policy) {
  for (const TrustPolicy::Witness& witness : policy.witnesses) {
    const auto found = VerifyNote({.text = text, .signatures = {signature}}, {witness.key});
    if (!found.ok()) return found.status();
    if (!found->empty()) return found->front().time;
  }
  return 0;
}

absl::StatusOr<std::vector<Cosignature>> GoodOnes(const std::vector<NoteSignature>& signatures,
                                                  const std::string& text,
                                                  const TrustPolicy& policy) {
  std::vector<Cosignature> good;
  for (const NoteSignature& signature : signatures) {
    const absl::StatusOr<uint64_t> time = TimeOf(signature, text, policy);
    if (!time.ok()) return time.status();
    if (*time != 0) good.push_back({.signature = signature, .time = *time});
  }
  return good;
}

// One that is there already gives way where it is older or not good.
void Merge(const Cosignature& cosignature, const TrustPolicy& policy, Note& note) {
  const auto same = std::find_if(
      note.signatures.begin(), note.signatures.end(), [&](const NoteSignature& present) {
        return present.name == cosignature.signature.name &&
               present.key_id == cosignature.signature.key_id;
      });
  if (same == note.signatures.end()) {
    note.signatures.push_back(cosignature.signature);
    return;
  }
  const absl::StatusOr<uint64_t> time = TimeOf(*same, note.text, policy);
  if (!time.ok() || *time < cosignature.time) *same = cosignature.signature;
}

}  // namespace

absl::StatusOr<FileLock> LockCheckpoint(const std::string& directory) {
  return FileLock::AcquirePresent(PathIn(directory), kPatience);
}

absl::StatusOr<size_t> AddCosignatures(const std::string& directory, absl::string_view lines,
                                       const TrustPolicy& policy) {
  const absl::StatusOr<std::vector<NoteSignature>> signatures = ParseSignatures(lines);
  if (!signatures.ok()) {
    return Fail(Failure::kUnsound,
                absl::StrCat("the cosignatures: ", signatures.status().message()));
  }
  const absl::StatusOr<FileLock> lock = LockCheckpoint(directory);
  if (!lock.ok()) return lock.status();
  const absl::StatusOr<std::string> bytes = ReadFile(PathIn(directory), kNoteMaxSize);
  if (!bytes.ok()) return bytes.status();
  absl::StatusOr<Note> note = ParseNote(*bytes);
  if (!note.ok()) return Unsound(directory, note.status().message());
  if (absl::Status checked = CheckLog(*note, policy, directory); !checked.ok()) return checked;
  const absl::StatusOr<std::vector<Cosignature>> good = GoodOnes(*signatures, note->text, policy);
  if (!good.ok()) {
    return Unsound(directory, absl::StrCat("not cosigned so: ", good.status().message()));
  }
  if (good->empty()) {
    return Unsound(directory, "none of the signatures is of a witness of the policy");
  }
  for (const Cosignature& cosignature : *good) Merge(cosignature, policy, *note);
  const std::string merged = FormatNote(*note);
  if (note->signatures.size() > kNoteMaxSignatures || merged.size() > kNoteMaxSize) {
    return Fail(Failure::kInvalidArgument,
                absl::StrCat(PathIn(directory), " has no room for more signatures; it may have ",
                             kNoteMaxSignatures));
  }
  if (merged != *bytes) {
    if (absl::Status written = WriteFileDurably(PathIn(directory), merged, kMode); !written.ok()) {
      return written;
    }
  }
  return good->size();
}

}  // namespace hourbook
