// The ledger on disk: one LMDB environment in a directory of its own. The only code that touches
// LMDB. Knows nothing of rules: it keeps records in order, checked, and durable.
#ifndef LEDGER_STORE_STORE_H_
#define LEDGER_STORE_STORE_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "ledger/store/record.h"

struct MDB_env;
struct MDB_txn;

namespace hourbook {

struct StoreOptions {
  bool create = false;     // make the directory and an empty log where there is none
  bool read_only = false;  // works beside a living writer
  // Address space to reserve, not disk: the file grows by what is written. Halved until the system
  // grants it. A test may set it small.
  uint64_t map_size = uint64_t{1} << 38;
};

// A view of the log as of its start, which no writer disturbs and which disturbs no writer. May be
// used by one thread at a time. Must end before its Store.
class ReadTxn {
 public:
  ReadTxn(ReadTxn&&) noexcept = default;
  ReadTxn& operator=(ReadTxn&&) noexcept = default;

  const Head& head() const { return head_; }

  // The record at index. OutOfRange from head().size on; DataLoss where its bytes are damaged.
  absl::StatusOr<Record> At(uint64_t index) const;

 protected:
  friend class Store;
  struct Abort {
    void operator()(MDB_txn* txn) const;
  };

  ReadTxn(MDB_txn* txn, unsigned log, unsigned meta, const Head& head)
      : txn_(txn), log_(log), meta_(meta), head_(head) {}

  std::unique_ptr<MDB_txn, Abort> txn_;
  unsigned log_;
  unsigned meta_;
  Head head_;
};

// The one writer of all processes. Nothing of it can be seen by others, or survives, until Commit
// returns Ok. Ends in the thread that began it.
class WriteTxn : public ReadTxn {
 public:
  // Adds records at head().size. InvalidArgument where the first has another index or they do not
  // follow each other. After any other error the transaction must be dropped: ResourceExhausted
  // where the map or the disk is full.
  absl::Status Append(absl::Span<const Record> records);

  // Writes everything with the tree's new root and syncs; the transaction is over either way. An
  // error means that nothing is certain to be on disk: the store must be closed and opened again.
  absl::Status Commit(const Hash& root);

 private:
  friend class Store;
  using ReadTxn::ReadTxn;
};

class Store {
 public:
  // NotFound where the directory holds no ledger (and create is not set); DataLoss where it is
  // damaged or cut short; FailedPrecondition where it is of a newer format.
  static absl::StatusOr<std::unique_ptr<Store>> Open(const std::string& directory,
                                                     const StoreOptions& options);
  ~Store();
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  absl::StatusOr<ReadTxn> Read() const;

  // Waits for the writer of any process to end.
  absl::StatusOr<WriteTxn> Write();

 private:
  Store(std::string directory, MDB_env* env) : directory_(std::move(directory)), env_(env) {}

  absl::Status OpenDatabases(bool create);
  absl::StatusOr<MDB_txn*> Begin(unsigned flags) const;

  std::string directory_;
  MDB_env* env_;
  unsigned log_ = 0;
  unsigned meta_ = 0;
};

}  // namespace hourbook

#endif  // LEDGER_STORE_STORE_H_
