// A ledger under measurement, through the C API. Whatever fails ends the process: a benchmark that goes
// on without is none.
#ifndef BENCH_BENCH_LEDGER_H_
#define BENCH_BENCH_LEDGER_H_

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "api/hourbook.h"

namespace hourbook::bench {

void Must(hbk_status status, const hbk_error& error);

hbk_ledger* CreateLedger(const std::string& directory);
hbk_ledger* OpenLedger(const std::string& directory);
hbk_snapshot* OpenSnapshot(hbk_ledger* ledger);

// Appends entries, all of which must stand, in batches as large as may be. results: one for each.
void AppendAll(hbk_ledger* ledger, std::span<const hbk_entry> entries,
               std::vector<hbk_result>& results);

// Every party of the snapshot, in order.
void EachParty(hbk_snapshot* snapshot, const std::function<void(const hbk_party&)>& take);

// An entry as it was sent: without what the ledger gave it.
hbk_entry AsSent(hbk_entry entry);

// Adds every entry, as it was sent, and every balance to the result. That is the same whenever, and in
// whichever order of threads, the ledger was written.
void AddToResult(hbk_ledger* ledger);

}  // namespace hourbook::bench

#endif  // BENCH_BENCH_LEDGER_H_
