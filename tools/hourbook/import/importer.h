// Carries out a plan.
//
// Running the same plan again changes nothing, and a run that was killed is completed by the next.
// What was recorded answers `exists`. What was refused is the hard part: a redemption refused in
// March for want of points may look good against the points of December. So a row that is not in the
// ledger, while a later row is, is judged in a trial at the place where it stood: refused there, it
// is refused again for the same reason; accepted there, it was mended since, and is judged as new.
#ifndef TOOLS_HOURBOOK_IMPORT_IMPORTER_H_
#define TOOLS_HOURBOOK_IMPORT_IMPORTER_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "api/hourbook.h"
#include "tools/hourbook/import/plan.h"

namespace hourbook::cli {

struct RowOutcome {
  enum class Fate { kAccepted, kExists, kRefused };
  Fate fate = Fate::kRefused;
  std::string reason;   // where refused
  std::string message;  // the same in a sentence
};

struct ImportOptions {
  bool dry_run = false;  // judge everything, write nothing
  std::function<void(uint64_t done, uint64_t total)> progress;
};

// One outcome for each row of the plan. Throws CommandError.
std::vector<RowOutcome> RunImport(hbk_ledger* ledger, const Plan& plan,
                                  const ImportOptions& options);

}  // namespace hourbook::cli

#endif  // TOOLS_HOURBOOK_IMPORT_IMPORTER_H_
