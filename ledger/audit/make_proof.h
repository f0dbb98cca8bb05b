// Proofs of what a ledger holds, as texts to hand out. check_proof.h checks them.
#ifndef LEDGER_AUDIT_MAKE_PROOF_H_
#define LEDGER_AUDIT_MAKE_PROOF_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "ledger/engine/snapshot.h"

namespace hourbook {

// Both take a checkpoint of the ledger as a signed note and put it verbatim into the proof. Its
// signatures are not looked at: they are for whoever checks the proof. What is handed out was
// verified. kUnsound where the note is malformed or of another log; kBehind where it signs entries
// that the snapshot has not, or has others in their place; kCorrupt where the tree is damaged.

// That entry `index` is in the ledger that the checkpoint signs (format/proof.h). The extra data is
// the entry's leaf data, so that nothing else is needed to check it. kNotFound where the checkpoint
// does not cover the entry.
absl::StatusOr<std::string> MakeInclusionProof(const Snapshot& snapshot, uint64_t index,
                                               absl::string_view note);

// That the first `old_size` entries, 0 included, are unchanged in what the checkpoint signs
// (format/add_checkpoint.h). kNotFound where the checkpoint is of a smaller size.
absl::StatusOr<std::string> MakeConsistencyProof(const Snapshot& snapshot, uint64_t old_size,
                                                 absl::string_view note);

}  // namespace hourbook

#endif  // LEDGER_AUDIT_MAKE_PROOF_H_
