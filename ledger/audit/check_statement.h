// Checking a statement, from bytes and a key alone: pure, thread-safe, for any input.
#ifndef LEDGER_AUDIT_CHECK_STATEMENT_H_
#define LEDGER_AUDIT_CHECK_STATEMENT_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "ledger/chain/verifier.h"
#include "ledger/format/checkpoint.h"
#include "ledger/format/entry.h"

namespace hourbook {

// One account of the party, as far as it is shown: every entry from the first to the last.
struct StatedAccount {
  Unit unit;
  bool from_start;  // the account begins with the first
  uint64_t entries;
  uint64_t first, last;  // indexes
  // What the entries moved at once or by a post. What they hold, void or let lapse is not in it.
  uint64_t debits, credits;
};

inline constexpr size_t kStatedAccountsMax = 64;

struct StatementChecked {
  Id party;
  uint16_t party_kind = 0;  // PartyKind; 0 where its open entry is not shown
  bool closed = false;      // its close entry is shown
  Checkpoint checkpoint;
  size_t checkpoint_offset;  // of its note, in the text
  uint64_t entries = 0;
  std::vector<StatedAccount> accounts;  // in the order of their units
};

// Told each entry once it is proved; false ends the call with kEnd. What comes later may yet be
// refused.
using StatedEntry = absl::FunctionRef<bool(const Entry& entry)>;

// Holds a statement against a log's key: the checkpoint's signature; that each entry is in its
// tree, names the party, and comes after the one before; and, of each account, that nothing between is
// left out. kUnsound says which line is wrong and why.
//
// It does not show that nothing came after the last entry of an account, nor what the rules say of
// the entries: that is for an audit of the whole.
absl::StatusOr<StatementChecked> CheckStatement(absl::string_view text, const Verifier& log,
                                                StatedEntry entry);

}  // namespace hourbook

#endif  // LEDGER_AUDIT_CHECK_STATEMENT_H_
