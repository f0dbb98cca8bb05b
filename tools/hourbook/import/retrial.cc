#include "tools/hourbook/import/retrial.h"

#include <algorithm>
#include <iterator>
#include <set>

#include "tools/hourbook/command_error.h"
#include "tools/hourbook/import/trial.h"
#include "tools/hourbook/reader.h"

namespace hourbook::cli {
namespace {

Id IdOf(const uint8_t (&bytes)[16]) {
  Id id;
  std::copy(std::begin(bytes), std::end(bytes), id.begin());
  return id;
}

}  // namespace

Retrial::Retrial(hbk_ledger* ledger, const Plan& plan)
    : ledger_(ledger), places_(OpenSnapshot(ledger).get(), plan) {
  for (const size_t row : places_.late_setup()) {
    const hbk_entry& entry = plan.rows[row].entries.front();
    if (entry.kind == HBK_KIND_OPEN) {
      late_parties_.emplace(IdOf(entry.credit), entry);
    } else {
      late_policies_.push_back(entry);
    }
  }
}

// Only the parties that are named, since a batch has no room for all that a town may register.
std::vector<hbk_entry> Retrial::LateSetupFor(const std::vector<hbk_entry>& entries) const {
  std::vector<hbk_entry> setup;
  std::set<Id> named;
  for (const hbk_entry& entry : entries) {
    named.insert({IdOf(entry.debit), IdOf(entry.credit), IdOf(entry.ref), IdOf(entry.recorder)});
  }
  for (const Id& party : named) {
    if (const auto late = late_parties_.find(party); late != late_parties_.end()) {
      setup.push_back(late->second);
    }
  }
  setup.insert(setup.end(), late_policies_.begin(), late_policies_.end());
  return setup;
}

std::optional<RowOutcome> Retrial::Judge(size_t row, const std::vector<hbk_entry>& entries) {
  const uint64_t first = places_.First(row), of_last_run = places_.OfLastRun(row);
  if (first == Places::kNone) return std::nullopt;
  RowOutcome outcome = JudgeAt(first, first_, entries);
  const bool was_mended = outcome.fate == RowOutcome::Fate::kAccepted;
  if (was_mended && of_last_run != first && of_last_run != Places::kNone) {
    outcome = JudgeAt(of_last_run, of_last_run_, entries);
  }
  if (outcome.fate == RowOutcome::Fate::kAccepted) return std::nullopt;
  return outcome;
}

RowOutcome Retrial::JudgeAt(uint64_t size, TrialHandle& trial,
                            const std::vector<hbk_entry>& entries) {
  if (trial == nullptr) trial = OpenTrial(ledger_);
  Advance(trial.get(), size);
  std::vector<hbk_entry> batch = LateSetupFor(entries);
  batch.insert(batch.end(), entries.begin(), entries.end());
  const std::vector<hbk_result> results = Try(trial.get(), batch, /*keep=*/false);
  return OutcomeOf(absl::MakeConstSpan(results).last(entries.size()));
}

}  // namespace hourbook::cli
