// The write path: one group of batches from judgement to disk (pipeline.h).
#include <pthread.h>
#include <signal.h>

#include <algorithm>
#include <exception>
#include <new>
#include <utility>

#include "absl/strings/str_cat.h"
#include "ledger/base/error.h"
#include "ledger/engine/ledger.h"

namespace hourbook {
namespace {

// Readers get at the state between slices of a group. A chain is never cut.
constexpr size_t kSliceEntries = 256;

// Fewer entries than this are not worth putting into the log, while there are more to come.
constexpr size_t kWorthPutting = 60 * kRecordsPerBlock;

// Ids are indexed in runs of this many.
constexpr uint64_t kIdRun = 65'536;
// Pairs that a commit may merge for each entry it adds: enough to keep up with what is added, for
// as many levels of runs as there can be.
constexpr uint64_t kMergedPerEntry = 16;
// Ids in memory that a commit may forget for each entry it adds, so that none holds readers up.
constexpr uint64_t kDroppedPerEntry = 2;

// The program's signals are its own threads' business.
template <class Body>
bool StartThread(std::thread& thread, const char* name, Body body) {
  sigset_t all, before;
  sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  bool started = true;
  try {
    thread = std::thread(body);
    ::pthread_setname_np(thread.native_handle(), name);
  } catch (const std::exception&) {  // no thread, or no memory for one
    started = false;
  }
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return started;
}

absl::Status OutOfMemory() { return Fail(Failure::kOutOfMemory); }

absl::Status SomebodyElseWrote() {
  return Fail(Failure::kIoError, "the ledger's file was written by a program that did not take its turn; "
                                 "nothing of the batch was written");
}

// Hashes the group's entries that are not hashed yet, up to one.
void Chain(Group& group, size_t end) {
  const size_t chained = group.links.leaves.size();
  group.tip->Extend(absl::MakeConstSpan(group.piece.entries->data() + chained, end - chained), group.links);
}

// The same for a leader that would have to wait: all of the group is judged.
void ChainSome(Group& group, size_t most) {
  const size_t end = std::min(group.links.leaves.size() + most, group.piece.entries->size());
  Chain(group, end);
  if (end == group.piece.entries->size()) group.links.root = group.tip->Root();
}

// How many entries from the front make a slice.
size_t SliceLength(absl::Span<const Entry> batch) {
  size_t length = std::min(kSliceEntries, batch.size());
  while (length < batch.size() && (batch[length - 1].flags & kFlagLinked) != 0) ++length;
  return length;
}

}  // namespace

// Throws nothing: whoever waits for it could not go on. What needs memory asks for it before anything is
// taken, or says that there was none.
absl::Status Ledger::LeadGroup(absl::Time deadline) {
  if (absl::Status usable = CheckUsable(); !usable.ok()) return usable;
  absl::StatusOr<bool> is_alone = pipeline_.Reserve(false, deadline, ChainSome);
  if (is_alone.ok() && !*is_alone && IsTurnWanted()) {
    GiveUpGroup();
    is_alone = pipeline_.Reserve(true, deadline, ChainSome);
  }
  if (!is_alone.ok()) return is_alone.status();
  absl::StatusOr<ReadTxn> txn = OutOfMemory();
  Pipeline::Groups room;
  try {
    room = Pipeline::NewGroup();
    txn = BeginGroup(*is_alone, deadline);
  } catch (const std::bad_alloc&) {
    // What the status says already.
  }
  if (!txn.ok()) {
    GiveUpGroup();
    return txn.status();
  }
  if (pipeline_.WantsWriter()) StartWriter();
  Group& group = pipeline_.Take(std::move(room), writer_.joinable());
  const bool writes_itself = !group.is_for_writer;  // if not, the group may end at any time
  JudgeGroup(group, *std::move(txn));
  if (writes_itself) {
    pipeline_.AssertIsNext(group);
    WriteGroup(group);
  }
  return absl::OkStatus();
}

void Ledger::GiveUpGroup() {
  pipeline_.GiveUp([this](const absl::Status& failure) ABSL_EXCLUSIVE_LOCKS_REQUIRED(pipeline_.on_way) {
    EndTurn(failure);
  });
}

bool Ledger::IsTurnWanted() const {
  pipeline_.AssertReserved();
  return turn_->IsWanted();
}

absl::Status Ledger::TakeTurn(absl::Time deadline) {
  // Now that nobody else has the state, it may have been lost meanwhile.
  if (absl::Status usable = CheckUsable(); !usable.ok()) return usable;
  absl::StatusOr<std::unique_ptr<WriterLock>> turn = store_->Lock(deadline);
  if (!turn.ok()) return turn.status();
  pipeline_.AssertAlone();
  turn_ = *std::move(turn);
  return absl::OkStatus();
}

absl::StatusOr<ReadTxn> Ledger::BeginGroup(bool is_alone, absl::Time deadline) {
  if (is_alone) {
    if (absl::Status taken = TakeTurn(deadline); !taken.ok()) return taken;
  }
  absl::StatusOr<ReadTxn> txn = ReadUnderLock();
  const StateHolder lock(state_lock_, std::adopt_lock);
  if (!txn.ok()) return txn;
  if (!poison_.ok()) return poison_;
  if (is_alone && core_->size() != txn->head().size) {
    if (absl::Status caught_up = CatchUp(*txn); !caught_up.ok()) return caught_up;
  }
  // Under the lock that it was read under: the writer drops ids once its index has them, and this
  // transaction may not see that.
  core_->PinIds(txn->ids_covered());
  return txn;
}

void Ledger::JudgeGroup(Group& group, ReadTxn txn) {
  absl::Status judged;
  try {
    group.links.Reserve(group.asked);
    {
      const StateHolder lock(state_lock_);
      group.base = core_->size();
      state_writer_.TakeChanges(core_->machine().mutable_state());
      core_->machine().mutable_state().AddView();
      core_->history().Attach(txn);
      group.piece = core_->history().BeginPiece(group.base, group.asked);
      group.tip = &core_->tip();
    }
    judged = JudgeRequests(group);
  } catch (const std::bad_alloc&) {
    judged = OutOfMemory();  // the state is made anew
  }
  {
    const StateHolder lock(state_lock_);
    core_->history().Detach();
    core_->UnpinIds(txn.ids_covered());
  }
  { const ReadTxn over = std::move(txn); }
  pipeline_.EndJudging(group, judged);
}

absl::Status Ledger::JudgeRequests(Group& group) {
  const int64_t now = clock_();
  for (Request* const request : group.requests) {
    absl::Span<const Entry> batch = request->batch;
    absl::Span<Outcome> outcomes = request->outcomes;
    while (!batch.empty()) {
      const size_t length = SliceLength(batch);
      size_t accepted = 0;
      {
        const StateSlice lock(state_lock_);
        const absl::Status judged =
            core_->machine().Judge(batch.first(length), now, outcomes.first(length));
        if (!judged.ok()) return judged;
        accepted = group.piece.entries->size();
      }
      pipeline_.Accept(group, accepted);
      batch.remove_prefix(length);
      outcomes.remove_prefix(length);
    }
  }
  return absl::OkStatus();
}

void Ledger::StartWriter() {
  if (writer_.joinable()) return;
  StartThread(writer_, "hourbook-writer", [this] {  // where it fails, whoever leads goes on writing
    while (Group* const group = pipeline_.NextForWriter()) {
      pipeline_.AssertIsNext(*group);
      WriteGroup(*group);
    }
  });
}

absl::Status Ledger::StartLeader() {
  absl::MutexLock lock(&leader_lock_);
  if (leader_.joinable() || pipeline_.IsLeadingStopped()) return absl::OkStatus();
  const bool started = StartThread(leader_, "hourbook-leader", [this] {
    pipeline_.LeadForOthers([this](absl::Time deadline) ABSL_EXCLUSIVE_LOCKS_REQUIRED(pipeline_.leading) {
      return LeadGroup(deadline);
    });
  });
  if (started) return absl::OkStatus();
  return Fail(Failure::kOutOfMemory, "no thread could be started; nothing was taken over");
}

void Ledger::WriteGroup(Group& group) {
  // After one that failed nothing is written that was judged on top of it.
  const absl::Status before = pipeline_.failure();
  absl::Status written = before.ok() ? TryToWrite(group) : before;
  while (before.ok() && !written.ok() && FailureOf(written) == Failure::kMapFull) {
    written = pipeline_.WithoutJudging([this]() ABSL_SHARED_LOCKS_REQUIRED(pipeline_.on_way) { return TryToGrow(); });
    if (!written.ok()) break;
    {
      const StateHolder lock(state_lock_);
      state_writer_.Abandoned();
    }
    written = TryToWrite(group);
  }
  pipeline_.AwaitJudged(group);
  if (written.ok()) {  // else the state is made anew, and readers need its views until then
    const StateHolder lock(state_lock_);
    core_->machine().mutable_state().RemoveView(group.base);
    group.piece.entries.reset();  // its memory is the history's to use again
  }
  const auto end = [this](const absl::Status& failure) ABSL_EXCLUSIVE_LOCKS_REQUIRED(pipeline_.on_way) {
    EndTurn(failure);
  };
  pipeline_.Finish(group, written, end);
}

absl::Status Ledger::TryToWrite(Group& group) {
  try {
    return Write(group);
  } catch (const std::bad_alloc&) {
    return OutOfMemory();
  }
}

absl::Status Ledger::TryToGrow() {
  try {
    return store_->Grow();
  } catch (const std::bad_alloc&) {
    return OutOfMemory();
  }
}

absl::Status Ledger::Write(Group& group) {
  const bool is_chained = pipeline_.TakeOverChaining(group);
  size_t accepted = pipeline_.AwaitAccepted(group, 0);
  if (accepted == 0) return group.judged;
  absl::StatusOr<WriteTxn> txn = store_->Write(*turn_);
  if (!txn.ok()) return txn.status();
  if (txn->head().size != group.base) return SomebodyElseWrote();
  // While more is judged. What is there already is indexed; the group's own waits.
  if (absl::Status kept = KeepUp(group, *txn); !kept.ok()) return kept;
  Links& links = group.links;
  size_t put = 0;
  for (bool is_over = false; !is_over;) {
    Chain(group, accepted);
    accepted = pipeline_.AwaitAccepted(group, links.leaves.size());
    is_over = accepted == links.leaves.size();
    if (!is_over && links.leaves.size() - put < kWorthPutting) continue;
    const auto leaves = absl::MakeConstSpan(links.leaves).subspan(put);
    const auto entries = absl::MakeConstSpan(group.piece.entries->data() + put, leaves.size());
    if (absl::Status done = PutEntries(entries, leaves, *txn); !done.ok()) return done;
    put += leaves.size();
  }
  if (!is_chained) links.root = group.tip->Root();
  pipeline_.EndChaining(group);
  if (!group.judged.ok()) return group.judged;
  PutNodes(links, *txn);
  const absl::Status committed = txn->Commit(links.root);
  const StateHolder lock(state_lock_);
  if (committed.ok()) {
    state_writer_.Committed();
    core_->DropCoveredIds(txn->ids_covered(), kDroppedPerEntry * group.asked);
    return committed;
  }
  // A full map is found before anything is written; after any other failure nobody knows.
  if (FailureOf(committed) != Failure::kMapFull) Poison(committed);
  return committed;
}

absl::Status Ledger::KeepUp(const Group& group, WriteTxn& txn) {
  if (absl::Status indexed = IndexIds(group.asked, txn); !indexed.ok()) return indexed;
  const StateHolder lock(state_lock_);
  return state_writer_.Step(core_->machine().mutable_state(), group.asked, txn);
}

absl::Status Ledger::IndexIds(uint64_t entries, WriteTxn& txn) {
  if (txn.head().size - txn.ids_covered() >= kIdRun) {
    std::vector<IdAt> ids;
    ids.reserve(txn.head().size - txn.ids_covered());
    {
      const StateHolder lock(state_lock_);
      const RecentIds& recent = core_->history().recent();
      for (uint64_t i = txn.ids_covered(); i < txn.head().size; ++i) ids.push_back({recent.At(i), i});
    }
    if (absl::Status added = txn.AddIds(ids); !added.ok()) return added;
  }
  return txn.MergeIds(kMergedPerEntry * entries);
}

void Ledger::EndTurn(const absl::Status& failure) {
  if (!failure.ok()) {
    // The state is ahead of the disk: it is made again from what is there.
    const StateHolder lock(state_lock_);
    if (poison_.ok()) {
      absl::Status loaded;
      try {
        loaded = LoadCore();
      } catch (const std::bad_alloc&) {
        loaded = OutOfMemory();
      }
      if (!loaded.ok()) Poison(loaded);
    }
  }
  turn_.reset();
}

void Ledger::Poison(const absl::Status& cause) {
  poison_ = Fail(Failure::kPoisoned);
  try {
    poison_ = Fail(Failure::kPoisoned,
                   absl::StrCat("an earlier call failed and what is on disk may differ from what is "
                                "in memory: close the ledger, open it again and ask for the entries "
                                "by id. The failure was: ",
                                cause.message()));
  } catch (const std::bad_alloc&) {
    // It is without words, then.
  }
}

}  // namespace hourbook
