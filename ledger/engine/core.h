// What a process keeps in memory of a ledger: a cache of the log, made from it and checked against
// it whenever it grows.
#ifndef LEDGER_ENGINE_CORE_H_
#define LEDGER_ENGINE_CORE_H_

#include <cstdint>
#include <memory>
#include <set>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "ledger/chain/frontier.h"
#include "ledger/engine/recent_ids.h"
#include "ledger/rules/machine.h"
#include "ledger/store/store.h"

namespace hourbook {

// The entries as the machine reads them back: from a transaction, and beyond its end from what the
// machine has accepted since.
class LogHistory : public History {
 public:
  // Reads through `txn` from now on, until Detach. What is not in it was taken in and not written.
  void Attach(const ReadTxn& txn) { txn_ = &txn; }
  void Detach();

  absl::StatusOr<Entry> At(uint64_t index) override;
  absl::StatusOr<std::optional<uint64_t>> Find(const Id& id) override;
  void Append(const Entry& entry) override;
  void Truncate(uint64_t size) override;

  // Entries accepted that the transaction does not hold.
  const std::vector<Entry>& unwritten() const { return unwritten_; }
  RecentIds& recent() { return recent_; }
  const RecentIds& recent() const { return recent_; }

 private:
  const ReadTxn* txn_ = nullptr;
  RecentIds recent_;
  std::vector<Entry> unwritten_;
};

// Not thread-safe: the Ledger's state lock guards it.
class Core {
 public:
  // The core of a ledger as of a transaction: the newest complete state that the store keeps, and
  // the entries since then replayed. DataLoss where what it finds does not fit together.
  static absl::StatusOr<std::unique_ptr<Core>> Restore(const ReadTxn& txn);

  Core(const Core&) = delete;
  Core& operator=(const Core&) = delete;

  uint64_t size() const { return machine_.state().size; }

  // Takes in the entries that the transaction holds beyond size(), checking each link, each verdict
  // and the root.
  absl::Status CatchUp(const ReadTxn& txn);

  // Hashes what the machine accepted beyond the transaction, hands it all over to be written, and
  // returns the tree's root with it.
  absl::StatusOr<Hash> Write(WriteTxn& txn);

  // Ids stay in memory for readers of transactions whose index does not cover them.
  void PinIds(uint64_t ids_covered) { pins_.insert(ids_covered); }
  void UnpinIds(uint64_t ids_covered) { pins_.erase(pins_.find(ids_covered)); }
  void DropCoveredIds(uint64_t ids_covered);

  Machine& machine() { return machine_; }
  const State& state() const { return machine_.state(); }
  LogHistory& history() { return history_; }

 private:
  explicit Core(State state) : machine_(&history_, std::move(state)) {}

  LogHistory history_;
  Machine machine_;
  Frontier frontier_;
  Hash last_leaf_{};
  std::multiset<uint64_t> pins_;
};

}  // namespace hourbook

#endif  // LEDGER_ENGINE_CORE_H_
