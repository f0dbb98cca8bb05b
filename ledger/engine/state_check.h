// Checks of a state that was stored: by whoever reads it, and by whoever verifies it.
#ifndef LEDGER_ENGINE_STATE_CHECK_H_
#define LEDGER_ENGINE_STATE_CHECK_H_

#include "absl/status/status.h"
#include "ledger/rules/state.h"
#include "ledger/store/store.h"

namespace hourbook {

// Whether the records of a state name only records that there are, go round in no circle and hold what
// the balances say is held: what the rules take for granted. A checksum does not tell, which anyone can
// compute.
bool HangsTogether(const State& state);

// Ok where two states are the same, record by record; else kCorrupt.
absl::Status CheckSame(const State& stored, const State& replayed);

// Ok where the parts that a head names, and the whole that is being written, have just the pages that it
// speaks of; else kCorrupt. Those of changes that are being written only their writer knows.
absl::Status CheckPages(const ReadTxn& txn, const StateHead& head);

}  // namespace hourbook

#endif  // LEDGER_ENGINE_STATE_CHECK_H_
