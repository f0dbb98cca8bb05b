#include "ledger/engine/ledger.h"

#include <unistd.h>

#include <filesystem>
#include <new>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "ledger/base/error.h"
#include "ledger/base/file.h"
#include "ledger/engine/published.h"
#include "ledger/engine/snapshot.h"

namespace hourbook {
namespace {

constexpr absl::Duration kDropPatience = absl::Seconds(5);  // with another process that writes

StoreOptions StoreOptionsFrom(const LedgerOptions& options, bool create) {
  StoreOptions store_options;
  store_options.create = create;
  store_options.read_only = options.read_only;
  if (options.map_size != 0) store_options.map_size = options.map_size;
  return store_options;
}

std::string AbsolutePath(const std::string& path) {
  std::error_code error;
  const std::filesystem::path absolute = std::filesystem::canonical(path, error);
  return error ? path : absolute.string();
}

}  // namespace

absl::Status CheckBatch(size_t entries) {
  if (entries == 0) {
    return Fail(Failure::kBatchEmpty, "a batch of 0 entries; send at least 1");
  }
  if (entries > Ledger::kBatchMax) {
    return Fail(Failure::kBatchTooLarge, absl::StrCat("a batch of ", entries, " entries; send ",
                                                      Ledger::kBatchMax, " at most"));
  }
  return absl::OkStatus();
}

Ledger::Ledger(std::string directory, std::unique_ptr<Store> store, Registry::Entry registered,
               LedgerOptions options)  // cppcheck-suppress passedByValue ; its clock is moved
    : directory_(std::move(directory)),
      registered_(std::move(registered)),
      store_(std::move(store)),
      read_only_(options.read_only),
      clock_(options.clock ? std::move(options.clock) : absl::GetCurrentTimeNanos),
      process_(::getpid()),
      state_writer_(options.state_period) {}

Ledger::~Ledger() { Drain(); }

void Ledger::Drain() {
  if (process_ != ::getpid()) return LeaveThreads();
  pipeline_.StopLeading();  // nothing is taken over from now on, and no leader started
  std::thread leader;
  {
    absl::MutexLock lock(&leader_lock_);
    leader.swap(leader_);
  }
  if (leader.joinable()) leader.join();
  pipeline_.AwaitEnd();
  pipeline_.Stop();
  if (writer_.joinable()) writer_.join();
}

// In a child process they are not there, and what they had in hand is not this process's. What they held
// when the process forked is never let go of, so that no lock can be asked for.
void Ledger::LeaveThreads() ABSL_NO_THREAD_SAFETY_ANALYSIS {
  if (leader_.joinable()) leader_.detach();
  if (writer_.joinable()) writer_.detach();
}

absl::StatusOr<ReadTxn> Ledger::ReadUnderLock() {
  while (true) {
    state_lock_.Lock();
    // Where there is no memory to read. That the lock is held is not known inside of a lambda.
    absl::Cleanup unlock = [this]() ABSL_NO_THREAD_SAFETY_ANALYSIS { state_lock_.Unlock(); };
    absl::StatusOr<std::optional<ReadTxn>> txn = store_->TryRead();
    std::move(unlock).Cancel();
    if (!txn.ok()) return txn.status();
    if (*txn) return **std::move(txn);
    state_lock_.Unlock();
    // The map is growing, or was grown by another process: once this begins, that is over.
    const absl::Status waited = store_->Read().status();
    if (waited.ok()) continue;
    state_lock_.Lock();
    return waited;
  }
}

absl::StatusOr<std::unique_ptr<Ledger>> Ledger::OpenStore(const std::string& directory,
                                                          const StoreOptions& store_options,
                                                          LedgerOptions options) {
  if (store_options.create && !store_options.read_only) {
    if (absl::Status made = Store::MakeDirectory(directory); !made.ok()) return made;
  }
  // Before the file is opened: closing a second handle on it would end the locks of the first.
  absl::StatusOr<Registry::Entry> registered = Registry::Register(directory);
  if (!registered.ok()) return registered.status();
  absl::StatusOr<std::unique_ptr<Store>> store = Store::Open(directory, store_options);
  if (!store.ok()) return store.status();
  return std::unique_ptr<Ledger>(
      new Ledger(AbsolutePath(directory), *std::move(store), *std::move(registered),
                 std::move(options)));
}

absl::StatusOr<std::unique_ptr<Ledger>> Ledger::Create(const std::string& directory,
                                                       const Genesis& genesis,
                                                       LedgerOptions options) {
  const absl::StatusOr<Entry> entry = EncodeGenesis(genesis);
  if (!entry.ok()) return Fail(Failure::kInvalidArgument, entry.status().message());
  const StoreOptions store_options = StoreOptionsFrom(options, true);
  absl::StatusOr<std::unique_ptr<Ledger>> ledger =
      OpenStore(directory, store_options, std::move(options));
  if (!ledger.ok()) return ledger;
  if (genesis.created_at > (*ledger)->Now()) {
    return Fail(Failure::kInvalidArgument, "created_at lies after the present time");
  }
  if (absl::Status written = (*ledger)->WriteGenesis(*entry); !written.ok()) return written;
  return ledger;
}

absl::StatusOr<std::unique_ptr<Ledger>> Ledger::Open(const std::string& directory,
                                                     LedgerOptions options) {
  const StoreOptions store_options = StoreOptionsFrom(options, false);
  const bool replay = options.replay;
  absl::StatusOr<std::unique_ptr<Ledger>> ledger =
      OpenStore(directory, store_options, std::move(options));
  if (!ledger.ok()) return ledger;
  if (replay) {
    if (absl::Status dropped = (*ledger)->DropState(); !dropped.ok()) return dropped;
  }
  {
    const StateHolder lock((*ledger)->state_lock_);
    if (absl::Status loaded = (*ledger)->LoadCore(); !loaded.ok()) return loaded;
    if ((*ledger)->core_->size() == 0) {
      return Fail(Failure::kNotALedger,
                  absl::StrCat(directory, " holds a log without a genesis: making it was "
                                          "interrupted; make it again"));
    }
  }
  const absl::StatusOr<std::vector<SignedCheckpoint>> signed_before = ReadSigned((*ledger)->directory_);
  const absl::StatusOr<std::unique_ptr<Snapshot>> snapshot = (*ledger)->OpenSnapshot();
  if (!snapshot.ok()) return snapshot.status();
  (*ledger)->not_behind_ =
      signed_before.ok() ? CheckSigned(**snapshot, *signed_before) : signed_before.status();
  return ledger;
}

absl::Status Ledger::CheckUsable() const {
  if (process_ != ::getpid()) {
    return Fail(Failure::kForked,
                "this handle belongs to the parent process; open the ledger in this one");
  }
  const StateReader lock(state_lock_);
  return poison_;
}

absl::Status Ledger::WriteGenesis(const Entry& genesis) {
  absl::StatusOr<WriteTxn> txn = store_->Write(absl::InfiniteFuture());
  if (!txn.ok()) return txn.status();
  const StateHolder lock(state_lock_);
  if (txn->head().size != 0) {
    return Fail(Failure::kLedgerExists, "the directory holds a ledger; open it, or choose another");
  }
  absl::StatusOr<std::unique_ptr<Core>> core = Core::Restore(*txn);
  if (!core.ok()) return core.status();
  (*core)->history().Attach(*txn);
  const LogHistory::Piece piece = (*core)->history().BeginPiece(0, 1);
  if (absl::Status taken = (*core)->machine().Replay(genesis); !taken.ok()) return taken;
  Links links;  // of one leaf, which completes no node
  (*core)->tip().Extend(*piece.entries, links);
  if (absl::Status put = PutEntries(*piece.entries, links.leaves, *txn); !put.ok()) return put;
  (*core)->history().Detach();
  core_ = *std::move(core);
  return txn->Commit(core_->tip().Root());
}

absl::Status Ledger::DropState() {
  absl::StatusOr<WriteTxn> txn = store_->Write(absl::Now() + kDropPatience);
  if (!txn.ok()) return txn.status();
  if (absl::Status dropped = txn->DropState(); !dropped.ok()) return dropped;
  return txn->Commit(txn->head().root);
}

absl::Status Ledger::LoadCore() {
  const absl::StatusOr<ReadTxn> txn = store_->Read();
  if (!txn.ok()) return txn.status();
  absl::StatusOr<std::unique_ptr<Core>> core = Core::Restore(*txn);
  if (!core.ok()) return core.status();
  core_ = *std::move(core);
  state_writer_.Restart(core_->stored_size());
  return absl::OkStatus();
}

absl::Status Ledger::CatchUp(const ReadTxn& txn) {
  absl::Status caught_up = Fail(Failure::kOutOfMemory, "out of memory; what other processes wrote is not all "
                                                       "taken in");
  try {
    caught_up = core_->CatchUp(txn);
  } catch (const std::bad_alloc&) {
    // What the status says already.
  }
  if (!caught_up.ok()) Poison(caught_up);  // of the entry that it stopped at, half may be taken in
  return caught_up;
}

absl::Status Ledger::CheckAppend(size_t entries) const {
  if (absl::Status usable = CheckUsable(); !usable.ok()) return usable;
  if (read_only_) {
    return Fail(Failure::kReadOnly, "the ledger was opened read-only; open it for writing");
  }
  if (absl::Status checked = CheckBatch(entries); !checked.ok()) return checked;
  return not_behind_;
}

absl::Status Ledger::Append(absl::Span<const Entry> batch, absl::Time deadline,
                            absl::Span<Outcome> outcomes) {
  if (absl::Status checked = CheckAppend(batch.size()); !checked.ok()) return checked;
  if (Pipeline::IsTelling()) {
    return Fail(Failure::kInvalidArgument, "this thread is the one that such a call waits for, and it is "
                                           "telling of another batch; submit this one");
  }
  Request request;
  request.batch = batch;
  request.outcomes = outcomes;
  return pipeline_.Run(request, deadline,
                       [this](absl::Time until) ABSL_EXCLUSIVE_LOCKS_REQUIRED(pipeline_.leading) {
                         return LeadGroup(until);
                       });
}

absl::Status Ledger::Submit(absl::Span<const Entry> batch, absl::Time deadline,
                            absl::Span<Outcome> outcomes,
                            std::function<void(const absl::Status& status)> tell) {
  if (absl::Status checked = CheckAppend(batch.size()); !checked.ok()) return checked;
  if (absl::Status started = StartLeader(); !started.ok()) return started;
  auto request = std::make_unique<Request>();
  request->batch = batch;
  request->outcomes = outcomes;
  request->tell = std::move(tell);
  return pipeline_.Submit(std::move(request), deadline);
}

absl::Status Ledger::Backup(const std::string& directory) {
  if (absl::Status usable = CheckUsable(); !usable.ok()) return usable;
  if (Store::IsIn(directory)) {
    return Fail(Failure::kLedgerExists, absl::StrCat(directory, " holds a ledger; choose an empty directory"));
  }
  // Read before the copy is made, which then holds all that it speaks of; written before, so that no copy is
  // ever without.
  const absl::StatusOr<std::optional<Published>> published = ReadPublished(directory_);
  if (!published.ok()) return published.status();
  if (absl::Status made = Store::MakeDirectory(directory); !made.ok()) return made;
  absl::Status copied = *published ? WritePublished(directory, **published) : ForgetPublished(directory);
  if (copied.ok()) copied = store_->Backup(directory);
  const bool is_made = copied.ok() || FailureOf(copied) == Failure::kLedgerExists;  // then by another, meanwhile
  if (!is_made) static_cast<void>(ForgetPublished(directory));
  return copied;
}

absl::Status Ledger::ForgetPublication() {
  if (absl::Status usable = CheckUsable(); !usable.ok()) return usable;
  if (read_only_) {
    return Fail(Failure::kReadOnly, "the ledger was opened read-only; open it for writing");
  }
  const absl::StatusOr<FileLock> lock = FileLock::Acquire(directory_ + "/publish.lock");
  if (!lock.ok()) return lock.status();
  return ForgetPublished(directory_);
}

absl::StatusOr<std::unique_ptr<Snapshot>> Ledger::OpenSnapshot() {
  if (absl::Status usable = CheckUsable(); !usable.ok()) return usable;
  absl::StatusOr<ReadTxn> txn = ReadUnderLock();
  const StateHolder lock(state_lock_, std::adopt_lock);
  if (!txn.ok()) return txn.status();
  const uint64_t size = txn->head().size;
  // While a group is under way the state is ahead of what is on disk; the writer keeps a view of
  // what it began from, which is what the transaction sees. Otherwise another process may have
  // written more than this one has taken in.
  if (size > core_->size()) {
    if (absl::Status caught_up = CatchUp(*txn); !caught_up.ok()) return caught_up;
  }
  State& state = core_->machine().mutable_state();
  const uint64_t ids_covered = txn->ids_covered();
  state.ShareView(size);
  absl::Cleanup remove_view = [&] { state.RemoveView(size); };
  core_->PinIds(ids_covered);
  // Still under the lock, which is not known inside of a lambda.
  absl::Cleanup unpin = [&]() ABSL_NO_THREAD_SAFETY_ANALYSIS { core_->UnpinIds(ids_covered); };
  auto snapshot = std::make_unique<Snapshot>(*this, core_, *std::move(txn));
  std::move(remove_view).Cancel();
  std::move(unpin).Cancel();
  return snapshot;
}

}  // namespace hourbook
