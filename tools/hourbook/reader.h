// A ledger that is opened, or opened to be read as of one moment.
#ifndef TOOLS_HOURBOOK_READER_H_
#define TOOLS_HOURBOOK_READER_H_

#include <cstdint>
#include <string>

#include "api/hourbook.h"
#include "tools/hourbook/handles.h"
#include "tools/hourbook/local_time.h"

namespace hourbook::cli {

// How many entries or parties are read at a time.
inline constexpr uint32_t kPage = 512;

struct Reader {
  LedgerHandle ledger;
  SnapshotHandle snapshot;
  hbk_stat stat;
  LocalClock clock;
};

// Opens with hbk_open_options' flags. Throws CommandError.
LedgerHandle OpenLedger(const std::string& directory, uint32_t flags = 0);

// Opens read-only. Throws CommandError.
Reader OpenReader(const std::string& directory);

// Opens a snapshot. Throws CommandError.
SnapshotHandle OpenSnapshot(hbk_ledger* ledger);

// Throws CommandError.
hbk_stat ReadStat(hbk_snapshot* snapshot);

// The ledger's offset from UTC over time: that of the genesis, and the policies that `init` put
// right behind it for its time zone. Policies written later are not looked for, since that would
// mean reading the whole ledger; times are shown with their offset, so they are right all the same.
LocalClock ReadClock(hbk_snapshot* snapshot, const hbk_stat& stat);

}  // namespace hourbook::cli

#endif  // TOOLS_HOURBOOK_READER_H_
