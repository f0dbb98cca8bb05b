// Whether sheets may go into a ledger. A ledger forgets nothing, so what would go wrong as a whole
// is refused before the first entry.
#ifndef TOOLS_HOURBOOK_IMPORT_LEDGER_CHECK_H_
#define TOOLS_HOURBOOK_IMPORT_LEDGER_CHECK_H_

#include "api/hourbook.h"
#include "tools/hourbook/import/mapping.h"
#include "tools/hourbook/import/plan.h"

namespace hourbook::cli {

// Throws CommandError where
// - the ledger's local days are not those of the sheets: services would count towards the cap of
//   another day than their own;
// - the ledger took in sheets before, but knows nobody of these: with another secret all would be
//   recorded a second time, under other pseudonyms.
void CheckLedgerFits(hbk_snapshot* snapshot, const Mapping& mapping, const Plan& plan);

}  // namespace hourbook::cli

#endif  // TOOLS_HOURBOOK_IMPORT_LEDGER_CHECK_H_
