#include "tools/hourbook/commands/listing.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "tools/hourbook/amount.h"
#include "tools/hourbook/command_error.h"
#include "tools/hourbook/hex.h"
#include "tools/hourbook/json.h"
#include "tools/hourbook/names.h"
#include "tools/hourbook/output.h"

namespace hourbook::cli {
namespace {

uint16_t ParseName(absl::Span<const Name> names, const std::string& name, absl::string_view what) {
  if (const std::optional<uint16_t> number = NumberOf(names, name)) return *number;
  throw CommandError(kExitUsage, absl::StrCat("the ", what, " '", name, "' is unknown; there are: ",
                                              ListOf(names)));
}

// The first digits of an id: enough to tell entries of a list apart.
std::string ShortHex(absl::Span<const uint8_t> id) {
  return IsZero(id) ? "" : HexText(id.first(4));
}

// What is to be known of the entry itself: that it was held, recorded late, and how it was seen; not
// how it was handed in.
std::string StateText(uint16_t flags) {
  std::string text;
  for (const Name& flag : FlagNames()) {
    const bool is_state = flag.number != HBK_FLAG_LINKED && flag.number != HBK_FLAG_IMPORTED;
    if (!is_state || (flags & flag.number) == 0) continue;
    absl::StrAppend(&text, text.empty() ? "" : " ", flag.text);
  }
  return text;
}

}  // namespace

int64_t ParseInstant(const LocalClock& clock, const std::string& text) {
  if (const std::optional<int64_t> time = clock.Parse(text)) return *time;
  throw CommandError(kExitUsage, absl::StrCat("'", text, "' is no date like 2025-03-01, nor a time "
                                              "like 2025-03-01T09:30:00+08:00"));
}

EntryPrinter::EntryPrinter(const LocalClock& clock, bool json)
    : clock_(clock),
      json_(json),
      table_({{"index", Table::Align::kRight},
              {"occurred at"},
              {"kind"},
              {"debit"},
              {"credit"},
              {"amount", Table::Align::kRight},
              {"unit"},
              {"code", Table::Align::kRight},
              {"state"},
              {"id"}}) {}

void EntryPrinter::AddRow(hbk_entry entry) {
  if (entry.kind == HBK_KIND_GENESIS) {  // its texts lie where others have parties
    std::fill(std::begin(entry.debit), std::end(entry.debit), uint8_t{0});
    std::fill(std::begin(entry.credit), std::end(entry.credit), uint8_t{0});
  }
  table_.AddRow({absl::StrCat(entry.index), clock_.Text(entry.occurred_at),
                 NameOf(KindNames(), entry.kind), ShortHex(entry.debit), ShortHex(entry.credit),
                 GroupedText(entry.amount),
                 entry.unit == 0 ? "" : NameOf(UnitNames(), entry.unit), absl::StrCat(entry.code),
                 StateText(entry.flags), ShortHex(entry.id)});
}

void EntryPrinter::Print(absl::Span<const hbk_entry> page) {
  for (const hbk_entry& entry : page) {
    if (json_) {
      PrintJson(EntryJson(entry, clock_));
    } else {
      AddRow(entry);
    }
  }
  if (!json_) cli::Print(table_.TakeText());
}

uint16_t ParseUnit(const std::string& name) {
  uint32_t number = 0;  // of one that policy defines
  if (absl::SimpleAtoi(name, &number) && number >= HBK_UNIT_FIRST_DEFINED && number <= UINT16_MAX) {
    return static_cast<uint16_t>(number);
  }
  return ParseName(UnitNames(), name, "unit");
}

std::vector<uint16_t> UnitsOf(hbk_snapshot* snapshot, const uint8_t party[16]) {
  uint32_t count = 0;
  hbk_error error = HBK_ERROR_INIT;
  hbk_status status = hbk_account_units(snapshot, party, nullptr, 0, &count, &error);
  std::vector<uint16_t> own(count);
  if (status == HBK_TOO_SMALL) {
    status = hbk_account_units(snapshot, party, own.data(), count, &count, &error);
  }
  Check(status, error);
  std::vector<uint16_t> units;
  for (const Name& unit : UnitNames()) units.push_back(unit.number);
  std::copy_if(own.begin(), own.end(), std::back_inserter(units),
               [](uint16_t unit) { return unit >= HBK_UNIT_FIRST_DEFINED; });
  return units;
}

void ListArguments::AddTo(CLI::App& command, bool with_unit) {
  command.add_option("--kind", kind, "Only entries of this kind, such as service");
  if (with_unit) command.add_option("--unit", unit, "Only entries in this unit");
  command.add_option("--code", code, "Only entries with this category or reason code");
  command.add_option("--activity", activity, "Only entries of this activity: 32 hex digits");
  command.add_option("--from", from, "Only events from this date or time on");
  command.add_option("--until", until, "Only events before this date or time");
  command.add_option("--limit", limit, "At most so many entries")->check(CLI::NonNegativeNumber);
  command.add_flag("--json", json, "Print a JSON object a line");
}

hbk_filter ListArguments::Parse(const LocalClock& clock) const {
  hbk_filter filter = HBK_FILTER_INIT;
  if (!kind.empty()) filter.kind = ParseName(KindNames(), kind, "kind");
  if (!unit.empty()) filter.unit = ParseUnit(unit);
  filter.code = code;
  if (!activity.empty() && !ParseHex(activity, absl::MakeSpan(filter.activity))) {
    throw CommandError(kExitUsage, "--activity takes 32 hexadecimal digits");
  }
  if (!from.empty()) filter.from = ParseInstant(clock, from);
  if (!until.empty()) filter.until = ParseInstant(clock, until);
  return filter;
}

void PrintEntries(hbk_cursor* cursor, const LocalClock& clock, uint64_t limit, bool json) {
  EntryPrinter printer(clock, json);
  std::vector<hbk_entry> page(kPage);
  while (limit > 0) {
    uint32_t count = 0;
    hbk_error error = HBK_ERROR_INIT;
    const auto capacity = static_cast<uint32_t>(std::min<uint64_t>(limit, kPage));
    const hbk_status status = hbk_cursor_next(cursor, page.data(), capacity, &count, &error);
    if (status == HBK_END) break;
    Check(status, error);
    printer.Print(absl::MakeConstSpan(page).first(count));
    limit -= count;
  }
  Flush();
}

}  // namespace hourbook::cli
