#include "tools/hourbook/import/trial.h"

#include "tools/hourbook/command_error.h"

namespace hourbook::cli {

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

std::vector<hbk_result> Try(hbk_trial* trial, const std::vector<hbk_entry>& batch, bool keep) {
  std::vector<hbk_result> results(batch.size());
  hbk_error error = HBK_ERROR_INIT;
  const auto count = static_cast<uint32_t>(batch.size());
  Check(hbk_trial_judge(trial, batch.data(), count, keep, results.data(), &error), error);
  return results;
}

}  // namespace hourbook::cli
