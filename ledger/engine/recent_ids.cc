#include "ledger/engine/recent_ids.h"

namespace hourbook {

void RecentIds::Reset(uint64_t first) {
  first_ = first;
  ids_.clear();
  index_by_id_.clear();
}

void RecentIds::Append(const Id& id) {
  index_by_id_.emplace(id, end());
  ids_.push_back(id);
}

void RecentIds::Truncate(uint64_t end_wanted) {
  while (end() > end_wanted && !ids_.empty()) {
    index_by_id_.erase(ids_.back());
    ids_.pop_back();
  }
}

void RecentIds::DropBefore(uint64_t first) {
  constexpr size_t kAhead = 8;  // ids were hashed all over the map
  while (first_ < first && !ids_.empty()) {
    if (ids_.size() > kAhead) index_by_id_.prefetch(ids_[kAhead]);
    index_by_id_.erase(ids_.front());
    ids_.pop_front();
    ++first_;
  }
}

std::optional<uint64_t> RecentIds::Find(const Id& id) const {
  const auto found = index_by_id_.find(id);
  if (found == index_by_id_.end()) return std::nullopt;
  return found->second;
}

}  // namespace hourbook
