#include "ledger/audit/make_proof.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "ledger/audit/prove_entry.h"
#include "ledger/base/error.h"
#include "ledger/chain/verify.h"
#include "ledger/engine/published.h"
#include "ledger/format/add_checkpoint.h"
#include "ledger/format/proof.h"

namespace hourbook {
absl::StatusOr<std::string> MakeInclusionProof(const Snapshot& snapshot, uint64_t index,
                                               absl::string_view note) {
  const absl::StatusOr<Checkpoint> checkpoint = ReadCheckpointOf(snapshot, note);
  if (!checkpoint.ok()) return checkpoint.status();
  if (index >= checkpoint->size) {
    return Fail(Failure::kNotFound, absl::StrCat("the checkpoint signs ", checkpoint->size,
                                                 " entries, so not yet that of index ", index,
                                                 "; publish again, or use a newer one"));
  }
  absl::StatusOr<ProvedEntry> proved = ProveEntry(snapshot, *checkpoint, index);
  if (!proved.ok()) return proved.status();
  Proof proof{.index = index,
              .hashes = std::move(proved->hashes),
              .checkpoint = std::string(note),
              .extra = {}};
  AppendLeafData(proved->prev, proved->entry, proof.extra);
  return FormatProof(proof);
}

absl::StatusOr<std::string> MakeConsistencyProof(const Snapshot& snapshot, uint64_t old_size,
                                                 absl::string_view note) {
  const absl::StatusOr<Checkpoint> checkpoint = ReadCheckpointOf(snapshot, note);
  if (!checkpoint.ok()) return checkpoint.status();
  if (old_size > checkpoint->size) {
    return Fail(Failure::kNotFound, absl::StrCat("the checkpoint signs ", checkpoint->size,
                                                 " entries, fewer than ", old_size,
                                                 "; use a newer one"));
  }
  const absl::Status holds = CheckHolds(snapshot, *checkpoint, "the checkpoint given");
  if (!holds.ok()) return holds;
  AddCheckpoint request{.old_size = old_size, .hashes = {}, .checkpoint = std::string(note)};
  if (old_size == 0) return FormatAddCheckpoint(request);
  absl::StatusOr<std::vector<Hash>> hashes =
      snapshot.ProveConsistency(old_size, checkpoint->size);
  if (!hashes.ok()) return hashes.status();
  const absl::StatusOr<Hash> old_root = snapshot.RootAt(old_size);
  if (!old_root.ok()) return old_root.status();
  const absl::Status sound =
      VerifyConsistency(old_size, checkpoint->size, *old_root, checkpoint->root, *hashes);
  if (!sound.ok()) {
    return Fail(Failure::kCorrupt, absl::StrCat("the proof that the ledger gives is not sound (",
                                                sound.message(), "); verify the ledger"));
  }
  request.hashes = *std::move(hashes);
  return FormatAddCheckpoint(request);
}

}  // namespace hourbook
