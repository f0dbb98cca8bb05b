// A ledger that is open in this process: one writer at a time, any number of readers.
//
// Locks, none of which is taken while another one of this process is held: that of the pipeline, held
// only to hand requests and groups over; the state lock, held while the state is read or changed, but
// never while anything is written to disk. The turn to write, one of all processes, is held for as long
// as anything is on its way.
#ifndef LEDGER_ENGINE_LEDGER_H_
#define LEDGER_ENGINE_LEDGER_H_

#include <sys/types.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "ledger/engine/core.h"
#include "ledger/engine/pipeline.h"
#include "ledger/engine/registry.h"
#include "ledger/engine/state_lock.h"
#include "ledger/engine/state_writer.h"
#include "ledger/format/genesis.h"
#include "ledger/store/store.h"

namespace hourbook {

class Snapshot;

struct LedgerOptions {
  bool read_only = false;
  bool replay = false;             // drop what is stored of the state; no other process has the ledger open
  uint64_t map_size = 0;           // bytes of address space; 0 for the store's default
  std::function<int64_t()> clock;  // unix nanoseconds; empty for the system's
  uint64_t state_period = 0;       // entries from one stored change of the state to the next; 0: the default
};

// Whether a batch may have this many entries: kBatchEmpty, kBatchTooLarge.
absl::Status CheckBatch(size_t entries);

// Thread-safe. Its snapshots and trials must end before it.
class Ledger {
 public:
  static constexpr size_t kBatchMax = 8'192;

  // Makes a new ledger in a directory and opens it. kLedgerExists where there is one;
  // kInvalidArgument for a genesis out of range.
  static absl::StatusOr<std::unique_ptr<Ledger>> Create(const std::string& directory,
                                                        const Genesis& genesis,
                                                        LedgerOptions options);

  // Opens a ledger and brings it up to date in memory.
  static absl::StatusOr<std::unique_ptr<Ledger>> Open(const std::string& directory,
                                                      LedgerOptions options);

  ~Ledger();
  Ledger(const Ledger&) = delete;
  Ledger& operator=(const Ledger&) = delete;

  // Judges a batch and returns once what stands of it is on disk. outcomes has one for each entry
  // and holds nothing that means anything unless it returns Ok. kTimeout where the deadline came before its turn.
  absl::Status Append(absl::Span<const Entry> batch, absl::Time deadline,
                      absl::Span<Outcome> outcomes);

  // Judges a batch and calls `tell` once, from a thread of the ledger's, with what Append would have
  // returned, after what stands is on disk; those of one ledger in the order they were submitted.
  // batch and outcomes must last until then. Returns when the batch is queued: any other status than
  // Ok means that tell is not called. kTimeout where the queue had no room until the deadline. `tell` must
  // not call Append, nor end the ledger; when it submits to a full queue it gets kTimeout at once. The
  // ledger's end waits until all are told.
  absl::Status Submit(absl::Span<const Entry> batch, absl::Time deadline,
                      absl::Span<Outcome> outcomes,
                      std::function<void(const absl::Status& status)> tell);

  // Waits until all that was handed in is done with and told; nothing more is taken over (kClosed).
  void Drain();

  // All that is on disk at this moment, whoever wrote it.
  absl::StatusOr<std::unique_ptr<Snapshot>> OpenSnapshot();

  // Ok unless the ledger is behind what was published of it (published.h): then nothing is appended
  // or signed, until the publication is forgotten and the ledger opened again.
  const absl::Status& not_behind() const { return not_behind_; }
  absl::Status ForgetPublication();

  // Its path, absolute.
  const std::string& directory() const { return directory_; }
  bool read_only() const { return read_only_; }

  // As Store's; what was published of the ledger is remembered in the copy too.
  absl::Status Backup(const std::string& directory);
  absl::StatusOr<StoreStat> Stat() const { return store_->Stat(); }

  int64_t Now() const { return clock_(); }

 private:
  friend class Snapshot;

  Ledger(std::string directory, std::unique_ptr<Store> store, Registry::Entry registered,
         LedgerOptions options);

