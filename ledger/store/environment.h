// The LMDB environment of a store: how it is opened, grown and counted, and what its errors mean.
#ifndef LEDGER_STORE_ENVIRONMENT_H_
#define LEDGER_STORE_ENVIRONMENT_H_

#include <lmdb.h>

#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "ledger/store/store.h"

namespace hourbook {

// An LMDB or system error as a Status that says what was being done and what to do.
absl::Status LmdbError(int code, absl::string_view doing);

std::string DataFile(const std::string& directory);

// Makes the names in a directory durable.
absl::Status SyncDirectory(const std::string& directory);

// Thread-safe.
class Environment {
 public:
  static absl::StatusOr<std::unique_ptr<Environment>> Open(const std::string& directory,
                                                           const StoreOptions& options);
  ~Environment();
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

  // Begins a transaction; what another process grew the map to is adopted first. Each one begun
  // ends with Commit, or with mdb_txn_abort and then End, which counts it as over.
  absl::StatusOr<MDB_txn*> Begin(unsigned flags);
  // A reading one; null where Begin would have to wait for the map to grow.
  absl::StatusOr<MDB_txn*> TryBeginRead();
  absl::Status Commit(MDB_txn* txn);
  void End();

  // Doubles the map. LMDB forbids this while the process has a transaction: waits a while for them
  // to end, then fails with kMapFull.
  absl::Status Grow();

  absl::Status Copy(const std::string& directory);
  absl::StatusOr<StoreStat> Stat();

 private:
  explicit Environment(std::string directory) : directory_(std::move(directory)) {}

  int Fd() const;
  uint64_t NeededBytes() const;
  absl::Status CheckLength();
  // Of a file that is shorter than LMDB says.
  absl::StatusOr<bool> LacksNothing();
  absl::Status IsCutShort() const;

  // Counts what uses the map as live, until End.
  absl::Status Enter();
  int TryBegin(unsigned flags, MDB_txn** txn);

  absl::Status Resize(bool grow);
  absl::Status Remap(bool grow) ABSL_EXCLUSIVE_LOCKS_REQUIRED(lock_);

  const std::string directory_;
  MDB_env* env_ = nullptr;  // set once, by Open

  absl::Mutex lock_;
  int live_ ABSL_GUARDED_BY(lock_) = 0;
  bool resizing_ ABSL_GUARDED_BY(lock_) = false;
  absl::Status map_lost_ ABSL_GUARDED_BY(lock_);  // not Ok once LMDB has no map any more
};

}  // namespace hourbook

#endif  // LEDGER_STORE_ENVIRONMENT_H_
