// Making a statement: what a party is shown of its own accounts, so that it can check with a key
// alone (check_statement.h) that nothing in it was changed and nothing between was left out.
#ifndef LEDGER_AUDIT_MAKE_STATEMENT_H_
#define LEDGER_AUDIT_MAKE_STATEMENT_H_

#include <cstdint>
#include <limits>
#include <optional>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "ledger/engine/snapshot.h"

namespace hourbook {

// Which entries a statement shows: of each account, all from the first to the last whose
// occurred_at is in the period, those between them too, whenever they occurred.
struct StatementRange {
  std::optional<Unit> unit;  // nothing: every unit
  int64_t from = std::numeric_limits<int64_t>::min();   // not before
  int64_t until = std::numeric_limits<int64_t>::max();  // before; the last is any
};

struct StatementMade {
  uint64_t entries = 0;
  uint64_t beyond = 0;  // in the range too, but recorded after the checkpoint: left out
};

// Takes the text piece by piece; false ends the call with kEnd.
using StatementSink = absl::FunctionRef<bool(absl::string_view text)>;

// Writes the statement of a party, proved against a signed checkpoint, whose signatures are not
// looked at. Beside its accounts' entries it shows the party's open and, where it has one, close.
//
// kNotFound where the party was not opened before the checkpoint; kBehind where the snapshot does
// not hold what the checkpoint covers; kUnsound where the checkpoint is malformed or another
// ledger's; kCorrupt where the ledger does not hash to it.
absl::StatusOr<StatementMade> MakeStatement(const Snapshot& snapshot, const Id& party,
                                             const StatementRange& range,
                                             absl::string_view checkpoint, StatementSink sink);

}  // namespace hourbook

#endif  // LEDGER_AUDIT_MAKE_STATEMENT_H_
