#include "ledger/audit/make_proof.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "ledger/base/error.h"
#include "ledger/chain/hasher.h"
#include "ledger/chain/verify.h"
#include "ledger/format/add_checkpoint.h"
#include "ledger/format/checkpoint.h"
#include "ledger/format/proof.h"

namespace hourbook {
namespace {

absl::Status Damaged(const absl::Status& found) {
  return Fail(Failure::kCorrupt, absl::StrCat("the proof that the ledger gives is not sound (",
                                              found.message(), "); verify the ledger"));
}

// The checkpoint of a note that is not longer than the snapshot, and of its log.
absl::StatusOr<Checkpoint> ReadCheckpoint(const Snapshot& snapshot, absl::string_view note) {
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

// Ok where the snapshot's first entries are those that the checkpoint signs.
absl::Status CheckRoot(const Snapshot& snapshot, const Checkpoint& checkpoint) {
  const absl::StatusOr<Hash> root = snapshot.RootAt(checkpoint.size);
  if (!root.ok()) return root.status();
  if (*root == checkpoint.root) return absl::OkStatus();
  return Fail(Failure::kBehind,
              absl::StrCat("the ledger's first ", checkpoint.size, " entries are not those that "
                           "the checkpoint signs: one of the two is a fork"));
}

absl::StatusOr<Hash> PreviousLeaf(const Snapshot& snapshot, uint64_t index) {
  if (index == 0) return Hash{};
  return snapshot.TileHash(0, index - 1);
}

}  // namespace

absl::StatusOr<std::string> MakeInclusionProof(const Snapshot& snapshot, uint64_t index,
                                               absl::string_view note) {
  const absl::StatusOr<Checkpoint> checkpoint = ReadCheckpoint(snapshot, note);
  if (!checkpoint.ok()) return checkpoint.status();
  if (index >= checkpoint->size) {
    return Fail(Failure::kNotFound, absl::StrCat("the checkpoint signs ", checkpoint->size,
                                                 " entries, so not yet that of index ", index,
                                                 "; publish again, or use a newer one"));
  }
  const absl::StatusOr<Record> record = snapshot.At(index);
  if (!record.ok()) return record.status();
  const absl::StatusOr<Hash> prev = PreviousLeaf(snapshot, index);
  if (!prev.ok()) return prev.status();
  absl::StatusOr<std::vector<Hash>> hashes =
      snapshot.ProveInclusion(index, checkpoint->size);
  if (!hashes.ok()) return hashes.status();
  const absl::Status sound =
      VerifyInclusion(index, checkpoint->size, EntryLeafHash(*prev, record->entry),
                      checkpoint->root, *hashes);
  if (!sound.ok()) {
    absl::Status same = CheckRoot(snapshot, *checkpoint);
    return same.ok() ? Damaged(sound) : same;
  }
  Proof proof{.index = index,
              .hashes = *std::move(hashes),
              .checkpoint = std::string(note),
              .extra = std::string(prev->begin(), prev->end())};
  const Bytes entry = EntryBytes(record->entry);
  proof.extra.append(entry.begin(), entry.end());
  return FormatProof(proof);
}

absl::StatusOr<std::string> MakeConsistencyProof(const Snapshot& snapshot, uint64_t old_size,
                                                 absl::string_view note) {
  const absl::StatusOr<Checkpoint> checkpoint = ReadCheckpoint(snapshot, note);
  if (!checkpoint.ok()) return checkpoint.status();
  if (old_size > checkpoint->size) {
    return Fail(Failure::kNotFound, absl::StrCat("the checkpoint signs ", checkpoint->size,
                                                 " entries, fewer than ", old_size,
                                                 "; use a newer one"));
  }
  if (absl::Status same = CheckRoot(snapshot, *checkpoint); !same.ok()) return same;
  AddCheckpoint request{.old_size = old_size, .hashes = {}, .checkpoint = std::string(note)};
  if (old_size == 0) return FormatAddCheckpoint(request);
  absl::StatusOr<std::vector<Hash>> hashes =
      snapshot.ProveConsistency(old_size, checkpoint->size);
  if (!hashes.ok()) return hashes.status();
  const absl::StatusOr<Hash> old_root = snapshot.RootAt(old_size);
  if (!old_root.ok()) return old_root.status();
  const absl::Status sound =
      VerifyConsistency(old_size, checkpoint->size, *old_root, checkpoint->root, *hashes);
  if (!sound.ok()) return Damaged(sound);
  request.hashes = *std::move(hashes);
  return FormatAddCheckpoint(request);
}

}  // namespace hourbook
