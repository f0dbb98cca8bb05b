// Judges once more what earlier runs of an import refused.
//
// Running an import again must change nothing, and a run that was killed must be completed by the
// next as if nothing had been. What was recorded answers `exists`. What was refused is the hard
// part: a redemption refused in March for want of points may look good against the points of
// December. So a row that the ledger lacks is judged in a trial at the places where it was judged
// before (see places.h): refused there, it is refused again for the same reason.
//
// Accepted there, it was mended since: the row itself, or what was lacking when the ledger was set
// up, such as the volunteer whom it names. That is why entries that set the ledger up later count
// as if they had been there, as far as the row needs them. A mended row is judged as new.
#ifndef TOOLS_HOURBOOK_IMPORT_RETRIAL_H_
#define TOOLS_HOURBOOK_IMPORT_RETRIAL_H_

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "api/hourbook.h"
#include "tools/hourbook/handles.h"
#include "tools/hourbook/import/outcome.h"
#include "tools/hourbook/import/places.h"
#include "tools/hourbook/import/plan.h"
#include "tools/hourbook/import/pseudonym.h"

namespace hourbook::cli {

class Retrial {
 public:
  // Looks at the ledger as it is now. Throws CommandError.
  Retrial(hbk_ledger* ledger, const Plan& plan);

  // What stands of a row of the sheets, judged by its entries as they would be sent: nothing where
  // it is to be judged as new. Rows are asked for in the order of the plan. Throws CommandError.
  std::optional<RowOutcome> Judge(size_t row, const std::vector<hbk_entry>& entries);

 private:
  RowOutcome JudgeAt(uint64_t size, TrialHandle& trial, const std::vector<hbk_entry>& entries);
  std::vector<hbk_entry> LateSetupFor(const std::vector<hbk_entry>& entries) const;

  hbk_ledger* const ledger_;
  const Places places_;
  std::vector<hbk_entry> late_policies_;
  std::map<Id, hbk_entry> late_parties_;  // their open entries, by party
  TrialHandle first_, of_last_run_;       // opened when needed
};

}  // namespace hourbook::cli

#endif  // TOOLS_HOURBOOK_IMPORT_RETRIAL_H_
