// The state machine: decides what an entry may do, the same for writing, replay, audit and replica.
// Pure: what it says is a function of the entries before and of the time it is told.
#ifndef LEDGER_RULES_MACHINE_H_
#define LEDGER_RULES_MACHINE_H_

#include <array>
#include <cstddef>
#include <cstdint>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "ledger/rules/history.h"
#include "ledger/rules/state.h"
#include "ledger/rules/verdict.h"

namespace hourbook {

// What the machine says to one entry of a batch.
struct Outcome {
  Verdict verdict = Verdict::kOk;
  uint32_t reserved = 0;
  uint64_t index = 0;       // where Stands, or the id exists: of the entry with this id
  int64_t recorded_at = 0;  // of the same entry
  Balance debit = {};       // kOk: the accounts after the entry; kExists: as they are now
  Balance credit = {};
};

// In what an entry of a ledger differs from what the rules make of it.
enum class Difference {
  kNone,
  kIndex,       // not one past the last
  kGenesis,     // the first entry is none
  kRecordedAt,  // not after the last
  kVerdict,     // the rules refuse it
  kPrevDebit,   // not the debit account's last entry
  kPrevCredit,  // likewise
  kGiven,       // another field that the ledger gives
};

// Not thread-safe.
class Machine {
 public:
  // The history must hold just the entries of the state, and outlive the machine.
  explicit Machine(History* history, State state = {}) : history_(*history), state_(std::move(state)) {}

  const State& state() const { return state_; }
  State& mutable_state() { return state_; }

  // Judges a batch in order at the present time, told as unix nanoseconds. What is accepted is in
  // the state and has been appended to the history; what is refused has left no trace. A chain of
  // linked entries stands or falls whole. outcomes has one for each entry. An error is the
  // history's; the machine and the history must be dropped then.
  absl::Status Judge(absl::Span<const Entry> batch, int64_t now, absl::Span<Outcome> outcomes);

  // Takes in an entry as the ledger holds it, which the rules must accept and complete just as it
  // is. DataLoss says how it differs, and so does `difference`, where given; the machine must be
  // dropped then.
  absl::Status Replay(const Entry& entry, Difference* difference = nullptr);

  // As State's, with the history.
  State::Mark Begin() { return state_.Begin(); }
  void RollBack(const State::Mark& mark);
  void Keep(const State::Mark& mark) { state_.Keep(mark); }

 private:
  // What is on its way of the entries after the one that is judged.
  static constexpr size_t kStep = 4;
  struct Ahead {
    size_t asked = 0;  // entries from the front of the batch
    size_t next = 0;
    // The credit parties of those asked for a step ago and more.
    std::array<Slot, kStep> credited{kNoSlot, kNoSlot, kNoSlot, kNoSlot};
  };
  // Goes on by one entry.
  void Prefetch(absl::Span<const Entry> batch, Ahead& ahead) const;
  absl::Status JudgeChain(absl::Span<const Entry> chain, int64_t now, absl::Span<Outcome> outcomes);
  absl::Status JudgeOne(Entry entry, int64_t now, Outcome& outcome);
  // `entry` is as the caller handed it in, and completed where the verdict is kOk; the rest of the
  // outcome is not filled in then.
  absl::Status Decide(Entry& entry, int64_t now, Outcome& outcome);
  absl::StatusOr<bool> JudgeExisting(const Entry& given, Outcome& outcome);
  // Judges an entry that is new and whose time is set, and takes it in if it stands.
  absl::StatusOr<Verdict> Admit(Entry& entry);
  void Lapse(int64_t now);
  // As an entry's accounts stand now.
  void FillInBalances(const Entry& entry, Outcome& outcome) const;

  History& history_;
  State state_;
  Slot debit_account_ = kNoSlot, credit_account_ = kNoSlot;  // of the entry that was taken in last
};

}  // namespace hourbook

#endif  // LEDGER_RULES_MACHINE_H_
