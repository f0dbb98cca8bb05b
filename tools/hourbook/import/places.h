// Where the rows of a plan stand in a ledger, and so where those were judged that do not.
//
// Each run of an import appends what it accepts in the order of its plan. So a ledger is a sequence
// of runs, and a row that it does not hold was judged, in each run that knew the row, right before
// the first later row which that run accepted. Two of those places are enough:
// - the first of all: before the later row that stands first in the ledger;
// - that of the last run: before the later row that stands first in the last run's part. That part
//   begins behind the last anchor of other sheets, or where the order of the plan was last broken.
// Where no row was ever mended, both are the same. A place is the ledger's size there.
#ifndef TOOLS_HOURBOOK_IMPORT_PLACES_H_
#define TOOLS_HOURBOOK_IMPORT_PLACES_H_

#include <cstdint>
#include <limits>
#include <vector>

#include "api/hourbook.h"
#include "tools/hourbook/import/plan.h"

namespace hourbook::cli {

class Places {
 public:
  static constexpr uint64_t kNone = std::numeric_limits<uint64_t>::max();

  // Looks up every row of the plan. Throws CommandError.
  Places(hbk_snapshot* snapshot, const Plan& plan);

  // The places of a row that is not in the ledger; kNone where it is, or where no later row is.
  // Neither ever falls from one row to the next, where it is not kNone.
  uint64_t First(size_t row) const { return first_[row]; }
  uint64_t OfLastRun(size_t row) const { return of_last_run_[row]; }

  // Rows that set the ledger up which came into it after rows of sheets, or are not in it yet.
  const std::vector<size_t>& late_setup() const { return late_setup_; }

 private:
  std::vector<uint64_t> first_, of_last_run_;
  std::vector<size_t> late_setup_;
};

}  // namespace hourbook::cli

#endif  // TOOLS_HOURBOOK_IMPORT_PLACES_H_
