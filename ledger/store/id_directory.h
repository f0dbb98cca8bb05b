// The index of ids, as its directory describes it.
//
// Ids come in any order, random ones too, for ever; so neither a B-tree of them (a page rewritten for
// each) nor a table in memory will do. They are kept as runs: pairs (hash of the id, index) sorted by
// hash, in pages. New ids make a run of level 0; kFanout runs of a level are merged, a little with
// each commit, into one of the next. The hash is XXH3-64 of the id; a candidate is confirmed against
// the entry itself.
#ifndef LEDGER_STORE_ID_DIRECTORY_H_
#define LEDGER_STORE_ID_DIRECTORY_H_

#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace hourbook {

inline constexpr size_t kIdFanout = 4;
inline constexpr size_t kMostIdRuns = 64;     // 4^16 runs of level 0 and more
inline constexpr size_t kMostDoomedRuns = 16;

struct IdPair {
  uint64_t hash;
  uint64_t index;

  friend auto operator<=>(const IdPair& a, const IdPair& b) = default;
};

inline constexpr size_t kIdPairsPerPage = 254;

struct IdRun {
  uint64_t number;  // names its pages
  uint64_t level;
  uint64_t pairs;
};

// A merge under way: of kIdFanout runs that follow each other in the directory.
struct IdMerge {
  uint64_t first;   // of the inputs, in runs
  uint64_t output;  // number of the run being written; 0 where there is no merge
  uint64_t written;  // pairs in it
  uint64_t taken[kIdFanout];  // pairs taken from each input
};

struct IdDirectory {
  uint64_t covered;      // entries whose ids are in the runs
  uint64_t next_number;  // of the next run, less 1
  uint64_t run_count;
  uint64_t doomed_count;
  IdMerge merge;
  IdRun runs[kMostIdRuns];           // oldest first
  IdRun doomed[kMostDoomedRuns];  // merged; `pairs` tells how many pages are left to drop
};

static_assert(std::has_unique_object_representations_v<IdDirectory>);
static_assert(sizeof(IdDirectory) <= 4'000);

}  // namespace hourbook

#endif  // LEDGER_STORE_ID_DIRECTORY_H_
