// What a row of a sheet asks the ledger to record.
#ifndef TOOLS_HOURBOOK_IMPORT_ROW_H_
#define TOOLS_HOURBOOK_IMPORT_ROW_H_

#include <cstdint>
#include <string>
#include <vector>

#include "api/hourbook.h"

namespace hourbook::cli {

// A pending redemption that timed out was held for so long, in seconds.
inline constexpr uint32_t kTimedOutAfter = 1;

// What a row is, for the report.
enum class RowKind { kSetup, kService, kGrant, kPosted, kVoided, kTimedOut, kAnchor };

struct Row {
  RowKind kind;
  size_t sheet;      // number of its sheet in the plan
  uint64_t line;     // in its file
  std::string key;   // serial, work order, order number
  int64_t time = 0;  // of its event: rows are taken in this order
  // Why the row is refused without asking the ledger: "malformed", "not_closed_out"; else empty.
  std::string refused;
  std::string problem;  // the same in words
  // A chain: they stand or fall together. Empty where the row is refused.
  std::vector<hbk_entry> entries;
};

}  // namespace hourbook::cli

#endif  // TOOLS_HOURBOOK_IMPORT_ROW_H_
