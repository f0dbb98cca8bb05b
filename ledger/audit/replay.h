// Replaying a log's entries through the rules, from an audit's own copy of them.
#ifndef LEDGER_AUDIT_REPLAY_H_
#define LEDGER_AUDIT_REPLAY_H_

#include <cstdint>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "ledger/audit/finding.h"
#include "ledger/audit/scratch.h"
#include "ledger/rules/machine.h"

namespace hourbook {

// The entries replayed so far, as the machine reads them back.
class ReplayedEntries : public History {
 public:
  explicit ReplayedEntries(Scratch scratch) : scratch_(std::move(scratch)) {}

  absl::StatusOr<Entry> At(uint64_t index) override;
  absl::StatusOr<std::optional<uint64_t>> Find(const Id& id) override;
  void Append(const Entry& entry) override;
  void Truncate(uint64_t size) override;

  const Scratch& scratch() const { return scratch_; }

 private:
  Scratch scratch_;
  uint64_t size_ = 0;
};

// Used by one thread, beside those that fill in later entries.
class Replay {
 public:
  // `origin` is the name that the genesis must give the ledger.
  Replay(Scratch scratch, std::string origin)
      : history_(std::move(scratch)), machine_(&history_), origin_(std::move(origin)) {}

  // Room for entries that are to be replayed.
  absl::Span<Entry> Room(uint64_t first, size_t count) const {
    return history_.scratch().Entries(first, count);
  }

  // Takes the entries [begin, end), the next ones, which must have been filled in. kUnsound with the
  // finding at the first that the rules do not make just so.
  absl::Status Take(uint64_t begin, uint64_t end, Finding& finding);

  // Every party and balance after what was taken; once.
  Accounts TakeAccounts() { return std::move(machine_.mutable_state().accounts); }

 private:
  absl::Status TakeOne(const Entry& entry, uint64_t index, Finding& finding);
  absl::Status CheckOrigin(const Entry& genesis, Finding& finding) const;
  void Prefetch(const Entry& entry) const;

  ReplayedEntries history_;
  Machine machine_;
  const std::string origin_;
};

}  // namespace hourbook

#endif  // LEDGER_AUDIT_REPLAY_H_
