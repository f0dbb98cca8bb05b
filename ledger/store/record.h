// What the store keeps, byte by byte. Local to a machine and rebuildable from the entries, so not
// part of FORMAT.md; every value carries an XXH3-64 checksum, so that damage is an error and never
// a wrong number.
#ifndef LEDGER_STORE_RECORD_H_
#define LEDGER_STORE_RECORD_H_

#include <cstdint>
#include <type_traits>

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

// As many records as fill the one overflow page that LMDB gives a value of up to 4,080 bytes; a
// larger value would need runs of free pages, which are slow to find.
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

static_assert(sizeof(StoredRecord) == 232);
static_assert(kRecordsPerBlock * sizeof(StoredRecord) <= 4'080);
static_assert(std::has_unique_object_representations_v<StoredRecord>);
static_assert(std::has_unique_object_representations_v<Head>);

}  // namespace hourbook

#endif  // LEDGER_STORE_RECORD_H_
