// Trials.
#include <vector>

#include "absl/strings/str_cat.h"
#include "api/internal.h"

using namespace hourbook::capi;  // the functions below are C's, so they cannot be in it
using hourbook::Fail;
using hourbook::Failure;

hbk_status hbk_trial_open(hbk_ledger* ledger, hbk_trial** trial, hbk_error* error) {
  return Guard(error, [&]() -> absl::Status {
    if (trial == nullptr) return Invalid("trial is NULL");
    *trial = nullptr;
    const auto found = LedgerHandles::Find(ledger, "ledger");
    if (!found.ok()) return found.status();
    OpenLedger* const open = *found;
    if (!open->ledger->not_behind().ok()) return open->ledger->not_behind();
    auto snapshot = open->ledger->OpenSnapshot();
    if (!snapshot.ok()) return snapshot.status();
    std::unique_ptr<OpenTrial> opened(
        new OpenTrial{open, hourbook::Trial(*std::move(snapshot))});
    if (absl::Status begun = opened->trial.Advance(1); !begun.ok()) return begun;
    absl::MutexLock lock(&open->lock);
    *trial = OpenListed<TrialHandles>(std::move(opened), open->trials);
    return absl::OkStatus();
  });
}

hbk_status hbk_trial_advance(hbk_trial* trial, uint64_t size, hbk_error* error) {
  return Guard(error, [&]() -> absl::Status {
    const auto found = TrialHandles::Find(trial, "trial");
    if (!found.ok()) return found.status();
    OpenTrial* const open = *found;
    return open->trial.Advance(size);
  });
}

hbk_status hbk_trial_judge(hbk_trial* trial, const hbk_entry* entries, uint32_t count, int keep,
                           hbk_result* results, hbk_error* error) {
  return Guard(error, [&]() -> absl::Status {
    const auto found = TrialHandles::Find(trial, "trial");
    if (!found.ok()) return found.status();
    OpenTrial* const open = *found;
    if (absl::Status checked = hourbook::CheckBatch(count); !checked.ok()) return checked;
    if (absl::Status checked = CheckArrays(entries, count, results); !checked.ok()) return checked;
    return open->trial.Judge(ToEntries(entries, count), keep != 0, ToOutcomes(results, count));
  });
}

void hbk_trial_close(hbk_trial* trial) {
  OpenTrial* const open = TrialHandles::FindToClose(trial);
  if (open == nullptr) return;
  {
    absl::MutexLock lock(&open->ledger->lock);
    open->ledger->trials.erase(trial);
  }
  TrialHandles::Close(trial);
}
