#include "tools/hourbook/import/importer.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <set>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "tools/hourbook/command_error.h"
#include "tools/hourbook/handles.h"
#include "tools/hourbook/import/pseudonym.h"
#include "tools/hourbook/reader.h"

namespace hourbook::cli {
namespace {

constexpr uint64_t kNoLaterRow = UINT64_MAX;
constexpr int64_t kNanosPerSecond = 1'000'000'000;

bool Stands(hbk_status status) { return status == HBK_OK || status == HBK_EXISTS; }

bool IsOtherRowOfSameKey(hbk_status status) {
  return status > HBK_EXISTS && status <= HBK_EXISTS_WITH_DIFFERENT_EVIDENCE;
}

RowOutcome Refused(const std::string& reason, const std::string& message) {
  return {RowOutcome::Fate::kRefused, reason, message};
}

// What a chain's results say of its row.
RowOutcome OutcomeOf(const std::vector<hbk_result>& results) {
  bool is_new = false;
  for (const hbk_result& result : results) {
    is_new |= result.status == HBK_OK;
    if (Stands(result.status) || result.status == HBK_LINKED_ENTRY_FAILED) continue;
    const char* const reason = IsOtherRowOfSameKey(result.status) ? "exists_with_different"
                                                                  : hbk_status_name(result.status);
    return Refused(reason, hbk_status_message(result.status));
  }
  return {is_new ? RowOutcome::Fate::kAccepted : RowOutcome::Fate::kExists, "", ""};
}

// Where the rows of a plan stand in a ledger already.
class Places {
 public:
  Places(hbk_ledger* ledger, const Plan& plan) : later_(plan.rows.size(), kNoLaterRow) {
    const SnapshotHandle snapshot = OpenSnapshot(ledger);
    std::set<Id> met;
    std::vector<uint64_t> index(plan.rows.size(), kNoLaterRow);
    for (size_t i = 0; i < plan.rows.size(); ++i) {
      const std::vector<hbk_entry>& entries = plan.rows[i].entries;
      if (!entries.empty()) index[i] = Find(snapshot.get(), entries.front(), met);
    }
    uint64_t later = kNoLaterRow;
    for (size_t i = plan.rows.size(); i-- > 0;) {
      // A row that is in place needs no judging elsewhere.
      later_[i] = index[i] == kNoLaterRow ? later : kNoLaterRow;
      later = std::min(later, index[i]);
    }
  }

  // For a row that is not in the ledger: the index of the first entry of all later rows, before which
  // it was refused; kNoLaterRow where there is none.
  uint64_t LaterThan(size_t row) const { return later_[row]; }

 private:
  // The index of the row's own entry. Another row of the same key, or the same row once more, is
  // none of this row's.
  static uint64_t Find(hbk_snapshot* snapshot, const hbk_entry& wanted, std::set<Id>& met) {
    hbk_entry found;
    hbk_error error = HBK_ERROR_INIT;
    const hbk_status status = hbk_entry_by_id(snapshot, wanted.id, &found, nullptr, &error);
    if (status == HBK_NOT_FOUND) return kNoLaterRow;
    Check(status, error);
    const bool is_same_row =
        std::memcmp(found.evidence, wanted.evidence, sizeof(found.evidence)) == 0;
    Id id;
    std::memcpy(id.data(), wanted.id, id.size());
    return is_same_row && met.insert(id).second ? found.index : kNoLaterRow;
  }

  std::vector<uint64_t> later_;
};

TrialHandle OpenTrial(hbk_ledger* ledger) {
  hbk_error error = HBK_ERROR_INIT;
  hbk_trial* trial = nullptr;
  Check(hbk_trial_open(ledger, &trial, &error), error);
  return TrialHandle(trial);
}

void Advance(hbk_trial* trial, uint64_t size) {
  hbk_error error = HBK_ERROR_INIT;
  Check(hbk_trial_advance(trial, size, &error), error);
}

class Importer {
 public:
  Importer(hbk_ledger* ledger, const Plan& plan, const ImportOptions& options)
      : ledger_(ledger), plan_(plan), options_(options), places_(ledger, plan),
        outcomes_(plan.rows.size()) {
    if (!options.dry_run) return;
    head_ = OpenTrial(ledger);
    const SnapshotHandle snapshot = OpenSnapshot(ledger);
    Advance(head_.get(), ReadStat(snapshot.get()).size);
  }

