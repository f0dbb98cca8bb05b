// Checking what was handed out of a log, from its bytes and a key alone. Pure and thread-safe, for
// any input.
//
// What is malformed, not signed by the log or does not prove what it claims is kUnsound; the message
// says which.
#ifndef LEDGER_AUDIT_CHECK_PROOF_H_
#define LEDGER_AUDIT_CHECK_PROOF_H_

#include <cstdint>
#include <optional>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "ledger/base/bytes.h"
#include "ledger/chain/verifier.h"
#include "ledger/format/checkpoint.h"
#include "ledger/format/entry.h"

namespace hourbook {

// The checkpoint of a note that the log signed.
absl::StatusOr<Checkpoint> CheckCheckpoint(absl::string_view note, const Verifier& log);

struct CheckedInclusion {
  Checkpoint checkpoint;
  uint64_t index;
  std::optional<Entry> entry;  // unless a leaf was given
};

// Checks an inclusion proof (format/proof.h). Without a leaf hash, what is proven is the entry in
// the extra data, which must say that it has this index; with one the extra data is not looked at.
absl::StatusOr<CheckedInclusion> CheckInclusion(absl::string_view proof, const Verifier& log,
                                                const std::optional<Hash>& leaf);

struct CheckedConsistency {
  Checkpoint old_checkpoint;
  Checkpoint new_checkpoint;
};

// Checks a consistency proof (format/add_checkpoint.h) against the root at its old size. The root
// may be missing only where that size is 0, since it is known: kInvalidArgument otherwise.
absl::StatusOr<CheckedConsistency> CheckConsistency(absl::string_view request,
                                                    const Verifier& log,
                                                    const std::optional<Hash>& old_root);

// The same against an old checkpoint, signed by the log too, whose size must be the old size.
absl::StatusOr<CheckedConsistency> CheckConsistency(absl::string_view request,
                                                    const Verifier& log,
                                                    absl::string_view old_note);

}  // namespace hourbook

#endif  // LEDGER_AUDIT_CHECK_PROOF_H_
