#include "ledger/engine/snapshot.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "ledger/base/error.h"
#include "ledger/chain/prove.h"
#include "ledger/chain/tiles.h"

namespace hourbook {

Snapshot::~Snapshot() {
  const StateHolder lock(ledger_.state_lock_);
  core_->machine().mutable_state().RemoveView(size());
  core_->UnpinIds(txn_.ids_covered());
}

absl::StatusOr<Genesis> Snapshot::ReadGenesis() const {
  const absl::StatusOr<Record> first = At(0);
  if (!first.ok()) return first.status();
  absl::StatusOr<Genesis> genesis = DecodeGenesis(first->entry);
  if (!genesis.ok()) return Fail(Failure::kCorrupt, genesis.status().message());
  return genesis;
}

absl::StatusOr<SnapshotStat> Snapshot::Stat() const {
  absl::StatusOr<Genesis> genesis = ReadGenesis();
  if (!genesis.ok()) return genesis.status();
  absl::StatusOr<StoreStat> store = ledger_.Stat();
  if (!store.ok()) return store.status();
  SnapshotStat stat{.genesis = *std::move(genesis),
                    .head = txn_.head(),
                    .parties = 0,
                    .accounts = 0,
                    .holds = 0,
                    .store = *store};
  const StateReader lock(ledger_.state_lock_);
  const State& state = core_->state();
  stat.parties = state.accounts.parties().At(size()).size();
  stat.accounts = state.accounts.accounts().At(size()).size();
  const auto holds = state.holds.table().At(size());
  for (Slot i = 0; i < holds.size(); ++i) {
    if (holds[i].index != 0) ++stat.holds;
  }
  return stat;
}

absl::StatusOr<Hash> Snapshot::RootAt(uint64_t wanted) const {
  if (wanted == size()) return root();
  if (wanted > size()) {
    return Fail(Failure::kNotFound, absl::StrCat("the snapshot has ", size(), " entries, not ",
                                                 wanted));
  }
  const auto read = [this](int level, uint64_t index) { return TileHash(level, index); };
  const absl::StatusOr<Frontier> frontier = FrontierAt(wanted, read);
  if (!frontier.ok()) return frontier.status();
  return frontier->Root();
}

absl::StatusOr<Hash> Snapshot::TileHash(int level, uint64_t index) const {
  if (level > 0) return txn_.TileHash(level, index);
  const absl::StatusOr<Record> record = txn_.At(index);
  if (!record.ok()) return record.status();
  return record->leaf;
}

absl::StatusOr<Hash> Snapshot::NamedBy(uint64_t index) const {
  if (index == 0) return Hash{};
  return TileHash(0, index - 1);
}

absl::StatusOr<NodeCache*> Snapshot::Nodes(uint64_t tree_size) const {
  if (tree_size > size()) {
    return Fail(Failure::kNotFound, absl::StrCat("the snapshot has ", size(), " entries, not ",
                                                 tree_size));
  }
  if (nodes_ == nullptr) {
    nodes_ = std::make_unique<NodeCache>(
        size(), [this](int level, uint64_t first, absl::Span<Hash> hashes) {
          return txn_.TileHashes(level, first, hashes);
        });
  }
  return nodes_.get();
}

absl::StatusOr<std::vector<Hash>> Snapshot::ProveInclusion(uint64_t index,
                                                           uint64_t tree_size) const {
  const absl::StatusOr<NodeCache*> nodes = Nodes(tree_size);
  if (!nodes.ok()) return nodes.status();
  return hourbook::ProveInclusion(index, tree_size, **nodes);
}

absl::StatusOr<std::vector<Hash>> Snapshot::ProveConsistency(uint64_t old_size,
                                                             uint64_t new_size) const {
  const absl::StatusOr<NodeCache*> nodes = Nodes(new_size);
  if (!nodes.ok()) return nodes.status();
  return hourbook::ProveConsistency(old_size, new_size, **nodes);
}

absl::StatusOr<Record> Snapshot::At(uint64_t index) const {
  if (index >= size()) {
    return Fail(Failure::kNotFound, absl::StrCat("the snapshot has ", size(),
                                                 " entries, so none has index ", index));
  }
  return txn_.At(index);
}

absl::StatusOr<Record> Snapshot::Get(const Id& id) const {
  const absl::StatusOr<std::optional<uint64_t>> index = Find(id);
  if (!index.ok()) return index.status();
  if (!*index) {
    return Fail(Failure::kNotFound, absl::StrCat("no entry has the id ", HexEncode(id)));
  }
  return txn_.At(**index);
}

absl::StatusOr<std::optional<uint64_t>> Snapshot::Find(const Id& id) const {
  const absl::StatusOr<std::optional<uint64_t>> indexed = txn_.FindId(id);
  if (!indexed.ok() || *indexed) return indexed;
  const StateReader lock(ledger_.state_lock_);
  std::optional<uint64_t> recent = core_->history().recent().Find(id);
  if (recent && *recent >= size()) recent.reset();
  return recent;
}

absl::StatusOr<Slot> Snapshot::FindParty(const Id& party) const {
  const Accounts& accounts = core_->state().accounts;
  const Slot slot = accounts.FindParty(party);
  if (slot == kNoSlot || slot >= accounts.parties().At(size()).size()) {
    return Fail(Failure::kNotFound, absl::StrCat("no party has the id ", HexEncode(party)));
  }
  return slot;
}

absl::StatusOr<Party> Snapshot::PartyOf(const Id& party) const {
  const StateReader lock(ledger_.state_lock_);
  const absl::StatusOr<Slot> slot = FindParty(party);
  if (!slot.ok()) return slot.status();
  return core_->state().accounts.parties().At(size())[*slot];
}

absl::StatusOr<Account> Snapshot::AccountOf(const Id& party, Unit unit) const {
  const StateReader lock(ledger_.state_lock_);
  const absl::StatusOr<Slot> slot = FindParty(party);
  if (!slot.ok()) return slot.status();
  const Accounts& accounts = core_->state().accounts;
  Slot account = accounts.parties().At(size())[*slot].first_account;
  const auto all = accounts.accounts().At(size());
  while (account != kNoSlot) {
    const Account& found = all[account];
    if (found.unit == static_cast<uint16_t>(unit)) return found;
    account = found.next_account;
  }
  return Account{};
}

absl::StatusOr<std::vector<Id>> Snapshot::IdsOf(const Id& party) const {
  const StateReader lock(ledger_.state_lock_);
  const absl::StatusOr<Slot> slot = FindParty(party);
  if (!slot.ok()) return slot.status();
  const auto parties = core_->state().accounts.parties().At(size());
  std::vector<Id> ids = {party};
  for (Slot linked = parties[*slot].linked; linked != kNoSlot;) {
    const Party& found = parties[linked];
    ids.push_back(found.id);
    linked = found.next_linked;
  }
  return ids;
}

absl::StatusOr<std::vector<Unit>> Snapshot::UnitsOf(const Id& party) const {
  const StateReader lock(ledger_.state_lock_);
  const absl::StatusOr<Slot> slot = FindParty(party);
  if (!slot.ok()) return slot.status();
  const Accounts& accounts = core_->state().accounts;
  std::vector<Unit> units;
  Slot account = accounts.parties().At(size())[*slot].first_account;
  const auto all = accounts.accounts().At(size());
  while (account != kNoSlot) {
    const Account& found = all[account];
    units.push_back(static_cast<Unit>(found.unit));
    account = found.next_account;
  }
  std::sort(units.begin(), units.end());
  return units;
}

std::vector<Party> Snapshot::Parties(uint64_t first, size_t most) const {
  const StateReader lock(ledger_.state_lock_);
  const auto all = core_->state().accounts.parties().At(size());
  std::vector<Party> parties;
  for (uint64_t i = first; i < all.size() && parties.size() < most; ++i) {
    parties.push_back(all[static_cast<Slot>(i)]);
  }
  return parties;
}

absl::StatusOr<Entry> SnapshotHistory::At(uint64_t index) {
  if (index >= base_) return own_[index - base_];
  const absl::StatusOr<Record> record = snapshot_.At(index);
  if (!record.ok()) return record.status();
  return record->entry;
}

absl::StatusOr<std::optional<uint64_t>> SnapshotHistory::Find(const Id& id) {
  if (replayed_ != kNoId && id == replayed_) return std::optional<uint64_t>();
  const auto own = own_index_.find(id);
  if (own != own_index_.end()) return std::optional<uint64_t>(own->second);
  absl::StatusOr<std::optional<uint64_t>> found = snapshot_.Find(id);
  // What the machine has not taken in yet is not known to it.
  if (found.ok() && *found && **found >= std::min(size_, base_)) found->reset();
  return found;
}

void SnapshotHistory::Append(const Entry& entry) {
  ++size_;
  if (!forked()) return;
  own_.push_back(entry);
  own_index_.emplace(entry.id, entry.index);
}

void SnapshotHistory::Truncate(uint64_t size) {
  while (size_ > size) {
    --size_;
    if (!forked()) continue;
    own_index_.erase(own_.back().id);
    own_.pop_back();
  }
}

void SnapshotHistory::Rejoin() {
  Truncate(base_);
  base_ = kNotForked;
}

}  // namespace hourbook
