// The write path: one group of batches from judgement to disk.
#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "ledger/base/error.h"
#include "ledger/engine/ledger.h"

namespace hourbook {
namespace {

// As much as one sync is worth waiting for.
constexpr size_t kGroupEntries = 4 * Ledger::kBatchMax;

// Readers get at the state between slices of a group. A chain is never cut.
constexpr size_t kSliceEntries = 256;

// Ids are indexed in runs of this many.
constexpr uint64_t kIdRun = 65'536;
// Pairs that a commit may merge for each entry it adds: enough to keep up with what is added, for
// as many levels of runs as there can be.
constexpr uint64_t kMergedPerEntry = 16;

// How many entries from the front make a slice.
size_t SliceLength(absl::Span<const Entry> batch) {
  size_t length = std::min(kSliceEntries, batch.size());
  while (length < batch.size() && (batch[length - 1].flags & kFlagLinked) != 0) ++length;
  return length;
}

absl::Status IndexIds(const RecentIds& recent, uint64_t entries, WriteTxn& txn) {
  if (txn.head().size - txn.ids_covered() >= kIdRun) {
    std::vector<IdAt> ids;
    for (uint64_t i = txn.ids_covered(); i < txn.head().size; ++i) ids.push_back({recent.At(i), i});
    if (absl::Status added = txn.AddIds(ids); !added.ok()) return added;
  }
  return txn.MergeIds(kMergedPerEntry * entries);
}

}  // namespace

absl::Status Ledger::WriteGroup(absl::Time deadline) {
  absl::StatusOr<WriteTxn> txn = BeginGroup(deadline);
  if (!txn.ok()) return txn.status();
  const std::vector<Request*> requests = queue_.Take(kGroupEntries);
  absl::Status written = WriteRequests(requests, *std::move(txn));
  while (!written.ok() && FailureOf(written) == Failure::kMapFull) {
    if (absl::Status grown = store_->Grow(); !grown.ok()) {
      written = grown;
      break;
    }
    txn = BeginGroup(absl::InfiniteFuture());
    written = txn.ok() ? WriteRequests(requests, *std::move(txn)) : txn.status();
  }
  queue_.Finish(requests, written);
  return absl::OkStatus();
}

absl::StatusOr<WriteTxn> Ledger::BeginGroup(absl::Time deadline) {
  if (absl::Status usable = CheckUsable(); !usable.ok()) return usable;
  absl::StatusOr<WriteTxn> txn = store_->Write(deadline);
  if (!txn.ok()) return txn;
  absl::MutexLock lock(&state_lock_);
  absl::Status ready;
  if (core_->size() != txn->head().size) ready = core_->CatchUp(*txn);
  if (!ready.ok()) {
    Poison(ready);
    return ready;
  }
  return txn;
}

absl::Status Ledger::WriteRequests(absl::Span<Request* const> requests, WriteTxn txn) {
  const uint64_t base = txn.head().size;
  {
    absl::MutexLock lock(&state_lock_);
    core_->machine().mutable_state().AddView();
    core_->history().Attach(txn);
  }
  absl::Status written = JudgeRequests(requests);
  if (written.ok()) written = WriteJudged(base, txn);
  if (written.ok()) return written;
  // The state is ahead of the disk: it is made again from what is there.
  { const WriteTxn dropped = std::move(txn); }
  absl::MutexLock lock(&state_lock_);
  if (!poison_.ok()) return written;
  if (absl::Status loaded = LoadCore(); !loaded.ok()) Poison(loaded);
  return written;
}

absl::Status Ledger::JudgeRequests(absl::Span<Request* const> requests) {
  const int64_t now = clock_();
  for (Request* const request : requests) {
    absl::Span<const Entry> batch = request->batch;
    absl::Span<Outcome> outcomes = absl::MakeSpan(request->outcomes);
    while (!batch.empty()) {
      const size_t length = SliceLength(batch);
      absl::MutexLock lock(&state_lock_);
      const absl::Status judged =
          core_->machine().Judge(batch.first(length), now, outcomes.first(length));
      if (!judged.ok()) return judged;
      batch.remove_prefix(length);
      outcomes.remove_prefix(length);
    }
  }
  return absl::OkStatus();
}

absl::Status Ledger::WriteJudged(uint64_t base, WriteTxn& txn) {
  Core* core = nullptr;
  {
    absl::MutexLock lock(&state_lock_);
    core = core_.get();
  }
  // Until the commit only this thread changes the core, and readers look at state and ids alone.
  const uint64_t entries = core->history().unwritten().size();
  if (entries == 0) return EndGroup(base, txn);
  const absl::StatusOr<Hash> root = core->Write(txn);
  if (!root.ok()) return root.status();
  if (absl::Status indexed = IndexIds(core->history().recent(), entries, txn); !indexed.ok()) {
    return indexed;
  }
  {
    absl::MutexLock lock(&state_lock_);
    const absl::Status swept =
        sweep_.Step(core->machine().mutable_state(), base, entries, txn);
    if (!swept.ok()) return swept;
  }
  const absl::Status committed = txn.Commit(*root);
  if (committed.ok()) return EndGroup(base, txn);
  // A full map is found before anything is written; after any other failure nobody knows.
  if (FailureOf(committed) != Failure::kMapFull) {
    absl::MutexLock lock(&state_lock_);
    Poison(committed);
  }
  return committed;
}

absl::Status Ledger::EndGroup(uint64_t base, const WriteTxn& txn) {
  absl::MutexLock lock(&state_lock_);
  sweep_.Committed(core_->machine().mutable_state());
  core_->machine().mutable_state().RemoveView(base);
  core_->DropCoveredIds(txn.ids_covered());
  core_->history().Detach();
  return absl::OkStatus();
}

void Ledger::Poison(const absl::Status& cause) {
  poison_ = Fail(Failure::kPoisoned,
                 absl::StrCat("an earlier call failed and what is on disk may differ from what is "
                              "in memory: close the ledger, open it again and ask for the entries "
                              "by id. The failure was: ",
                              cause.message()));
}

}  // namespace hourbook
