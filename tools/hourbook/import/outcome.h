// What became of a row.
#ifndef TOOLS_HOURBOOK_IMPORT_OUTCOME_H_
#define TOOLS_HOURBOOK_IMPORT_OUTCOME_H_

#include <string>

#include "absl/types/span.h"
#include "api/hourbook.h"

namespace hourbook::cli {

struct RowOutcome {
  enum class Fate { kAccepted, kExists, kRefused };
  Fate fate = Fate::kRefused;
  std::string reason;   // where refused
  std::string message;  // the same in a sentence
};

// Whether the ledger holds the entry, now or before.
bool Stands(hbk_status status);

// What the results of a chain say of its row: the refusal of the entry that the others fell with;
// accepted where anything is new. A party that is known under another entry exists all the same.
RowOutcome OutcomeOf(absl::Span<const hbk_result> results);

}  // namespace hourbook::cli

#endif  // TOOLS_HOURBOOK_IMPORT_OUTCOME_H_
