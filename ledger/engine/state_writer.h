// Stores the state little by little, so that opening a ledger replays a bounded tail and not all of it.
// What is stored is a function of the log like everything beside it: what is damaged or missing is made
// again.
//
// Every so many entries the records that changed are taken aside and written with the next commits, as a
// part of their own (state_parts.h). Once the parts after the first have as many records as it has, the
// whole state is written anew, a few pages a commit, by whoever commits. Its records are of different
// moments, each as it stood on disk before the commit that its page came with; all that changed later is in
// the parts taken after it was begun, so it counts from the first of them on that was taken after its last
// page, and what came before it is dropped.
#ifndef LEDGER_ENGINE_STATE_WRITER_H_
#define LEDGER_ENGINE_STATE_WRITER_H_

#include <cstdint>
#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "ledger/engine/state_parts.h"

namespace hourbook {

// Not thread-safe. Several processes may have one each for a ledger: one of them at a time writes changes.
class StateWriter {
 public:
  // Changes are taken `period` entries after those before; 0 for as many as keep the tail to replay, the
  // cost of writing and the time that taking takes small.
  explicit StateWriter(uint64_t period) : period_(period) {}

  // The state was made anew, from what is stored at this size of the ledger; 0 for nothing.
  void Restart(uint64_t stored_size);

  // Takes aside what changed, where it is time. Nothing may be half judged.
  void TakeChanges(State& state);

  // Writes the next pages into a transaction that `entries` entries are added to. The state may be ahead
  // of it, but must have a view of the size that it begins from (else the process ends).
  absl::Status Step(State& state, uint64_t entries, WriteTxn& txn);

  // The transaction of the last Step is on disk, or will not be.
  void Committed();
  void Abandoned();

 private:
  // How far a part is written.
  struct Progress {
    uint64_t number = 0;  // the part's; 0 before it is begun
    size_t pages = 0;
    bool is_done = false;
  };
  struct Taken {
    StateChanges changes;
    uint64_t since;  // the ledger's size when changes were last taken, and now
    uint64_t size;
    Progress now, on_disk;
  };
  uint64_t PeriodFor(const State& state) const;
  absl::Status StepChanges(State& state, uint64_t entries, StateHead& head, WriteTxn& txn);
  bool MayBegin(const StateHead& head, const WriteTxn& txn, uint64_t period) const;
  void AddPart(StateHead& head);
  void GiveBack(uint64_t stored, State& state);
  void EndTaken();
  static absl::StatusOr<StateHead> HeadOf(WriteTxn& txn);
  absl::Status StepWhole(const State& state, uint64_t entries, StateHead& head, WriteTxn& txn);

  const uint64_t period_;
  uint64_t taken_at_ = 0;    // all that changed since is noted as changed
  uint64_t not_before_ = 0;  // the size to take changes at again, after some were given back
  std::optional<Taken> taken_;
  StateChanges spare_;
  // Whether there may be a whole to go on with, or pages to drop.
  bool may_have_more_ = true;
};

}  // namespace hourbook

#endif  // LEDGER_ENGINE_STATE_WRITER_H_
