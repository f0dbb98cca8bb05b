// A ledger's LMDB file as whoever has the disk sees it: every record of every database, and where in the
// file it lies; changed at will, with the checksum made right or not. It calls LMDB itself, beside
// ledger/store, because no store may do what it does.
#ifndef TESTS_DAMAGE_RAW_STORE_H_
#define TESTS_DAMAGE_RAW_STORE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

struct MDB_env;

namespace hourbook::damage {

struct RawRecord {
  std::string database;
  std::string key, value;
  uint64_t key_at, value_at;  // in data.mdb
};

// Not while the ledger is open in this process.
class RawStore {
 public:
  explicit RawStore(const std::string& directory);
  ~RawStore();
  RawStore(const RawStore&) = delete;
  RawStore& operator=(const RawStore&) = delete;

  // In the order of their keys, one database after the other.
  std::vector<RawRecord> ReadAll();

  // Puts these, and removes what has the other keys given, in one transaction.
  void Change(const std::vector<RawRecord>& put, const std::vector<RawRecord>& removed = {});

 private:
  uint64_t PlaceOf(const void* address) const;

  const std::string file_;
  MDB_env* env_ = nullptr;
};

// A value of a database with the checksums that belong to what it holds.
std::string WithChecksum(absl::string_view database, std::string value);

}  // namespace hourbook::damage

#endif  // TESTS_DAMAGE_RAW_STORE_H_
