// A history in memory.
#ifndef TESTS_RULES_MEMORY_HISTORY_H_
#define TESTS_RULES_MEMORY_HISTORY_H_

#include <map>
#include <vector>

#include "ledger/rules/history.h"

namespace hourbook {

class MemoryHistory : public History {
 public:
  absl::StatusOr<Entry> At(uint64_t index) override { return entries_.at(index); }

  absl::StatusOr<std::optional<uint64_t>> Find(const Id& id) override {
    const auto found = index_by_id_.find(id);
    return found == index_by_id_.end() ? std::nullopt : std::optional<uint64_t>(found->second);
  }

  void Append(const Entry& entry) override {
    index_by_id_[entry.id] = entries_.size();
    entries_.push_back(entry);
  }

  void Truncate(uint64_t size) override {
    while (entries_.size() > size) {
      index_by_id_.erase(entries_.back().id);
      entries_.pop_back();
    }
  }

  const std::vector<Entry>& entries() const { return entries_; }

 private:
  std::vector<Entry> entries_;
  std::map<Id, uint64_t> index_by_id_;
};

}  // namespace hourbook

#endif  // TESTS_RULES_MEMORY_HISTORY_H_
