// What the store keeps, byte by byte. Local to a machine and rebuildable from the entries, so not
// part of FORMAT.md. Every value carries an XXH3-64 checksum of what is before it, so that damage
// is an error and never a wrong number. Integers are as the machine has them (assumptions.h).
//
// | database | key                                   | value                                     |
// | -------- | ------------------------------------- | ----------------------------------------- |
// | log      | block number, u64                     | up to 17 StoredRecords                    |
// | meta     | "head"                                | Head                                      |
// | meta     | "ids"                                 | IdDirectory (id_directory.h: 341 u64s in  |
// |          |                                       | the order of its fields), then a checksum |
// | meta     | "state"                               | kStateLayout, u64; StateHead; a checksum  |
// | ids      | run << 32 | page, u64                 | up to 254 IdPairs (hash u64, index u64)   |
// |          |                                       | by hash, then by index; then a checksum   |
// | tiles    | level << 56 | index / 32, u64         | up to 32 hashes, then a checksum          |
// | state    | part, table << 32 | page: two u64s,   | records of rules/, each after its slot,   |
// |          | big-endian for their order            | then a checksum                           |
#ifndef LEDGER_STORE_RECORD_H_
#define LEDGER_STORE_RECORD_H_

#include <array>
#include <cstdint>
#include <type_traits>

#include "absl/strings/string_view.h"
#include "ledger/base/bytes.h"
#include "ledger/format/entry.h"

namespace hourbook {

// One entry of the log with its leaf hash: the link that the next entry hashes.
struct Record {
  Entry entry;
  Hash leaf;

  friend bool operator==(const Record& a, const Record& b) = default;
};

struct StoredRecord {
  Record record;
  uint64_t checksum;  // of record
};

// LMDB gives a value of up to this size one overflow page; a larger one would need runs of free
// pages, which are slow to find.
inline constexpr size_t kOnePage = 4'080;

inline constexpr uint64_t kRecordsPerBlock = 17;

// The state of the log as of the last commit.
struct Head {
  uint32_t magic;
  uint32_t version;
  uint64_t size;             // entries
  int64_t last_recorded_at;  // 0 where there is no entry
  Hash last_leaf;            // zeros where there is no entry
  Hash root;                 // of the tree over all leaf hashes
  uint64_t checksum;         // of all before it
};

inline constexpr uint32_t kHeadMagic = 0x314b4248;  // "HBK1"
inline constexpr uint32_t kFormatVersion = 1;

using StateCounts = std::array<uint32_t, 4>;  // records in each table of the state

// A part of the stored state: records of its tables. The first part has all that there were; each later
// one has those that changed since a moment not after that of the part before it, and brings the state to a
// ledger's size.
struct StatePart {
  uint64_t number;  // names its pages; never used again
  uint64_t size;
  StateCounts counts;
};

// A part that some process is writing, and how large the ledger was when it began; zeros for none.
struct StateJob {
  uint64_t number;
  uint64_t begun;
};

// A first part that is being written anew, by whoever writes entries; zeros for none.
struct StateWhole {
  StateJob job;
  uint64_t pages;  // of it that are written
  uint64_t end;    // how large the ledger was when the last one was; 0 before
  StateCounts counts;
};

inline constexpr size_t kMostStateParts = 64;

inline constexpr absl::string_view kStateKey = "state";

// That of the records (ledger/engine/state_parts.cc) and of the head. A state of another layout is as good as
// none: it is made again from the log.
inline constexpr uint64_t kStateLayout = 6;

struct StateHead {
  uint64_t last_number;
  uint64_t part_count;
  StateJob changes;
  StateWhole whole;
  StatePart parts[kMostStateParts];
};

// An entry's id and where the entry is.
struct IdAt {
  Id id;
  uint64_t index;
};

struct StoreStat {
  uint64_t data_bytes;  // up to the last page ever used; free pages among them are used again
  uint64_t file_bytes;
  uint64_t map_bytes;  // address space reserved
};

static_assert(sizeof(StoredRecord) == 232);
static_assert(kRecordsPerBlock * sizeof(StoredRecord) <= kOnePage);
static_assert(std::has_unique_object_representations_v<StoredRecord>);
static_assert(std::has_unique_object_representations_v<Head>);
static_assert(std::has_unique_object_representations_v<StateHead>);

}  // namespace hourbook

#endif  // LEDGER_STORE_RECORD_H_
