// All that the rules know of a ledger: a function of its entries.
#ifndef LEDGER_RULES_STATE_H_
#define LEDGER_RULES_STATE_H_

#include <cstdint>
#include <limits>
#include <vector>

#include "ledger/format/entry.h"
#include "ledger/rules/accounts.h"
#include "ledger/rules/holds.h"
#include "ledger/rules/policy.h"

namespace hourbook {

// Not thread-safe: the owner serializes changes and lookups.
struct State {
  struct Mark {
    Accounts::Mark accounts;
    Holds::Mark holds;
    size_t policy_entries;
    uint64_t size;
    int64_t last_recorded_at;
  };

  // As Table's: marks nest, each ends in one RollBack or Keep, the innermost first.
  Mark Begin() {
    return {accounts.Begin(), holds.Begin(), policy_entries.size(), size, last_recorded_at};
  }
  void RollBack(const Mark& mark);
  void Keep(const Mark& mark);

  // Takes in a genesis or policy entry.
  void AddPolicy(const Entry& entry);

  // As Table's. A view's name is the size it was added at. ShareView counts one that exists once
  // more, or adds one at the present size.
  void AddView() { ShareView(size); }
  void ShareView(uint64_t view);
  void RemoveView(uint64_t view);

  // As Table's.
  void ForgetChanged();
  void NoteAllChanged();

  Accounts accounts;
  Holds holds;
  Policy policy;
  // All that policy was told, in the order of the ledger; the genesis, never taken back, first.
  std::vector<Entry> policy_entries;
  uint64_t size = 0;                  // entries
  int64_t last_recorded_at = std::numeric_limits<int64_t>::min();
};

}  // namespace hourbook

#endif  // LEDGER_RULES_STATE_H_
