// Carries out a plan. Running the same plan again changes nothing, and a run that was killed is
// completed by the next: retrial.h says how.
#ifndef TOOLS_HOURBOOK_IMPORT_IMPORTER_H_
#define TOOLS_HOURBOOK_IMPORT_IMPORTER_H_

#include <cstdint>
#include <functional>
#include <vector>

#include "api/hourbook.h"
#include "tools/hourbook/import/outcome.h"
#include "tools/hourbook/import/plan.h"

namespace hourbook::cli {

struct ImportOptions {
  bool dry_run = false;  // judge everything, write nothing
  std::function<void(uint64_t done, uint64_t total)> progress;
};

// One outcome for each row of the plan. Throws CommandError, too where the ledger cannot be set up.
std::vector<RowOutcome> RunImport(hbk_ledger* ledger, const Plan& plan,
                                  const ImportOptions& options);

}  // namespace hourbook::cli

#endif  // TOOLS_HOURBOOK_IMPORT_IMPORTER_H_
