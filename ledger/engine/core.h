// What a process keeps in memory of a ledger: a cache of the log, made from it and checked against
// it whenever it grows.
#ifndef LEDGER_ENGINE_CORE_H_
#define LEDGER_ENGINE_CORE_H_

#include <cstdint>
#include <deque>
#include <memory>
#include <set>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "ledger/engine/chain_tip.h"
#include "ledger/engine/recent_ids.h"
#include "ledger/rules/machine.h"
#include "ledger/store/store.h"

namespace hourbook {

// The entries as the machine reads them back: from a transaction, and beyond its end from what the
// machine has accepted since.
class LogHistory : public History {
 public:
  // Entries from here on that the machine accepted, in one piece of memory that does not move.
  struct Piece {
    uint64_t first;
    std::shared_ptr<std::vector<Entry>> entries;
  };

  // Reads through `txn` from now on, until Detach. Pieces that it holds whole are forgotten.
  void Attach(const ReadTxn& txn);
  void Detach() { txn_ = nullptr; }

  // The entry with this id is replayed next: it is in the log, so no earlier one has the id. Whoever
  // wrote it looked, and Verify looks again; looking here would take longer than the rules do.
  void ExpectReplayed(const Id& id) { replayed_ = id; }

  // What is accepted from now on goes into a piece of its own, of `most` entries at most.
  Piece BeginPiece(uint64_t first, size_t most);

  absl::StatusOr<Entry> At(uint64_t index) override;
  absl::StatusOr<std::optional<uint64_t>> Find(const Id& id) override;
  void Prefetch(const Id& id) override;
  void Append(const Entry& entry) override;
  void Truncate(uint64_t size) override;

  RecentIds& recent() { return recent_; }
  const RecentIds& recent() const { return recent_; }

 private:
  const ReadTxn* txn_ = nullptr;
  RecentIds recent_;
  Id replayed_ = kNoId;
  std::deque<Piece> pieces_;  // oldest first; a few
  std::shared_ptr<std::vector<Entry>> spare_;  // memory of one that is over
};

// Not thread-safe: the Ledger's state lock guards it, but for the tip.
class Core {
 public:
  // The core of a ledger as of a transaction: the newest complete state that the store keeps, and
  // the entries since then replayed. DataLoss where what it finds does not fit together.
  static absl::StatusOr<std::unique_ptr<Core>> Restore(const ReadTxn& txn);

  Core(const Core&) = delete;
  Core& operator=(const Core&) = delete;

  uint64_t size() const { return machine_.state().size; }
  // How far the stored state went that it was restored from.
  uint64_t stored_size() const { return stored_size_; }

  // Takes in the entries that the transaction holds beyond size(), checking each link, each verdict
  // and the root. Nothing may be under way to be written.
  absl::Status CatchUp(const ReadTxn& txn);

  // Ids stay in memory for readers of transactions whose index does not cover them.
  void PinIds(uint64_t ids_covered) { pins_.insert(ids_covered); }
  void UnpinIds(uint64_t ids_covered) { pins_.erase(pins_.find(ids_covered)); }
  // Forgets so many ids at most that the store's index covers.
  void DropCoveredIds(uint64_t ids_covered, uint64_t most);

  Machine& machine() { return machine_; }
  const State& state() const { return machine_.state(); }
  LogHistory& history() { return history_; }

  // Whoever chains has it to themselves.
  ChainTip& tip() { return tip_; }

 private:
  explicit Core(State state) : stored_size_(state.size), machine_(&history_, std::move(state)) {}

  const uint64_t stored_size_;
  LogHistory history_;
  Machine machine_;
  ChainTip tip_;
  std::multiset<uint64_t> pins_;
};

}  // namespace hourbook

#endif  // LEDGER_ENGINE_CORE_H_
