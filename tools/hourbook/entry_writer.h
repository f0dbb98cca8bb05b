// Entries that a command makes by itself: appended, or only held to the rules.
#ifndef TOOLS_HOURBOOK_ENTRY_WRITER_H_
#define TOOLS_HOURBOOK_ENTRY_WRITER_H_

#include <string>
#include <vector>

#include "absl/types/span.h"
#include "api/hourbook.h"
#include "tools/hourbook/handles.h"

namespace hourbook::cli {

class EntryWriter {
 public:
  // With `dry_run` nothing is written; what stands is kept for what comes after it. Throws
  // CommandError.
  EntryWriter(const std::string& directory, bool dry_run);

  // As the ledger was when this was made.
  hbk_snapshot* snapshot() const { return snapshot_.get(); }
  hbk_ledger* ledger() const { return ledger_.get(); }

  // What the rules say to each. Throws CommandError.
  std::vector<hbk_result> Send(absl::Span<const hbk_entry> entries) const;

 private:
  LedgerHandle ledger_;
  SnapshotHandle snapshot_;
  TrialHandle trial_;  // for a dry run
};

}  // namespace hourbook::cli

#endif  // TOOLS_HOURBOOK_ENTRY_WRITER_H_
