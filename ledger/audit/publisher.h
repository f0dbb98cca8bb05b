// Publishing a ledger as a directory that any web server can serve (C2SP tlog-tiles), for auditors
// who do not trust whoever runs it.
#ifndef LEDGER_AUDIT_PUBLISHER_H_
#define LEDGER_AUDIT_PUBLISHER_H_

#include <cstdint>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "ledger/chain/signer.h"
#include "ledger/engine/ledger.h"

namespace hourbook {

// Told how far a long call has come; false ends it with kEnd.
using PublishProgress = absl::FunctionRef<bool(uint64_t done, uint64_t total)>;

// Publishes what is on disk now, after what the directory holds already, and returns the
// checkpoint. The order of steps: everything new is read again and recomputed; the checkpoint is
// signed and remembered with the ledger (engine/published.h); tiles and bundles are written; the
// checkpoint takes its place last. So a crash leaves the old publication whole or the new one, and
// publishing again completes it.
//
// kInvalidArgument where the key does not bear the ledger's origin; kBehind where the directory
// holds a checkpoint that the ledger does not; kUnsound where it holds one of another key;
// kCorrupt where the ledger does not hash to its own root; kTimeout where another process
// publishes; kReadOnly.
absl::StatusOr<Checkpoint> Publish(Ledger& ledger, const Signer& signer,
                                   const std::string& directory, PublishProgress progress);

}  // namespace hourbook

#endif  // LEDGER_AUDIT_PUBLISHER_H_
