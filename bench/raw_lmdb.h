// The floor: the same bytes appended to LMDB and synced, with no rules, hashes or indexes.
#ifndef BENCH_RAW_LMDB_H_
#define BENCH_RAW_LMDB_H_

#include <lmdb.h>

#include <span>
#include <string>

#include "api/hourbook.h"

namespace hourbook::bench {

class RawLmdb {
 public:
  explicit RawLmdb(const std::string& directory);
  ~RawLmdb();
  RawLmdb(const RawLmdb&) = delete;
  RawLmdb& operator=(const RawLmdb&) = delete;

  // One synced transaction, one MDB_APPEND put an entry.
  void Append(std::span<const hbk_entry> batch);

 private:
  MDB_env* env_ = nullptr;
  MDB_dbi dbi_ = 0;
  uint64_t next_ = 0;
};

}  // namespace hourbook::bench

#endif  // BENCH_RAW_LMDB_H_
