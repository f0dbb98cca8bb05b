// The ledger on disk: one LMDB environment in a directory of its own. The only code that touches
// LMDB. Knows nothing of rules: it keeps records in order, checked, and durable, and beside them
// what the engine derives from them and would be slow to derive anew.
#ifndef LEDGER_STORE_STORE_H_
#define LEDGER_STORE_STORE_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "ledger/store/id_directory.h"
#include "ledger/store/record.h"
#include "ledger/store/writer_lock.h"

struct MDB_txn;

namespace hourbook {

// Asked every few thousand pages by what reads for long: anything but Ok ends that, as its answer.
using MayGoOn = absl::FunctionRef<absl::Status()>;

class Environment;
class IdFilter;
class IdFilters;

struct StoreOptions {
  bool create = false;     // make the directory and an empty log where there is none
  bool read_only = false;  // works beside a living writer
  // Address space to reserve, not disk: the file grows by what is written. Halved until the system
  // grants it. A test may set it small.
  uint64_t map_size = uint64_t{1} << 38;
};

// What all transactions of a store share. Its parts outlive them.
struct StoreParts {
  Environment* environment;
  IdFilters* filters;
  unsigned log, meta, ids, tiles, state;  // LMDB's database handles
};

// A view of the store as of its start, which no writer disturbs and which disturbs no writer. May
// be used by one thread at a time. Must end before its Store. kCorrupt is any function's answer
// where what it reads is missing or damaged.
class ReadTxn {
 public:
  ReadTxn(ReadTxn&&) noexcept = default;
  ReadTxn& operator=(ReadTxn&&) noexcept = default;

  const Head& head() const { return head_; }

  // The record at index. kNotFound from head().size on.
  absl::StatusOr<Record> At(uint64_t index) const;

  // Entries whose ids are indexed: those before this index.
  uint64_t ids_covered() const { return ids_.covered; }

  // The index of the entry with this id among those that are indexed, or nothing.
  absl::StatusOr<std::optional<uint64_t>> FindId(const Id& id) const;

  // Says that FindId will be asked for it soon.
  void PrefetchId(const Id& id) const;

  // The kept hash (level, index) of the tree, level 1 and up.
  absl::StatusOr<Hash> TileHash(int level, uint64_t index) const;

  // Fills in the kept hashes from (level, first) on, those of leaves at level 0: faster than one by
  // one. kNotFound for leaves that are not in the log.
  absl::Status TileHashes(int level, uint64_t first, absl::Span<Hash> hashes) const;

  // Of nothing where there is none, or one of another layout.
  absl::StatusOr<StateHead> ReadStateHead() const;
  absl::StatusOr<std::string> StatePage(uint64_t part, uint32_t table, uint32_t page) const;
  absl::StatusOr<uint64_t> CountStatePages(uint64_t part) const;

  // Goes through all that is stored: Ok where every database has just the records that it must, and each
  // matches its checksum. Those of the log At reads, so they are only counted here.
  absl::Status CheckStored(MayGoOn may_go_on) const;

 protected:
  friend class Store;
  struct Abort {
    Environment* environment;
    void operator()(MDB_txn* txn) const;
  };

  ReadTxn(MDB_txn* txn, const StoreParts& parts) : txn_(txn, {parts.environment}), parts_(parts) {}

  absl::Status ReadMeta();
  absl::Status CheckMeta(MayGoOn may_go_on) const;
  absl::Status CheckLog(MayGoOn may_go_on) const;
  absl::Status CheckTiles(MayGoOn may_go_on) const;
  absl::Status CheckIds(MayGoOn may_go_on) const;
  absl::Status CheckMerges(MayGoOn may_go_on) const;
  absl::Status CheckState(MayGoOn may_go_on) const;
  absl::StatusOr<std::optional<StateHead>> FindStateHead() const;
  absl::StatusOr<StateHead> HeadAfterAll() const;
  absl::StatusOr<absl::string_view> BlockFrom(uint64_t index) const;
  absl::Status LeafHashes(uint64_t first, absl::Span<Hash> hashes) const;
  // Part of a page of kept hashes, from one of level 1 and up on to the page's end.
  absl::StatusOr<absl::Span<const Hash>> TilePage(int level, uint64_t index) const;
  void LoadFilters() const;
  // Whether the run at this place of the directory may hold the hash.
  absl::StatusOr<bool> MayHold(uint64_t place, uint64_t hash) const;
  absl::StatusOr<std::optional<uint64_t>> FindInRun(const IdRun& run, uint64_t hash,
                                                    const Id& id) const;

