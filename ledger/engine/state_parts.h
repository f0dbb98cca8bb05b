// The stored state, as pages of records: what a page holds, and how all of them make a state again.
//
// A part is a list of records, each with its slot: all there were, or those that changed since a moment not
// after that of the part before it. Parts are read in their order, so that a record's last version stays. state_writer.h writes
// them.
#ifndef LEDGER_ENGINE_STATE_PARTS_H_
#define LEDGER_ENGINE_STATE_PARTS_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <tuple>
#include <vector>

#include "absl/status/statusor.h"
#include "ledger/rules/state.h"
#include "ledger/store/store.h"

namespace hourbook {

// In the order in which they are written and read back. A policy entry is stored as its index.
enum StateTable : uint32_t { kParties, kAccounts, kHolds, kPolicies };
inline constexpr size_t kStateTables = std::tuple_size_v<StateCounts>;

// How many records of each table there are; and there were, at a view.
StateCounts CountsOf(const State& state);
StateCounts CountsAt(const State& state, uint64_t view);
uint64_t Sum(const StateCounts& counts);

// How many pages so many records of a table take.
uint32_t StatePagesFor(uint32_t table, uint32_t records);

// A page of a table's first `count` records, as they were at a view.
std::string WholePage(const State& state, uint64_t view, uint32_t table, uint32_t number, uint32_t count);

struct StatePage {
  uint32_t table;
  uint32_t number;
  std::string bytes;
};

// What changed since it was last forgotten, and the policy entries from index `since` on.
struct StateChanges {
  StateCounts counts{};
  std::vector<StatePage> pages;
};
// The memory of `spare` is used again.
StateChanges ChangesOf(const State& state, uint64_t since, StateChanges spare);

// Notes all that is in the pages as changed.
void NoteChanged(const StateChanges& changes, State& state);

// The state that a transaction holds, at the size of its last part; empty where there is none. Nothing
// in it counts as changed.
absl::StatusOr<State> ReadState(const ReadTxn& txn);

}  // namespace hourbook

#endif  // LEDGER_ENGINE_STATE_PARTS_H_
