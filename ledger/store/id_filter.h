// Which ids a run does not hold, told from memory: most lookups are of new ids, and would otherwise
// read a page of every run.
#ifndef LEDGER_STORE_ID_FILTER_H_
#define LEDGER_STORE_ID_FILTER_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"

namespace hourbook {

// A Bloom filter in blocks of one cache line (Putze, Sanders, Singler: Cache-, hash- and
// space-efficient Bloom filters, 2007). At 12 bits a hash about one absent hash in a hundred passes.
class IdFilter {
 public:
  // For a run of so many pairs.
  explicit IdFilter(uint64_t pairs);

  void Add(uint64_t hash);

  // False only where the hash was not added.
  bool MayHold(uint64_t hash) const;

  // How many were added.
  uint64_t added() const { return added_; }

 private:
  static constexpr size_t kWordsPerBlock = 8;

  size_t BlockOf(uint64_t hash) const;

  uint64_t added_ = 0;
  std::vector<uint64_t> words_;
};

// The filters of a store's runs, by run number. Only what is on disk gets here: run numbers of a
// dropped transaction are used again. Thread-safe.
class IdFilters {
 public:
  // The run's filter if it covers `pairs` pairs, or none.
  std::shared_ptr<const IdFilter> Get(uint64_t run, uint64_t pairs) const;

  void Put(uint64_t run, std::shared_ptr<IdFilter> filter);

  // As Get, for who goes on adding to it: nobody else has it, since it covers no whole run yet.
  std::shared_ptr<IdFilter> Take(uint64_t run, uint64_t pairs);
  void Forget(uint64_t run);

 private:
  mutable absl::Mutex lock_;
  absl::flat_hash_map<uint64_t, std::shared_ptr<IdFilter>> filters_ ABSL_GUARDED_BY(lock_);
};

}  // namespace hourbook

#endif  // LEDGER_STORE_ID_FILTER_H_