  std::unique_ptr<MDB_txn, Abort> txn_;
  StoreParts parts_;
  Head head_{};
  IdDirectory ids_{};
  // Those of ids_.runs, null where there is none; got when an id is looked up.
  mutable std::vector<std::shared_ptr<const IdFilter>> run_filters_;
  mutable bool filters_loaded_ = false;
  // Of runs that this transaction writes or goes on with; null where there is none.
  std::map<uint64_t, std::shared_ptr<IdFilter>> new_filters_;
};

// The one writer of all processes. Nothing of it can be seen by others, or survives, until Commit
// returns Ok. After an error of any function it must be dropped: kMapFull, kDiskFull, kCorrupt,
// kIoError. Ends in the thread that began it.
class WriteTxn : public ReadTxn {
 public:
  WriteTxn(WriteTxn&&) noexcept;
  WriteTxn& operator=(WriteTxn&&) noexcept;
  ~WriteTxn();

  // Adds records at head().size. kInvalidArgument where the first has another index or they do not
  // follow each other.
  absl::Status Append(absl::Span<const Record> records);

  // Indexes the ids of the entries from ids_covered() on: all of them up to the last one given, in
  // any order.
  absl::Status AddIds(absl::Span<const IdAt> ids);

  // Goes on merging the index of ids, so that lookups stay few: about `budget` pairs. What is begun
  // is finished by later transactions of any process.
  absl::Status MergeIds(uint64_t budget);

  // Keeps a hash of the tree. Each level is given in order, from index 0 on.
  void PutTileHash(int level, uint64_t index, const Hash& hash);

  // A page of the state: kInvalidArgument beyond 4,000 bytes.
  absl::Status PutStatePage(uint64_t part, uint32_t table, uint32_t page, absl::string_view bytes);
  absl::Status PutStateHead(const StateHead& head);

  // Has the head name no part, be it sound or not. Heads that no ledger has, or a damaged key makes, go.
  absl::Status DropState();

  // Drops pages, `budget` at most, of parts that the head does not name. Whether there may be more.
  absl::StatusOr<bool> DropStatePages(uint64_t budget);

  // Writes everything with the tree's new root and syncs; the transaction is over either way.
  // kMapFull: nothing was written; Grow and write again. Any other error means that nothing is
  // certain to be on disk: the store must be closed and opened again.
  absl::Status Commit(const Hash& root);

 private:
  friend class Store;
  WriteTxn(ReadTxn txn, std::unique_ptr<WriterLock> lock);

  absl::Status DropStrayHeads();
  absl::Status FlushTiles();
  void IdsChange();
  absl::Status MergeLevel(uint64_t level, uint64_t first, uint64_t& budget);
  // The filter of a merge's output of so many pairs in all, or null.
  IdFilter* FilterOf(const IdMerge& merge, uint64_t pairs);

  std::unique_ptr<WriterLock> lock_;  // null where the caller has it
  std::map<int, std::vector<std::pair<uint64_t, Hash>>> new_tile_hashes_;
  bool ids_changed_ = false;
};

// Thread-safe, but for one WriteTxn at a time.
class Store {
 public:
  // Makes a directory for one, durably, where there is none. kNotFound where the one above it is missing.
  static absl::Status MakeDirectory(const std::string& directory);

  // Whether a directory holds one's data file.
  static bool IsIn(const std::string& directory);

  // kNotFound where the directory holds no ledger (and create is not set); kNotALedger where it
  // holds another LMDB file; kCorrupt, kTruncated, kNewerFormat, kPermissionDenied.
  static absl::StatusOr<std::unique_ptr<Store>> Open(const std::string& directory,
                                                     const StoreOptions& options);
  ~Store();
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  // kPoisoned after a write that failed, as for Write.
  absl::StatusOr<ReadTxn> Read() const;

  // The same, or nothing where it would have to wait for the map to grow: Read waits.
  absl::StatusOr<std::optional<ReadTxn>> TryRead() const;

  // Waits for the writer of any process to end; kTimeout where that takes past the deadline.
  // kReadOnly where the store was opened so.
  absl::StatusOr<std::unique_ptr<WriterLock>> Lock(absl::Time deadline);

  // Under a lock that is held until the transaction is over; one at a time.
  absl::StatusOr<WriteTxn> Write(const WriterLock& lock);

  // Both.
  absl::StatusOr<WriteTxn> Write(absl::Time deadline = absl::InfiniteFuture());

  // Copies the store as of now into a directory, made where it does not exist, which must hold no
  // data file: kLedgerExists. The copy is compacted and synced.
  absl::Status Backup(const std::string& directory) const;

  // Doubles the address space of this process for the file, after kMapFull. Waits some seconds for
  // the process's transactions to end, then fails with kMapFull.
  absl::Status Grow();

  absl::StatusOr<StoreStat> Stat() const;

 private:
  Store(std::string directory, std::unique_ptr<Environment> environment, bool read_only);

  absl::Status OpenDatabases(bool create);
  absl::StatusOr<ReadTxn> Begin(unsigned flags) const;
  absl::StatusOr<WriteTxn> BeginWrite(std::unique_ptr<WriterLock> lock);

  const std::string directory_;
  const bool read_only_;
  std::unique_ptr<Environment> environment_;
  std::unique_ptr<IdFilters> filters_;
  StoreParts parts_;
};

}  // namespace hourbook

#endif  // LEDGER_STORE_STORE_H_