  std::vector<RowOutcome> Run() {
    for (size_t i = 0; i < plan_.rows.size(); ++i) Take(i);
    Flush();
    return std::move(outcomes_);
  }

 private:
  void Take(size_t number) {
    const Row& row = plan_.rows[number];
    if (row.entries.empty()) {
      outcomes_[number] = Refused(row.refused, row.problem);
      return;
    }
    if (const uint64_t later = places_.LaterThan(number); later != kNoLaterRow) {
      outcomes_[number] = JudgeInPlace(row, later);
      if (outcomes_[number].fate != RowOutcome::Fate::kAccepted) return;
    }
    if (batch_.size() + row.entries.size() > HBK_BATCH_MAX) Flush();
    const std::vector<hbk_entry> entries = EntriesOf(row);
    batch_.insert(batch_.end(), entries.begin(), entries.end());
    batch_rows_.push_back(number);
    // What comes next is recorded after the hold has lapsed, and when that is the ledger says.
    if (row.kind == RowKind::kTimedOut) Flush();
  }

  std::vector<hbk_entry> EntriesOf(const Row& row) const {
    std::vector<hbk_entry> entries = row.entries;
    for (hbk_entry& entry : entries) entry.recorded_at = std::max(entry.recorded_at, clock_);
    return entries;
  }

  RowOutcome JudgeInPlace(const Row& row, uint64_t later) {
    if (place_ == nullptr) place_ = OpenTrial(ledger_);
    // Rows added since may stand before one that is in place already, but behind it in the ledger.
    place_size_ = std::max(place_size_, later);
    Advance(place_.get(), place_size_);
    const std::vector<hbk_entry> entries = EntriesOf(row);
    std::vector<hbk_result> results(entries.size());
    hbk_error error = HBK_ERROR_INIT;
    Check(hbk_trial_judge(place_.get(), entries.data(), static_cast<uint32_t>(entries.size()), 0,
                          results.data(), &error),
          error);
    return OutcomeOf(results);
  }

  void Flush() {
    if (batch_.empty()) return;
    std::vector<hbk_result> results(batch_.size());
    hbk_error error = HBK_ERROR_INIT;
    const auto count = static_cast<uint32_t>(batch_.size());
    Check(options_.dry_run
              ? hbk_trial_judge(head_.get(), batch_.data(), count, 1, results.data(), &error)
              : hbk_append(ledger_, batch_.data(), count, HBK_FOREVER, results.data(), &error),
          error);
    auto result = results.begin();
    for (const size_t number : batch_rows_) {
      const Row& row = plan_.rows[number];
      const auto end = result + static_cast<ptrdiff_t>(row.entries.size());
      outcomes_[number] = OutcomeOf({result, end});
      const hbk_result& first = *result;
      if (row.kind == RowKind::kTimedOut && Stands(first.status)) {
        const hbk_entry& redeem = row.entries.front();
        clock_ = first.recorded_at + int64_t{redeem.timeout} * kNanosPerSecond;
        // In a ledger that is up to date, a hold made now lapses in a moment that is yet to come.
        absl::SleepFor(absl::FromUnixNanos(clock_) - absl::Now());
      }
      result = end;
    }
    if (options_.progress) options_.progress(batch_rows_.back() + 1, plan_.rows.size());
    batch_.clear();
    batch_rows_.clear();
  }

  hbk_ledger* const ledger_;
  const Plan& plan_;
  const ImportOptions& options_;
  const Places places_;
  std::vector<RowOutcome> outcomes_;
  TrialHandle head_;   // stands for the ledger in a dry run
  TrialHandle place_;  // where a row that is not in the ledger stood
  uint64_t place_size_ = 1;
  int64_t clock_ = INT64_MIN;  // nothing is recorded before
  std::vector<hbk_entry> batch_;
  std::vector<size_t> batch_rows_;  // the rows in it
};

}  // namespace

std::vector<RowOutcome> RunImport(hbk_ledger* ledger, const Plan& plan,
                                  const ImportOptions& options) {
  return Importer(ledger, plan, options).Run();
}

}  // namespace hourbook::cli
