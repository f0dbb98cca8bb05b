// What proofs and statements have in common: entries of a ledger, proved against a signed checkpoint.
#ifndef LEDGER_AUDIT_PROVE_ENTRY_H_
#define LEDGER_AUDIT_PROVE_ENTRY_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "ledger/engine/snapshot.h"
#include "ledger/format/checkpoint.h"

namespace hourbook {

// The checkpoint of a note, whose signatures are not looked at: they are for whoever checks what is
// proved. kUnsound where the note is malformed or of another log; kBehind where it signs entries
// that the snapshot has not.
absl::StatusOr<Checkpoint> ReadCheckpointOf(const Snapshot& snapshot, absl::string_view note);

struct ProvedEntry {
  Hash prev;  // the hash that the entry names
  Entry entry;
  std::vector<Hash> hashes;  // the leaf's sibling first
};

// An entry that the checkpoint covers. What is handed out was verified: kBehind where the checkpoint
// signs others in the ledger's place; kCorrupt where the tree is damaged.
absl::StatusOr<ProvedEntry> ProveEntry(const Snapshot& snapshot, const Checkpoint& checkpoint,
                                       uint64_t index);

}  // namespace hourbook

#endif  // LEDGER_AUDIT_PROVE_ENTRY_H_
