#include "ledger/rules/holds.h"

#include "ledger/base/check.h"

namespace hourbook {

void Holds::Index(Slot slot) {
  const Hold& hold = table_[slot];
  if (hold.index == 0) {
    free_.insert(slot);
    return;
  }
  const bool added = slot_by_index_.emplace(hold.index, slot).second;
  HOURBOOK_CHECK(added, "a pending entry holds once");
  if (hold.deadline != kNoDeadline) deadlines_.emplace(hold.deadline, hold.index);
}

void Holds::Unindex(Slot slot) {
  const Hold& hold = table_[slot];
  free_.erase(slot);
  slot_by_index_.erase(hold.index);
  deadlines_.erase({hold.deadline, hold.index});
}

void Holds::Open(const Hold& hold) {
  HOURBOOK_CHECK(hold.index != 0, "the genesis holds nothing");
  if (free_.empty()) {
    Index(table_.Append(hold));
    return;
  }
  const Slot slot = *free_.begin();
  Unindex(slot);
  table_.Mutate(slot) = hold;
  Index(slot);
}

bool Holds::Restore(const Hold& hold) {
  if (hold.index != 0 && slot_by_index_.contains(hold.index)) return false;
  const Slot slot = table_.size();
  table_.Restore(slot, hold);
  Index(slot);
  return true;
}

std::optional<Hold> Holds::Find(uint64_t index) const {
  const auto found = slot_by_index_.find(index);
  if (found == slot_by_index_.end()) return std::nullopt;
  return table_[found->second];
}

void Holds::Close(uint64_t index) {
  const auto found = slot_by_index_.find(index);
  HOURBOOK_CHECK(found != slot_by_index_.end(), "only an open hold can be closed");
  const Slot slot = found->second;
  Unindex(slot);
  table_.Mutate(slot) = Hold{};
  Index(slot);
}

std::optional<Hold> Holds::FirstDue(int64_t now) const {
  if (deadlines_.empty() || deadlines_.begin()->first > now) return std::nullopt;
  return Find(deadlines_.begin()->second);
}

void Holds::RollBack(const Mark& mark) {
  // Rare, and the open holds are few: all slots are indexed anew.
  table_.RollBack(mark);
  slot_by_index_.clear();
  deadlines_.clear();
  free_.clear();
  for (Slot slot = 0; slot < table_.size(); ++slot) Index(slot);
}

}  // namespace hourbook
