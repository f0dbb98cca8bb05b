#include "ledger/engine/state_writer.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <utility>

#include "ledger/base/error.h"

namespace hourbook {
namespace {

// So many entries replay in a tenth of a second, and in a few tenths.
constexpr uint64_t kShortestPeriod = 65'536, kLongestPeriod = 262'144;
// Between the two, changes are taken when they may be a part of the state that is worth a part.
constexpr uint64_t kRecordsPerEntry = 4;

// The share of a period within which changes are written, so that the tail stays below a period and that;
// and the periods within which the whole is.
constexpr uint64_t kChangesShare = 4;
constexpr uint64_t kWholePeriods = 8;
// After so many periods without anything stored, processes seem to end before they have written theirs:
// more is written at once, and at last all.
constexpr uint64_t kLate = 2, kVeryLate = 4;
constexpr size_t kPagesIfLate = 1'024;  // 4 MB

// More would leave too little room for those that come while the whole is written.
constexpr uint64_t kManyParts = kMostStateParts - 3 * kWholePeriods;

// Whether another process is at a job, as far as one can tell: one that ended in the middle is replaced
// after a while.
bool IsTaken(const StateJob& job, uint64_t size, uint64_t patience) {
  return job.number != 0 && size - job.begun < patience;
}

// Old pages are dropped once every so many entries: more than are written.
constexpr uint64_t kDropEvery = 64, kDroppedAtOnce = 32;

size_t PagesIfLate(uint64_t behind, uint64_t period) {
  if (behind >= kVeryLate * period) return std::numeric_limits<size_t>::max() / 2;
  return behind >= kLate * period ? kPagesIfLate : 0;
}

uint64_t StoredSize(const StateHead& head) {
  return head.part_count == 0 ? 0 : head.parts[head.part_count - 1].size;
}

bool IsWholeDue(const StateHead& head) {
  uint64_t changed = 0;
  for (uint64_t i = 1; i < head.part_count; ++i) changed += Sum(head.parts[i].counts);
  return head.part_count >= kManyParts || changed >= std::max(uint64_t{1}, Sum(head.parts[0].counts));
}

void BeginWhole(const StateCounts& counts, const WriteTxn& txn, StateHead& head) {
  head.whole = {.job = {.number = ++head.last_number, .begun = txn.head().size}, .pages = 0, .end = 0,
                .counts = counts};
}

bool IsAmong(const StateCounts& some, const StateCounts& all) {
  for (size_t i = 0; i < all.size(); ++i) {
    if (some[i] > all[i]) return false;
  }
  return true;
}

void PutWholeFirst(StateHead& head) {
  const StateWhole& whole = head.whole;
  StateHead anew{.last_number = head.last_number,
                 .part_count = 1,
                 .changes = head.changes,
                 .whole = {},
                 .parts = {{whole.job.number, whole.job.begun, whole.counts}}};
  for (uint64_t i = 0; i < head.part_count; ++i) {
    if (head.parts[i].size > whole.job.begun) anew.parts[anew.part_count++] = head.parts[i];
  }
  head = anew;
}

}  // namespace

void StateWriter::Restart(uint64_t stored_size) {
  taken_at_ = stored_size;
  not_before_ = 0;
  taken_.reset();
  may_have_more_ = true;
}

uint64_t StateWriter::PeriodFor(const State& state) const {
  if (period_ != 0) return period_;
  return std::clamp(Sum(CountsOf(state)) / kRecordsPerEntry, kShortestPeriod, kLongestPeriod);
}

void StateWriter::TakeChanges(State& state) {
  if (taken_ || state.size < std::max(not_before_, taken_at_ + PeriodFor(state))) return;
  taken_ = Taken{.changes = ChangesOf(state, taken_at_, std::move(spare_)),
                 .since = std::exchange(taken_at_, state.size),
                 .size = state.size,
                 .now = {},
                 .on_disk = {}};
  state.ForgetChanged();
}

// Whoever wrote something else meanwhile is not disturbed; what was taken is taken again later. Where less is
// stored than what it continues, it was lost, and all is to be stored again.
void StateWriter::GiveBack(uint64_t stored, State& state) {
  NoteChanged(taken_->changes, state);
  not_before_ = taken_->size + PeriodFor(state) / kChangesShare;
  taken_at_ = taken_->since;
  if (stored < taken_at_) {
    state.NoteAllChanged();
    taken_at_ = 0;
  }
  EndTaken();
}

// Its memory is used again.
void StateWriter::EndTaken() {
  spare_ = std::move(taken_->changes);
  taken_.reset();
}

// A head that cannot be read is begun anew.
absl::StatusOr<StateHead> StateWriter::HeadOf(WriteTxn& txn) {
  absl::StatusOr<StateHead> head = txn.ReadStateHead();
  if (head.ok() || FailureOf(head.status()) != Failure::kCorrupt) return head;
  if (absl::Status dropped = txn.DropState(); !dropped.ok()) return dropped;
  return txn.ReadStateHead();
}

absl::Status StateWriter::Step(State& state, uint64_t entries, WriteTxn& txn) {
  const bool has_changes = taken_ && taken_->size <= txn.head().size;
  if (!has_changes && !may_have_more_) return absl::OkStatus();
  const absl::StatusOr<StateHead> before = HeadOf(txn);
  if (!before.ok()) return before.status();
  StateHead head = *before;
  if (has_changes) {
    if (absl::Status s = StepChanges(state, entries, head, txn); !s.ok()) return s;
  }
  if (head.whole.job.number != 0) {
    if (absl::Status s = StepWhole(state, entries, head, txn); !s.ok()) return s;
  }
  if (std::memcmp(&*before, &head, sizeof(head)) != 0) {
    if (absl::Status put = txn.PutStateHead(head); !put.ok()) return put;
  }
  may_have_more_ = true;
  // Each page that changes makes a small commit slower, so that single entries drop some now and then.
  if (txn.head().size / kDropEvery == (txn.head().size + entries) / kDropEvery) return absl::OkStatus();
  const absl::StatusOr<bool> may_have_old = txn.DropStatePages(kDroppedAtOnce + entries / 4);
  if (!may_have_old.ok()) return may_have_old.status();
  may_have_more_ = *may_have_old || head.whole.job.number != 0;
  return absl::OkStatus();
}

// All processes together add a part a period. What was taken since nothing was stored is all there is; other
// changes continue what is stored. The last place in the list is kept for the part that the whole waits for.
bool StateWriter::MayBegin(const StateHead& head, const WriteTxn& txn, uint64_t period) const {
  if (IsTaken(head.changes, txn.head().size, period)) return false;
  if (taken_->size < StoredSize(head) + period) return false;
  const bool ends_whole = head.whole.end != 0 && taken_->size >= head.whole.end;
  const bool has_room = head.part_count < kMostStateParts - (ends_whole ? 0 : 1);
  return taken_->since == 0 || (StoredSize(head) >= taken_->since && has_room);
}

absl::Status StateWriter::StepChanges(State& state, uint64_t entries, StateHead& head, WriteTxn& txn) {
  const uint64_t period = PeriodFor(state);
  Progress& now = taken_->now;
  const bool is_mine = now.number == 0 ? MayBegin(head, txn, period) : head.changes.number == now.number;
  if (!is_mine) {
    GiveBack(StoredSize(head), state);
    return absl::OkStatus();
  }
  if (now.number == 0) {
    now.number = ++head.last_number;
    head.changes = {.number = now.number, .begun = txn.head().size};
  }
  const std::vector<StatePage>& pages = taken_->changes.pages;
  const uint64_t entries_since = txn.head().size + entries - taken_->size;
  const size_t in_time = pages.size() * kChangesShare * entries_since / period;
  const size_t if_late = now.pages + PagesIfLate(taken_->size - StoredSize(head), period);
  const size_t end = std::min(pages.size(), std::max(in_time, if_late));
  for (; now.pages < end; ++now.pages) {
    const StatePage& page = pages[now.pages];
    const absl::Status put = txn.PutStatePage(now.number, page.table, page.number, page.bytes);
    if (!put.ok()) return put;
  }
  if (now.pages < pages.size()) return absl::OkStatus();
  AddPart(head);
  if (head.whole.job.number == 0 && IsWholeDue(head)) BeginWhole(CountsAt(state, txn.head().size), txn, head);
  return absl::OkStatus();
}

void StateWriter::AddPart(StateHead& head) {
  if (taken_->since == 0) {
    head.part_count = 0;
    head.whole = {};
  }
  head.parts[head.part_count++] = {taken_->now.number, taken_->size, taken_->changes.counts};
  head.changes = {};
  taken_->now.is_done = true;
}

absl::Status StateWriter::StepWhole(const State& state, uint64_t entries, StateHead& head, WriteTxn& txn) {
  StateWhole& whole = head.whole;
  uint64_t all = 0;
  for (uint32_t t = 0; t < kStateTables; ++t) all += StatePagesFor(t, whole.counts[t]);
  const uint64_t view = txn.head().size;
  if (!IsAmong(whole.counts, CountsAt(state, view))) {  // a head that somebody made up
    whole = {};
    return absl::OkStatus();
  }
  const uint64_t in_time = all * (view + entries - whole.job.begun) / (kWholePeriods * PeriodFor(state));
  const uint64_t stop = std::min(all, in_time);
  uint64_t number = whole.pages;  // in its table
  for (uint32_t table = 0; table < kStateTables; ++table) {
    const uint32_t pages = StatePagesFor(table, whole.counts[table]);
    for (; number < pages && whole.pages < stop; ++number, ++whole.pages) {
      const auto page = static_cast<uint32_t>(number);
      const std::string bytes = WholePage(state, view, table, page, whole.counts[table]);
      if (absl::Status put = txn.PutStatePage(whole.job.number, table, page, bytes); !put.ok()) return put;
    }
    number -= std::min<uint64_t>(number, pages);
  }
  if (whole.pages == all && whole.end == 0) whole.end = view;
  if (whole.end != 0 && StoredSize(head) >= whole.end) PutWholeFirst(head);
  return absl::OkStatus();
}

void StateWriter::Committed() {
  if (!taken_) return;
  taken_->on_disk = taken_->now;
  if (taken_->now.is_done) EndTaken();
}

void StateWriter::Abandoned() {
  if (taken_) taken_->now = taken_->on_disk;
  may_have_more_ = true;
}

}  // namespace hourbook
