#include "bench/raw_lmdb.h"

#include <sys/stat.h>

#include <cstdio>
#include <cstdlib>

namespace hourbook::bench {
namespace {

void Must(int code) {
  if (code == 0) return;
  std::fprintf(stderr, "bench: LMDB: %s\n", mdb_strerror(code));
  std::exit(1);
}

}  // namespace

RawLmdb::RawLmdb(const std::string& directory) {
  ::mkdir(directory.c_str(), 0755);
  Must(mdb_env_create(&env_));
  Must(mdb_env_set_mapsize(env_, size_t{1} << 36));
  Must(mdb_env_open(env_, directory.c_str(), 0, 0644));
  MDB_txn* txn = nullptr;
  Must(mdb_txn_begin(env_, nullptr, 0, &txn));
  Must(mdb_dbi_open(txn, nullptr, MDB_INTEGERKEY | MDB_CREATE, &dbi_));
  Must(mdb_txn_commit(txn));
}

RawLmdb::~RawLmdb() { mdb_env_close(env_); }

void RawLmdb::Append(std::span<const hbk_entry> batch) {
  MDB_txn* txn = nullptr;
  Must(mdb_txn_begin(env_, nullptr, 0, &txn));
  for (const hbk_entry& entry : batch) {
    MDB_val key{sizeof(next_), &next_};
    MDB_val value{sizeof(entry), const_cast<hbk_entry*>(&entry)};
    Must(mdb_put(txn, dbi_, &key, &value, MDB_APPEND));
    ++next_;
  }
  Must(mdb_txn_commit(txn));
}

}  // namespace hourbook::bench
