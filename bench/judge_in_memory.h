// The rules alone, over a history in memory: no store, no hashes, no disk.
#ifndef BENCH_JUDGE_IN_MEMORY_H_
#define BENCH_JUDGE_IN_MEMORY_H_

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "api/hourbook.h"
#include "bench/workload.h"
#include "ledger/rules/machine.h"

namespace hourbook::bench {

// All entries, in one piece of memory.
class PlainHistory : public History {
 public:
  // The memory is there before it is measured.
  explicit PlainHistory(size_t most) : entries_(most) {
    entries_.clear();
    index_.reserve(most);
  }

  absl::StatusOr<Entry> At(uint64_t index) override { return entries_[index]; }
  absl::StatusOr<std::optional<uint64_t>> Find(const Id& id) override {
    const auto found = index_.find(id);
    if (found == index_.end()) return std::optional<uint64_t>();
    return std::optional<uint64_t>(found->second);
  }
  void Prefetch(const Id& id) override { index_.prefetch(id); }
  void Append(const Entry& entry) override {
    index_.emplace(entry.id, entries_.size());
    entries_.push_back(entry);
  }
  void Truncate(uint64_t size) override {
    for (; entries_.size() > size; entries_.pop_back()) index_.erase(entries_.back().id);
  }

 private:
  std::vector<Entry> entries_;
  absl::flat_hash_map<Id, uint64_t> index_;
};

// outcomes: one for each entry, at the least. Ends the process where an entry is refused: the workloads
// make none that is.
void JudgeAll(Machine& machine, std::span<const hbk_entry> entries, std::vector<Outcome>& outcomes);

// A machine that is new judges the genesis and what the workload sends first.
void Found(Machine& machine, const Workload& workload);

}  // namespace hourbook::bench

#endif  // BENCH_JUDGE_IN_MEMORY_H_
