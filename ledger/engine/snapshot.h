// The ledger as of one moment, for readers: a transaction on the log, and the view of the state that
// belongs to it.
#ifndef LEDGER_ENGINE_SNAPSHOT_H_
#define LEDGER_ENGINE_SNAPSHOT_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "ledger/base/hash_map.h"
#include "ledger/chain/node_cache.h"
#include "ledger/engine/ledger.h"
#include "ledger/rules/history.h"

namespace hourbook {

struct SnapshotStat {
  Genesis genesis;
  Head head;
  uint64_t parties;
  uint64_t accounts;
  uint64_t holds;
  StoreStat store;
};

// Made by Ledger::OpenSnapshot and ends before its ledger. May be used by one thread at a time.
class Snapshot {
 public:
  Snapshot(Ledger& ledger, std::shared_ptr<Core> core, ReadTxn txn)
      : ledger_(ledger), core_(std::move(core)), txn_(std::move(txn)) {}
  ~Snapshot();
  Snapshot(const Snapshot&) = delete;
  Snapshot& operator=(const Snapshot&) = delete;

  uint64_t size() const { return txn_.head().size; }
  const Hash& root() const { return txn_.head().root; }
  Ledger& ledger() const { return ledger_; }
  const ReadTxn& txn() const { return txn_; }

  absl::StatusOr<SnapshotStat> Stat() const;
  absl::StatusOr<Genesis> ReadGenesis() const;

  // kNotFound where wanted is beyond size().
  absl::StatusOr<Hash> RootAt(uint64_t wanted) const;

  // A hash of the tree as tiles.h counts them, level 0 those of the leaves.
  absl::StatusOr<Hash> TileHash(int level, uint64_t index) const;

  // The hash that the entry at an index names, of the one before it: zeros for index 0.
  absl::StatusOr<Hash> NamedBy(uint64_t index) const;

  // As prove.h's, of the tree at any size up to size(): kNotFound beyond it, kInvalidArgument for
  // what has no proof.
  absl::StatusOr<std::vector<Hash>> ProveInclusion(uint64_t index, uint64_t tree_size) const;
  absl::StatusOr<std::vector<Hash>> ProveConsistency(uint64_t old_size, uint64_t new_size) const;

  // kNotFound for an index or id that is not in the snapshot.
  absl::StatusOr<Record> At(uint64_t index) const;
  absl::StatusOr<Record> Get(const Id& id) const;

  // The index of the entry with this id, or nothing.
  absl::StatusOr<std::optional<uint64_t>> Find(const Id& id) const;

  // The account's record, one of zeros where nothing has moved yet. kNotFound where the party was
  // never opened.
  absl::StatusOr<Account> AccountOf(const Id& party, Unit unit) const;

  // The party's id, and those that were linked to it. Likewise.
  absl::StatusOr<std::vector<Id>> IdsOf(const Id& party) const;

  // The units in which a party has an account, sorted. Likewise.
  absl::StatusOr<std::vector<Unit>> UnitsOf(const Id& party) const;

  // kNotFound where the party was never opened.
  absl::StatusOr<Party> PartyOf(const Id& party) const;

  // Parties in the order of their opening, `most` of them from number `first` on.
  std::vector<Party> Parties(uint64_t first, size_t most) const;

 private:
  // The nodes of the tree for as many proofs as may be asked for.
  absl::StatusOr<NodeCache*> Nodes(uint64_t tree_size) const;
  // A party's slot in the view. kNotFound.
  absl::StatusOr<Slot> FindParty(const Id& party) const;

  Ledger& ledger_;
  const std::shared_ptr<Core> core_;
  const ReadTxn txn_;
  mutable std::unique_ptr<NodeCache> nodes_;  // none until the first proof
};

// A snapshot as a machine of its own reads it back: for replaying it, and for judging what was never
// written. Holds what that machine accepts beyond the snapshot.
class SnapshotHistory : public History {
 public:
  explicit SnapshotHistory(const Snapshot& snapshot) : snapshot_(snapshot) {}

  // The entry with this id is replayed next. It is not looked up: whoever replays looks every id up after
  // that, and of two entries with one id the index can name one only.
  void ExpectReplayed(const Id& id) { replayed_ = id; }

  absl::StatusOr<Entry> At(uint64_t index) override;
  absl::StatusOr<std::optional<uint64_t>> Find(const Id& id) override;
  void Append(const Entry& entry) override;
  void Truncate(uint64_t size) override;

  // What is appended from now on is not the snapshot's, until Rejoin; what was appended since is
  // then forgotten.
  void Fork() { base_ = size_; }
  void Rejoin();
  bool forked() const { return base_ != kNotForked; }

 private:
  static constexpr uint64_t kNotForked = UINT64_MAX;

  const Snapshot& snapshot_;
  Id replayed_ = kNoId;
  uint64_t size_ = 0;           // of what was appended in all
  uint64_t base_ = kNotForked;  // entries from here on are not the snapshot's
  std::vector<Entry> own_;
  HashMap<Id, uint64_t> own_index_;
};

}  // namespace hourbook

#endif  // LEDGER_ENGINE_SNAPSHOT_H_
