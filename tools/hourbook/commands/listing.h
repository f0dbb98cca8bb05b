// Lists of entries: which ones, and how they are printed.
#ifndef TOOLS_HOURBOOK_COMMANDS_LISTING_H_
#define TOOLS_HOURBOOK_COMMANDS_LISTING_H_

#include <cstdint>
#include <string>

#include <CLI/CLI.hpp>

#include "api/hourbook.h"
#include "tools/hourbook/reader.h"

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

// Prints what the cursor gives, `limit` entries at most: a table, or a line of JSON an entry.
void PrintEntries(hbk_cursor* cursor, const LocalClock& clock, uint64_t limit, bool json);

}  // namespace hourbook::cli

#endif  // TOOLS_HOURBOOK_COMMANDS_LISTING_H_
