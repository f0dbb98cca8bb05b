// All that an import asks of a ledger, in the order in which it is asked: a function of the
// mapping, the sheets, the secret and the ledger's creation time alone, so that every run asks the
// same.
#ifndef TOOLS_HOURBOOK_IMPORT_PLAN_H_
#define TOOLS_HOURBOOK_IMPORT_PLAN_H_

#include <cstdint>
#include <string>
#include <vector>

#include "tools/hourbook/import/mapping.h"
#include "tools/hourbook/import/pseudonym.h"
#include "tools/hourbook/import/row.h"

namespace hourbook::cli {

struct PlannedSheet {
  std::string file;  // its name without folders
  uint64_t rows;
};

struct Plan {
  std::vector<PlannedSheet> sheets;
  // First what sets the ledger up (policy, parties), then the rows of the event sheets by the time
  // of their events (of equal times: by sheet as the mapping lists them, services before grants
  // before redemptions, then by row), last an anchor that commits to the files. Rows refused
  // without asking the ledger come where their time says, those without a time first.
  std::vector<Row> rows;
  size_t setup_rows = 0;  // how many of them, the first, set the ledger up
};

// Reads all sheets. Throws CommandError.
Plan MakePlan(const Mapping& mapping, const Secret& secret, int64_t created_at);

}  // namespace hourbook::cli

#endif  // TOOLS_HOURBOOK_IMPORT_PLAN_H_
