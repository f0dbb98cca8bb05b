// What an import did, for people, for programs, and row by row for whoever mends the sheets.
#ifndef TOOLS_HOURBOOK_IMPORT_IMPORT_REPORT_H_
#define TOOLS_HOURBOOK_IMPORT_IMPORT_REPORT_H_

#include <string>
#include <vector>

#include "tools/hourbook/import/importer.h"
#include "tools/hourbook/import/plan.h"
#include "tools/hourbook/json.h"

namespace hourbook::cli {

// {"sheets":[{"file","rows"}],"accepted":{"service":…},"exists":…,"refused":{"overlap":…},
//  "entries":…}: rows by what became of them; entries is how many this run recorded, those that set
// the ledger up included.
Json ImportJson(const Plan& plan, const std::vector<RowOutcome>& outcomes);

// The same as tables.
std::string ImportText(const Json& report);

// One line of JSON for each refused row: {"file","row","key","reason","message"}, in the order of
// sheets and rows. Keys are the sheets' own numbers; no other field of a row is told.
std::string RejectsText(const Plan& plan, const std::vector<RowOutcome>& outcomes);

// How many rows of the sheets were refused.
uint64_t RefusedRows(const std::vector<RowOutcome>& outcomes);

}  // namespace hourbook::cli

#endif  // TOOLS_HOURBOOK_IMPORT_IMPORT_REPORT_H_
