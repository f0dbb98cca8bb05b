// The library's trials, with errors thrown.
#ifndef TOOLS_HOURBOOK_IMPORT_TRIAL_H_
#define TOOLS_HOURBOOK_IMPORT_TRIAL_H_

#include <cstdint>
#include <vector>

#include "api/hourbook.h"
#include "tools/hourbook/handles.h"

namespace hourbook::cli {

// hbk_trial_open, hbk_trial_advance and hbk_trial_judge. Throw CommandError.
TrialHandle OpenTrial(hbk_ledger* ledger);
void Advance(hbk_trial* trial, uint64_t size);
std::vector<hbk_result> Try(hbk_trial* trial, const std::vector<hbk_entry>& batch, bool keep);

}  // namespace hourbook::cli

#endif  // TOOLS_HOURBOOK_IMPORT_TRIAL_H_
