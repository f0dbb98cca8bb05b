#include "tools/hourbook/import/importer.h"

#include <algorithm>
#include <cstdint>
#include <limits>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "tools/hourbook/command_error.h"
#include "tools/hourbook/handles.h"
#include "tools/hourbook/import/retrial.h"
#include "tools/hourbook/import/trial.h"
#include "tools/hourbook/reader.h"

namespace hourbook::cli {
namespace {

constexpr int64_t kNanosPerSecond = 1'000'000'000;

class Importer {
 public:
  Importer(hbk_ledger* ledger, const Plan& plan, const ImportOptions& options)
      : ledger_(ledger),
        plan_(plan),
        options_(options),
        retrial_(ledger, plan),
        outcomes_(plan.rows.size()) {
    if (!options.dry_run) return;
    head_ = OpenTrial(ledger);
    Advance(head_.get(), ReadStat(OpenSnapshot(ledger).get()).size);
  }

  std::vector<RowOutcome> Run() {
    for (size_t i = 0; i < plan_.setup_rows; ++i) Send(i, EntriesOf(plan_.rows[i]));
    Flush();
    CheckSetUp();
    for (size_t i = plan_.setup_rows; i < plan_.rows.size(); ++i) Take(i);
    Flush();
    return std::move(outcomes_);
  }

 private:
  // Without its policy and parties a ledger would refuse row after row, for no fault of theirs.
  void CheckSetUp() const {
    for (size_t i = 0; i < plan_.setup_rows; ++i) {
      if (outcomes_[i].fate != RowOutcome::Fate::kRefused) continue;
      throw CommandError(kExitError,
                         absl::StrCat("the ledger refuses to be set up with '", plan_.rows[i].key,
                                      "': ", outcomes_[i].message, " (", outcomes_[i].reason, ")"));
    }
  }

  void Take(size_t number) {
    const Row& row = plan_.rows[number];
    if (row.entries.empty()) {
      outcomes_[number] = {RowOutcome::Fate::kRefused, row.refused, row.problem};
      return;
    }
    const std::vector<hbk_entry> entries = EntriesOf(row);
    if (std::optional<RowOutcome> before = retrial_.Judge(number, entries)) {
      outcomes_[number] = *std::move(before);
      return;
    }
    Send(number, entries);
    // What comes next is recorded after the hold has lapsed, and when that is the ledger says.
    if (row.kind == RowKind::kTimedOut) Flush();
  }

  std::vector<hbk_entry> EntriesOf(const Row& row) const {
    std::vector<hbk_entry> entries = row.entries;
    for (hbk_entry& entry : entries) entry.recorded_at = std::max(entry.recorded_at, clock_);
    return entries;
  }

  void Send(size_t number, const std::vector<hbk_entry>& entries) {
    if (batch_.size() + entries.size() > HBK_BATCH_MAX) Flush();
    batch_.insert(batch_.end(), entries.begin(), entries.end());
    batch_rows_.push_back(number);
  }

  std::vector<hbk_result> Record() {
    if (options_.dry_run) return Try(head_.get(), batch_, /*keep=*/true);
    std::vector<hbk_result> results(batch_.size());
    hbk_error error = HBK_ERROR_INIT;
    const auto count = static_cast<uint32_t>(batch_.size());
    Check(hbk_append(ledger_, batch_.data(), count, HBK_FOREVER, results.data(), &error), error);
    return results;
  }

  void Flush() {
    if (batch_.empty()) return;
    const std::vector<hbk_result> results = Record();
    absl::Span<const hbk_result> rest = results;
    for (const size_t number : batch_rows_) {
      const Row& row = plan_.rows[number];
      outcomes_[number] = OutcomeOf(rest.first(row.entries.size()));
      if (row.kind == RowKind::kTimedOut && Stands(rest.front().status)) AwaitLapse(rest.front());
      rest.remove_prefix(row.entries.size());
    }
    if (options_.progress) options_.progress(batch_rows_.back() + 1, plan_.rows.size());
    batch_.clear();
    batch_rows_.clear();
  }

  void AwaitLapse(const hbk_result& redeem) {
    clock_ = std::max(clock_, redeem.recorded_at + int64_t{kTimedOutAfter} * kNanosPerSecond);
    // In a ledger that is up to date, a hold made now lapses in a moment that is yet to come.
    absl::SleepFor(absl::FromUnixNanos(clock_) - absl::Now());
  }

  hbk_ledger* const ledger_;
  const Plan& plan_;
  const ImportOptions& options_;
  Retrial retrial_;
  std::vector<RowOutcome> outcomes_;
  TrialHandle head_;                                     // stands for the ledger in a dry run
  int64_t clock_ = std::numeric_limits<int64_t>::min();  // nothing is recorded before
  std::vector<hbk_entry> batch_;
  std::vector<size_t> batch_rows_;  // the rows in it
};

}  // namespace

std::vector<RowOutcome> RunImport(hbk_ledger* ledger, const Plan& plan,
                                  const ImportOptions& options) {
  return Importer(ledger, plan, options).Run();
}

}  // namespace hourbook::cli
