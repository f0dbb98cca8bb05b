// Lists of entries: which ones, and how they are printed.
#ifndef TOOLS_HOURBOOK_COMMANDS_LISTING_H_
#define TOOLS_HOURBOOK_COMMANDS_LISTING_H_

#include <cstdint>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "api/hourbook.h"
#include "absl/types/span.h"
#include "tools/hourbook/reader.h"
#include "tools/hourbook/table.h"

namespace hourbook::cli {

// Arguments that narrow a list down.
struct ListArguments {
  std::string kind, unit, activity, from, until;
  uint16_t code = 0;
  uint64_t limit = UINT64_MAX;
  bool json = false;

  // `with_unit` where the command does not take a unit of its own.
  void AddTo(CLI::App& command, bool with_unit);

  // Throws CommandError.
  hbk_filter Parse(const LocalClock& clock) const;
};

// The number of a unit's name. Throws CommandError.
uint16_t ParseUnit(const std::string& name);

// The units that are built in, and the others that the party has accounts in. Throws CommandError.
std::vector<uint16_t> UnitsOf(hbk_snapshot* snapshot, const uint8_t party[16]);

// A date or time of the ledger's days, such as 2025-03-01. Throws CommandError.
int64_t ParseInstant(const LocalClock& clock, const std::string& text);

// Prints entries, a page at a time: a table, or a line of JSON an entry.
class EntryPrinter {
 public:
  EntryPrinter(const LocalClock& clock, bool json);

  void Print(absl::Span<const hbk_entry> page);

 private:
  void AddRow(hbk_entry entry);

  const LocalClock& clock_;
  const bool json_;
  Table table_;
};

// Prints what the cursor gives, `limit` entries at most: a table, or a line of JSON an entry.
void PrintEntries(hbk_cursor* cursor, const LocalClock& clock, uint64_t limit, bool json);

}  // namespace hourbook::cli

#endif  // TOOLS_HOURBOOK_COMMANDS_LISTING_H_
