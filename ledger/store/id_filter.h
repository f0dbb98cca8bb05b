// Which ids a run does not hold, told from memory: most lookups are of new ids, and would otherwise
// read a page of every run.
#ifndef LEDGER_STORE_ID_FILTER_H_
#define LEDGER_STORE_ID_FILTER_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "ledger/base/hash_map.h"
#include "ledger/base/huge_memory.h"
#include "ledger/store/id_directory.h"

namespace hourbook {

// A Bloom filter in blocks of one cache line (Putze, Sanders, Singler: Cache-, hash- and
// space-efficient Bloom filters, 2007). At 12 bits a hash about one absent hash in a hundred
// passes.
class IdFilter {
 public:
  // For a run of so many pairs.
  explicit IdFilter(uint64_t pairs);

  void Add(uint64_t hash);

  // False only where the hash was not added.
  bool MayHold(uint64_t hash) const;

  // Says that a hash will be asked for soon.
  void Prefetch(uint64_t hash) const { __builtin_prefetch(&words_[BlockOf(hash)]); }

  // How many were added.
  uint64_t added() const { return added_; }

  size_t bytes() const { return words_.size() * sizeof(words_[0]); }

 private:
  static constexpr size_t kWordsPerBlock = 8;

  size_t BlockOf(uint64_t hash) const;

  uint64_t added_ = 0;
  std::vector<uint64_t, HugeAllocator<uint64_t>> words_;
};

// The filters of a store's runs, by run number. Holds those of committed runs alone, for the
// numbers of a dropped transaction are used again, by other processes too. A run may lack one: its
// filter is made once lookups have cost about as much as making it, so that opening a large ledger
// reads no whole run; and none is made beyond kMostFilterBytes, so that memory is bounded at any
// ledger size. Thread-safe.
class IdFilters {
 public:
  // Forgets what a committed directory does not name, unless a newer one was seen before.
  void Keep(const IdDirectory& ids);

  // An empty filter for so many pairs; null where there is no room.
  std::shared_ptr<IdFilter> New(uint64_t pairs) const;

  // The run's filter if it covers `pairs` pairs, or null.
  std::shared_ptr<const IdFilter> Get(uint64_t run, uint64_t pairs) const;

  // Counts a lookup in a run without a filter; whether it has become worth making.
  bool IsWorthMaking(const IdRun& run);

  // Nothing happens where the newest directory does not name the run.
  void Put(uint64_t run, std::shared_ptr<IdFilter> filter);

  // As Get, for who goes on adding to it: nobody else has it, since it covers no whole run yet.
  std::shared_ptr<IdFilter> Take(uint64_t run, uint64_t pairs);

 private:
  struct Slot {
    std::shared_ptr<IdFilter> filter;  // or null
    uint64_t lookups = 0;              // without it
  };

  mutable absl::Mutex lock_;
  uint64_t changes_ ABSL_GUARDED_BY(lock_) = 0;  // of the newest directory seen
  HashMap<uint64_t, Slot> slots_ ABSL_GUARDED_BY(lock_);  // of the runs it names
};

}  // namespace hourbook

#endif  // LEDGER_STORE_ID_FILTER_H_