  static absl::StatusOr<std::unique_ptr<Ledger>> OpenStore(const std::string& directory,
                                                           const StoreOptions& store_options,
                                                           LedgerOptions options);
  void LeaveThreads();
  absl::Status CheckUsable() const;
  // All that is on disk, with the state lock held, Ok or not: what is committed meanwhile has not changed
  // the state. Never waits with the lock held: whoever the wait is for may need it.
  absl::StatusOr<ReadTxn> ReadUnderLock() ABSL_EXCLUSIVE_LOCK_FUNCTION(state_lock_);
  absl::Status WriteGenesis(const Entry& genesis);
  absl::Status DropState();
  absl::Status LoadCore() ABSL_EXCLUSIVE_LOCKS_REQUIRED(state_lock_);
  // Takes in what other processes wrote.
  absl::Status CatchUp(const ReadTxn& txn) ABSL_EXCLUSIVE_LOCKS_REQUIRED(state_lock_);

  absl::Status CheckAppend(size_t entries) const;

  // The write path, in write_group.cc. The leader's, one thread at a time:
  absl::Status LeadGroup(absl::Time deadline) ABSL_EXCLUSIVE_LOCKS_REQUIRED(pipeline_.leading);
  void GiveUpGroup() ABSL_EXCLUSIVE_LOCKS_REQUIRED(pipeline_.leading);
  bool IsTurnWanted() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(pipeline_.leading);
  absl::Status TakeTurn(absl::Time deadline) ABSL_EXCLUSIVE_LOCKS_REQUIRED(pipeline_.leading);
  absl::StatusOr<ReadTxn> BeginGroup(bool is_alone, absl::Time deadline)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(pipeline_.leading);
  void JudgeGroup(Group& group, ReadTxn txn) ABSL_EXCLUSIVE_LOCKS_REQUIRED(pipeline_.leading);
  absl::Status JudgeRequests(Group& group) ABSL_EXCLUSIVE_LOCKS_REQUIRED(pipeline_.leading);
  void StartWriter() ABSL_EXCLUSIVE_LOCKS_REQUIRED(pipeline_.leading);
  absl::Status StartLeader();
  // Those of who writes, one thread at a time:
  void WriteGroup(Group& group) ABSL_SHARED_LOCKS_REQUIRED(pipeline_.on_way);
  absl::Status TryToWrite(Group& group) ABSL_SHARED_LOCKS_REQUIRED(pipeline_.on_way);
  absl::Status TryToGrow() ABSL_SHARED_LOCKS_REQUIRED(pipeline_.on_way);
  absl::Status Write(Group& group) ABSL_SHARED_LOCKS_REQUIRED(pipeline_.on_way);
  // Goes on with what is made of the log little by little: the index of ids, the stored state.
  absl::Status KeepUp(const Group& group, WriteTxn& txn);
  absl::Status IndexIds(uint64_t entries, WriteTxn& txn);
  // Once nothing is on its way to the disk any more.
  void EndTurn(const absl::Status& failure) ABSL_EXCLUSIVE_LOCKS_REQUIRED(pipeline_.on_way);

  // No call succeeds from now on.
  void Poison(const absl::Status& cause) ABSL_EXCLUSIVE_LOCKS_REQUIRED(state_lock_);

  const std::string directory_;
  const Registry::Entry registered_;  // outlives the store
  const std::unique_ptr<Store> store_;
  const bool read_only_;
  const std::function<int64_t()> clock_;
  const pid_t process_;
  absl::Status not_behind_;  // found when opened

  Pipeline pipeline_;
  // None until so much was to be written at once that it is worth one.
  std::thread writer_ ABSL_GUARDED_BY(pipeline_.leading);
  absl::Mutex leader_lock_;
  std::thread leader_ ABSL_GUARDED_BY(leader_lock_);  // none until something is submitted
  // Held while anything is on its way to the disk: set by the leader, ended in EndTurn.
  std::unique_ptr<WriterLock> turn_ ABSL_GUARDED_BY(pipeline_.on_way);

  mutable StateLock state_lock_;
  // Snapshots share it, so that one opened before a failed write goes on reading its view.
  std::shared_ptr<Core> core_ ABSL_GUARDED_BY(state_lock_);
  absl::Status poison_ ABSL_GUARDED_BY(state_lock_);
  StateWriter state_writer_ ABSL_GUARDED_BY(state_lock_);
};

}  // namespace hourbook

#endif  // LEDGER_ENGINE_LEDGER_H_
