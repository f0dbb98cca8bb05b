// The state as the store keeps it, so that opening a ledger replays a bounded tail and not all of
// it. A function of the log like everything beside it: what is damaged or missing is made again.
//
// A sweep writes one consistent state, that at its generation (a ledger size), a few pages with each
// commit, so that no commit pays for all accounts at once. The newest complete generation is what
// Restore reads; the pages of others are dropped little by little.
#ifndef LEDGER_ENGINE_STATE_PAGES_H_
#define LEDGER_ENGINE_STATE_PAGES_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "ledger/rules/state.h"
#include "ledger/store/store.h"

namespace hourbook {

// The newest complete state that the transaction holds, empty where there is none.
absl::StatusOr<State> ReadState(const ReadTxn& txn);

// Not thread-safe.
class Sweep {
 public:
  // A sweep begins `period` entries after the last one began; 0 for as many as keep both the tail to
  // replay and the cost of sweeping small.
  explicit Sweep(uint64_t period) : period_(period) {}

  // Writes the next pages into a transaction that `entries` entries were appended to. Begins a
  // sweep where enough entries came since the last one and no other process is at it. `state` must
  // have a view of `base`, the transaction's size before it; a new sweep takes a share in it and
  // gives that back when it is done.
  absl::Status Step(State& state, uint64_t base, uint64_t entries, WriteTxn& txn);

  // The transaction of the last Step is on disk, or will not be: then the sweep begins anew some time.
  void Committed(State& state);
  void Abandon(State& state);

  // The same, where the state is gone.
  void Forget() { running_.reset(); }

 private:
  struct Running {
    uint64_t generation;
    uint32_t table = 0;
    uint32_t page = 0;
    bool complete = false;
  };

  void Begin(State& state, uint64_t base);
  void End(State& state);
  absl::Status WritePages(const State& state, uint64_t count, WriteTxn& txn);

  uint64_t PeriodFor(const State& state) const;

  const uint64_t period_;
  std::optional<Running> running_;
};

}  // namespace hourbook

#endif  // LEDGER_ENGINE_STATE_PAGES_H_
