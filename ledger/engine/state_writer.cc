#include "ledger/engine/state_writer.h"

#include <algorithm>
#include <cstring>
#include <utility>

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
// After so many periods changes are late.
constexpr uint64_t kLate = 2;
constexpr size_t kFewPages = 4'096;

// More would leave too little room for those that come while the whole is written.
constexpr uint64_t kManyParts = kMostStateParts - 3 * kWholePeriods;

// Whether another process than that of part `own` is at a job, as far as one can tell: one that ended in
// the middle is replaced after a while.
bool IsTaken(const StateJob& job, uint64_t own, uint64_t size, uint64_t patience) {
  return job.number != 0 && job.number != own && size - job.begun < patience;
}

uint64_t StoredSize(const StateHead& head) {
  return head.part_count == 0 ? 0 : head.parts[head.part_count - 1].size;
}

StatePart PartOf(uint64_t number, uint64_t size, const StateCounts& counts) {
  StatePart part{.number = number, .size = size, .counts = {}};
  std::copy(counts.begin(), counts.end(), part.counts);
  return part;
}

bool IsWholeDue(const StateHead& head) {
  uint64_t changed = 0;
  for (uint64_t i = 1; i < head.part_count; ++i) changed += RecordsIn(head.parts[i]);
  return head.part_count >= kManyParts || changed >= std::max(uint64_t{1}, RecordsIn(head.parts[0]));
}

void BeginWhole(const StateCounts& counts, const WriteTxn& txn, StateHead& head) {
  head.whole = {.job = {.number = ++head.last_number, .begun = txn.head().size}, .pages = 0, .end = 0,
                .counts = {}};
  std::copy(counts.begin(), counts.end(), head.whole.counts);
}

void PutWholeFirst(StateHead& head) {
  const StateWhole& whole = head.whole;
  StatePart first{.number = whole.job.number, .size = whole.job.begun, .counts = {}};
  std::copy(std::begin(whole.counts), std::end(whole.counts), first.counts);
  StateHead anew{.last_number = head.last_number,
                 .part_count = 1,
                 .changes = head.changes,
                 .whole = {},
                 .parts = {first}};
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
  taken_ = Taken{.changes = ChangesOf(state, taken_at_),
                 .since = std::exchange(taken_at_, state.size),
                 .size = state.size,
                 .now = {},
                 .on_disk = {}};
  state.ForgetChanged();
}

// Whoever wrote something else meanwhile is not disturbed; what was taken is taken again later.
void StateWriter::GiveBack(State& state) {
  NoteChanged(taken_->changes, state);
  not_before_ = taken_->size + PeriodFor(state) / kChangesShare;
  taken_at_ = taken_->since;
  taken_.reset();
}

absl::Status StateWriter::Step(State& state, uint64_t entries, WriteTxn& txn) {
  const bool has_changes = taken_ && taken_->size <= txn.head().size;
  if (!has_changes && !may_have_more_) return absl::OkStatus();
  const absl::StatusOr<StateHead> before = txn.ReadStateHead();
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
  const absl::StatusOr<bool> may_have_old = txn.DropStatePages(2 + entries / 4);
  if (!may_have_old.ok()) return may_have_old.status();
  may_have_more_ = *may_have_old || head.whole.job.number != 0;
  return absl::OkStatus();
}

// What was taken since nothing was stored is all there is; other changes continue what is stored.
bool StateWriter::MayBegin(const StateHead& head, const WriteTxn& txn, uint64_t period) const {
  if (IsTaken(head.changes, 0, txn.head().size, period)) return false;
  const uint64_t stored = StoredSize(head);
  return taken_->since == 0 ||
         (stored >= taken_->since && stored < taken_->size && head.part_count < kMostStateParts);
}

absl::Status StateWriter::StepChanges(State& state, uint64_t entries, StateHead& head, WriteTxn& txn) {
  const uint64_t period = PeriodFor(state);
  Progress& now = taken_->now;
  const bool is_mine = now.number == 0 ? MayBegin(head, txn, period) : head.changes.number == now.number;
  if (!is_mine) {
    GiveBack(state);
    return absl::OkStatus();
  }
  if (now.number == 0) {
    now.number = ++head.last_number;
    head.changes = {.number = now.number, .begun = txn.head().size};
  }
  const std::vector<StatePage>& pages = taken_->changes.pages;
  // All at once where processes ended before they had written theirs; unless a large state was lost.
  const bool is_late = taken_->size - taken_->since >= kLate * period &&
                       (taken_->since != 0 || pages.size() <= kFewPages);
  const size_t wanted = is_late ? pages.size() : 1 + pages.size() * kChangesShare * entries / period;
  const size_t end = std::min(pages.size(), now.pages + wanted);
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
  head.parts[head.part_count++] = PartOf(taken_->now.number, taken_->size, taken_->changes.counts);
  head.changes = {};
  taken_->now.is_done = true;
}

absl::Status StateWriter::StepWhole(const State& state, uint64_t entries, StateHead& head, WriteTxn& txn) {
  StateWhole& whole = head.whole;
  uint64_t all = 0;
  for (uint32_t t = 0; t < kStateTables; ++t) all += StatePagesFor(t, whole.counts[t]);
  const uint64_t wanted = 1 + all * entries / (kWholePeriods * PeriodFor(state));
  const uint64_t view = txn.head().size, stop = std::min(all, whole.pages + wanted);
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
  if (taken_->now.is_done) taken_.reset();
}

void StateWriter::Abandoned() {
  if (taken_) taken_->now = taken_->on_disk;
  may_have_more_ = true;
}

}  // namespace hourbook
