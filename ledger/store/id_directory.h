// The index of ids, as its directory describes it.
//
// Ids come in any order, random ones too, for ever; so neither a B-tree of them (a page rewritten
// for each) nor a table in memory will do. They are kept as runs: pairs (hash of the id, index)
// sorted by hash, in pages. New ids make a run of level 0; kIdFanout runs of a level are merged, a
// little with each commit, into one of the next. The hash is XXH3-64 of the id; a candidate is
// confirmed against the entry itself.
#ifndef LEDGER_STORE_ID_DIRECTORY_H_
#define LEDGER_STORE_ID_DIRECTORY_H_

#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace hourbook {

inline constexpr size_t kIdFanout = 4;
// Runs of the highest level are not merged any more. 4^15 runs of one id each reach it.
inline constexpr size_t kIdLevels = 16;
// So many runs, fewer than kIdFanout of them on the highest level, hold kIdFanout of a lower one: a
// merge can always make room.
inline constexpr size_t kMostIdRuns = kIdLevels * kIdFanout;
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

// A merge under way, of the oldest kIdFanout runs of its level. Each level has one of its own: were
// there one for all, hundreds of new runs would gather while the oldest levels are merged.
struct IdMerge {
  uint64_t output;            // number of the run being written; 0 where there is no merge
  uint64_t written;           // pairs in it
  uint64_t taken[kIdFanout];  // pairs taken from each input
};

struct IdDirectory {
  uint64_t changes;      // commits that changed it: tells the newer of two
  uint64_t covered;      // entries whose ids are in the runs
  uint64_t last_number;  // of the newest run
  uint64_t run_count;
  uint64_t doomed_count;
  IdMerge merges[kIdLevels];      // by the level of their inputs
  IdRun runs[kMostIdRuns];        // oldest first, so that levels only fall
  IdRun doomed[kMostDoomedRuns];  // merged; `pairs` tells how many pages are left to drop
};

// Where the runs of a level begin, if it has enough to merge; otherwise run_count.
uint64_t InputsOf(const IdDirectory& ids, uint64_t level);

// Whether a directory is one that a log of this size can have.
bool IsSound(const IdDirectory& ids, uint64_t size);

static_assert(std::has_unique_object_representations_v<IdDirectory>);
static_assert(sizeof(IdDirectory) == 341 * sizeof(uint64_t));

}  // namespace hourbook

#endif  // LEDGER_STORE_ID_DIRECTORY_H_
