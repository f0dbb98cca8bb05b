#include "tools/hourbook/import/ledger_check.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "tools/hourbook/command_error.h"
#include "tools/hourbook/import/anchors.h"
#include "tools/hourbook/local_time.h"
#include "tools/hourbook/reader.h"

namespace hourbook::cli {
namespace {

void CheckLocalDays(hbk_snapshot* snapshot, const Mapping& mapping, const Plan& plan) {
  const LocalClock ledger = ReadClock(snapshot, ReadStat(snapshot));
  for (const Row& row : plan.rows) {
    if (row.kind != RowKind::kService || row.entries.empty()) continue;
    const int64_t start = row.entries.front().occurred_at;
    const absl::Time instant = absl::FromUnixNanos(start);
    if (mapping.zone.At(instant).offset == ledger.OffsetAt(start)) continue;
    throw CommandError(
        kExitError,
        absl::StrCat(plan.sheets[row.sheet].file, ":", row.line, ": the service starts at ",
                     absl::FormatTime(absl::RFC3339_sec, instant, mapping.zone),
                     " by the mapping, but at ", ledger.Text(start),
                     " by the ledger's days; make the ledger with `hourbook init --time-zone`, or "
                     "mend the mapping's utc_offset or time_zone"));
  }
}

bool KnowsAnyPartyOf(hbk_snapshot* snapshot, const Plan& plan) {
  const auto end = plan.rows.begin() + static_cast<ptrdiff_t>(plan.setup_rows);
  return std::any_of(plan.rows.begin(), end, [snapshot](const Row& row) {
    const hbk_entry& setup = row.entries.front();
    if (setup.kind != HBK_KIND_OPEN) return false;
    hbk_error error = HBK_ERROR_INIT;
    hbk_balance balance;
    const hbk_status status =
        hbk_account_balance(snapshot, setup.credit, HBK_UNIT_POINT, &balance, &error);
    if (status != HBK_NOT_FOUND) Check(status, error);
    return status == HBK_OK;
  });
}

}  // namespace

void CheckLedgerFits(hbk_snapshot* snapshot, const Mapping& mapping, const Plan& plan) {
  CheckLocalDays(snapshot, mapping, plan);
  if (KnowsAnyPartyOf(snapshot, plan) || ImportAnchors(snapshot).empty()) return;
  throw CommandError(kExitError,
                     "the ledger took in sheets before, but knows nobody of these under this "
                     "secret; use the secret of its first import, or another ledger");
}

}  // namespace hourbook::cli
