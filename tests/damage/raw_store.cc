#include "tests/damage/raw_store.h"

#include <lmdb.h>
#include <xxhash.h>

#include <cinttypes>
#include <cstdio>
#include <cstring>
#include <fstream>

#include "ledger/base/check.h"
#include "ledger/store/record.h"

namespace hourbook::damage {
namespace {

constexpr const char* kDatabases[] = {"log", "meta", "ids", "tiles", "state"};
constexpr size_t kMapSize = size_t{1} << 26;

void Done(int code) { HOURBOOK_CHECK(code == 0, "LMDB does as it is told"); }

MDB_val ToVal(absl::string_view bytes) { return {bytes.size(), const_cast<char*>(bytes.data())}; }

std::string ToString(const MDB_val& val) {
  return std::string(static_cast<const char*>(val.mv_data), val.mv_size);
}

MDB_dbi Open(MDB_txn* txn, const std::string& database) {
  MDB_dbi opened = 0;
  Done(mdb_dbi_open(txn, database.c_str(), 0, &opened));
  return opened;
}

void Repair(std::string& value, size_t begin, size_t end) {
  if (end - begin < sizeof(uint64_t)) return;
  const uint64_t checksum = XXH3_64bits(value.data() + begin, end - begin - sizeof(checksum));
  std::memcpy(value.data() + end - sizeof(checksum), &checksum, sizeof(checksum));
}

}  // namespace

RawStore::RawStore(const std::string& directory) : file_(directory + "/data.mdb") {
  Done(mdb_env_create(&env_));
  Done(mdb_env_set_maxdbs(env_, 8));
  Done(mdb_env_set_mapsize(env_, kMapSize));
  Done(mdb_env_open(env_, directory.c_str(), MDB_NOSYNC | MDB_NOLOCK, 0644));
}

RawStore::~RawStore() { mdb_env_close(env_); }

// LMDB does not say where it maps the file; the system does.
uint64_t RawStore::PlaceOf(const void* address) const {
  const auto wanted = reinterpret_cast<uintptr_t>(address);
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    uintptr_t begin = 0, end = 0;
    uint64_t offset = 0;
    // NOLINTNEXTLINE(cert-err34-c): the system wrote it
    if (std::sscanf(line.c_str(), "%" SCNxPTR "-%" SCNxPTR " %*s %" SCNx64, &begin, &end, &offset) != 3)
      continue;
    if (wanted >= begin && wanted < end) return wanted - begin + offset;
  }
  HOURBOOK_CHECK(false, "what LMDB gives lies in its map");
  return 0;
}

std::vector<RawRecord> RawStore::ReadAll() {
  std::vector<RawRecord> records;
  MDB_txn* txn = nullptr;
  Done(mdb_txn_begin(env_, nullptr, MDB_RDONLY, &txn));
  const void* map = nullptr;
  uint64_t map_at = 0;
  for (const char* const database : kDatabases) {
    MDB_cursor* cursor = nullptr;
    Done(mdb_cursor_open(txn, Open(txn, database), &cursor));
    MDB_val key;
    MDB_val value;
    for (int code = mdb_cursor_get(cursor, &key, &value, MDB_FIRST); code == 0;
         code = mdb_cursor_get(cursor, &key, &value, MDB_NEXT)) {
      if (map == nullptr) {
        map = key.mv_data;
        map_at = PlaceOf(map);
      }
      const auto place = [&](const void* address) {
        return map_at +
               static_cast<uint64_t>(static_cast<const char*>(address) - static_cast<const char*>(map));
      };
      records.push_back({database, ToString(key), ToString(value), place(key.mv_data), place(value.mv_data)});
    }
    mdb_cursor_close(cursor);
  }
  mdb_txn_abort(txn);
  return records;
}

void RawStore::Change(const std::vector<RawRecord>& put, const std::vector<RawRecord>& removed) {
  MDB_txn* txn = nullptr;
  Done(mdb_txn_begin(env_, nullptr, 0, &txn));
  for (const RawRecord& record : removed) {
    MDB_val key = ToVal(record.key);
    const int code = mdb_del(txn, Open(txn, record.database), &key, nullptr);
    Done(code == MDB_NOTFOUND ? 0 : code);
  }
  for (const RawRecord& record : put) {
    MDB_val key = ToVal(record.key);
    MDB_val value = ToVal(record.value);
    Done(mdb_put(txn, Open(txn, record.database), &key, &value, 0));
  }
  Done(mdb_txn_commit(txn));
}

std::string WithChecksum(absl::string_view database, std::string value) {
  if (database != "log") {
    Repair(value, 0, value.size());
    return value;
  }
  for (size_t at = 0; at + sizeof(StoredRecord) <= value.size(); at += sizeof(StoredRecord)) {
    Repair(value, at, at + sizeof(StoredRecord));
  }
  return value;
}

}  // namespace hourbook::damage
