// Reading a ledger again from its first byte, and deriving everything from it.
#ifndef LEDGER_ENGINE_VERIFY_H_
#define LEDGER_ENGINE_VERIFY_H_

#include <cstdint>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "ledger/engine/snapshot.h"

namespace hourbook {

// Told now and then how many entries of how many are done; false ends the call with kEnd.
using Progress = absl::FunctionRef<bool(uint64_t done, uint64_t total)>;

// Ok where every checksum, link, leaf hash, kept tile hash, root, index of ids, verdict and balance
// of the snapshot, and the state that is stored, agrees with what the entries say, and where there is
// nothing that no ledger has. DataLoss with the first thing that does not.
absl::Status Verify(const Snapshot& snapshot, Progress progress);

}  // namespace hourbook

#endif  // LEDGER_ENGINE_VERIFY_H_
