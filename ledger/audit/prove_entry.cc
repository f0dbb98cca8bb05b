#include "ledger/audit/prove_entry.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "ledger/base/error.h"
#include "ledger/chain/hasher.h"
#include "ledger/chain/verify.h"
#include "ledger/engine/published.h"
#include "ledger/format/note.h"

namespace hourbook {

absl::StatusOr<Checkpoint> ReadCheckpointOf(const Snapshot& snapshot, absl::string_view note) {
  const absl::StatusOr<Note> parsed = ParseNote(note);
  if (!parsed.ok()) return Fail(Failure::kUnsound, parsed.status().message());
  absl::StatusOr<Checkpoint> checkpoint = ParseCheckpoint(parsed->text);
  if (!checkpoint.ok()) return Fail(Failure::kUnsound, checkpoint.status().message());
  const absl::StatusOr<Genesis> genesis = snapshot.ReadGenesis();
  if (!genesis.ok()) return genesis.status();
  if (checkpoint->origin != genesis->origin) {
    return Fail(Failure::kUnsound, absl::StrCat("the checkpoint is of ", checkpoint->origin,
                                                "; the ledger is ", genesis->origin));
  }
  if (checkpoint->size > snapshot.size()) {
    return Fail(Failure::kBehind, absl::StrCat("the checkpoint signs ", checkpoint->size,
                                               " entries; the ledger has ", snapshot.size()));
  }
  return checkpoint;
}

absl::StatusOr<ProvedEntry> ProveEntry(const Snapshot& snapshot, const Checkpoint& checkpoint,
                                       uint64_t index) {
  const absl::StatusOr<Record> record = snapshot.At(index);
  if (!record.ok()) return record.status();
  const absl::StatusOr<Hash> prev = snapshot.NamedBy(index);
  if (!prev.ok()) return prev.status();
  absl::StatusOr<std::vector<Hash>> hashes = snapshot.ProveInclusion(index, checkpoint.size);
  if (!hashes.ok()) return hashes.status();
  const absl::Status sound = VerifyInclusion(
      index, checkpoint.size, EntryLeafHash(*prev, record->entry), checkpoint.root, *hashes);
  if (sound.ok()) {
    return ProvedEntry{.prev = *prev, .entry = record->entry, .hashes = *std::move(hashes)};
  }
  // The root is only made where a proof fails: that costs more than the proof.
  const absl::Status holds = CheckHolds(snapshot, checkpoint, "the checkpoint given");
  if (!holds.ok()) return holds;
  return Fail(Failure::kCorrupt, absl::StrCat("entry ", index, " cannot be proved (",
                                              sound.message(), "); verify the ledger"));
}

}  // namespace hourbook
