#include "ledger/engine/recent_ids.h"

namespace hourbook {

void RecentIds::Reset(uint64_t first) {
  first_ = first;
  ids_.clear();
  by_id_.Clear();
}

void RecentIds::Append(const Id& id) {
  by_id_.MakeRoom();
  ids_.push_back(id);
  by_id_.Add(id, NumberOf(end() - 1));
}

void RecentIds::Truncate(uint64_t end_wanted) {
  while (end() > end_wanted && !ids_.empty()) {
    by_id_.Remove(ids_.back(), NumberOf(end() - 1));
    ids_.pop_back();
  }
}

void RecentIds::DropBefore(uint64_t first) {
  constexpr size_t kAhead = 8;  // what is removed lies all over the index
  while (first_ < first && !ids_.empty()) {
    if (ids_.size() > kAhead) by_id_.Prefetch(ids_[kAhead]);
    by_id_.Remove(ids_.front(), NumberOf(first_));
    ids_.pop_front();
    ++first_;
  }
}

std::optional<uint64_t> RecentIds::Find(const Id& id) const {
  const uint32_t found = by_id_.Find(id, [this](uint32_t number) -> const Id& { return At(IndexOf(number)); });
  if (found == IdIndex::kNone) return std::nullopt;
  return IndexOf(found);
}

}  // namespace hourbook
