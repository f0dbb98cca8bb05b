// Which pages this process has found whole. Pages of a run of ids never change, so a lookup need not
// sum up all of a page to read a few bytes of it each time.
#ifndef LEDGER_STORE_CHECKED_PAGES_H_
#define LEDGER_STORE_CHECKED_PAGES_H_

#include <cstdint>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"

namespace hourbook {

// Thread-safe.
class CheckedPages {
 public:
  bool Contains(uint64_t run, uint64_t page) const {
    absl::ReaderMutexLock lock(&lock_);
    const auto found = runs_.find(run);
    return found != runs_.end() && page < found->second.size() && found->second[page];
  }

  void Add(uint64_t run, uint64_t page) {
    absl::MutexLock lock(&lock_);
    std::vector<bool>& pages = runs_[run];
    if (page >= pages.size()) pages.resize(page + 1);
    pages[page] = true;
  }

  void Forget(uint64_t run) {
    absl::MutexLock lock(&lock_);
    runs_.erase(run);
  }

 private:
  mutable absl::Mutex lock_;
  absl::flat_hash_map<uint64_t, std::vector<bool>> runs_ ABSL_GUARDED_BY(lock_);
};

}  // namespace hourbook

#endif  // LEDGER_STORE_CHECKED_PAGES_H_
