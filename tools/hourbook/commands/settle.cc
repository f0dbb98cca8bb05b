// hourbook settle: what a station has taken in is paid, line by line.
#include <algorithm>
#include <memory>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tools/hourbook/amount.h"
#include "tools/hourbook/command_error.h"
#include "tools/hourbook/commands/commands.h"
#include "tools/hourbook/commands/listing.h"
#include "tools/hourbook/commands/party_argument.h"
#include "tools/hourbook/entry_writer.h"
#include "tools/hourbook/hex.h"
#include "tools/hourbook/import/pseudonym.h"
#include "tools/hourbook/json.h"
#include "tools/hourbook/output.h"
#include "tools/hourbook/reader.h"
#include "tools/hourbook/table.h"

namespace hourbook::cli {
namespace {

struct SettleArguments {
  std::string directory, station, to, until, recorder;
  bool dry_run = false, json = false;
};

bool Moves(const hbk_entry& entry) {
  return entry.kind != HBK_KIND_VOID && (entry.flags & HBK_FLAG_PENDING) == 0;
}

// What a station is owed, and each entry that it is made of: those since it was settled last.
struct SettlementSheet {
  absl::int128 carried = 0;  // left over, or overpaid, when it was settled last
  std::vector<hbk_entry> lines;
  absl::int128 total = 0;
  std::string settled_before;  // the id of the last settlement, if there was one
};

class Settler {
 public:
  explicit Settler(const SettleArguments& arguments)
      : arguments_(arguments),
        station_(ParsePartyId(arguments.station, "STATION")),
        to_(ParsePartyId(arguments.to, "--to")),
        writer_(arguments.directory, arguments.dry_run),
        clock_(ReadClock(writer_.snapshot(), ReadStat(writer_.snapshot()))) {
    if (!arguments.until.empty()) until_ = ParseInstant(clock_, arguments.until);
    if (!arguments.recorder.empty()) recorder_ = ParsePartyId(arguments.recorder, "--recorder");
  }

  void Run() {
    const SettlementSheet sheet = MakeSheet();
    const hbk_entry entry = EntryFor(sheet);
    hbk_result result{};
    const bool owed = sheet.total > 0;
    if (owed) result = writer_.Send({entry})[0];
    if (arguments_.json) {
      PrintSheetJson(sheet, entry, result);
    } else {
      PrintSheet(sheet);
      if (!owed) Print("Nothing is owed.\n");
    }
    if (owed && result.status != HBK_OK) {
      Flush();
      throw CommandError(kExitRefused, absl::StrCat("not settled: ",
                                                    hbk_status_message(result.status), " (",
                                                    hbk_status_name(result.status), ")"));
    }
    if (owed && !arguments_.json) {
      Print(arguments_.dry_run ? "Not recorded: a dry run.\n"
                               : absl::StrCat("Settled by entry ", result.index, ".\n"));
    }
    Flush();
  }

 private:
  // The station's whole account, oldest first.
  std::vector<hbk_entry> Account() const {
    hbk_cursor* opened = nullptr;
    hbk_error error = HBK_ERROR_INIT;
    Check(hbk_statement_open(writer_.snapshot(), station_.data(), HBK_UNIT_POINT, nullptr, &opened,
                             &error),
          error);
    const CursorHandle cursor(opened);
    std::vector<hbk_entry> entries, page(kPage);
    uint32_t count = 0;
    hbk_status status;
    while ((status = hbk_cursor_next(opened, page.data(), kPage, &count, &error)) != HBK_END) {
      Check(status, error);
      entries.insert(entries.end(), page.begin(), page.begin() + count);
    }
    std::reverse(entries.begin(), entries.end());
    return entries;
  }

  bool IsCredit(const hbk_entry& entry) const {
    return std::equal(station_.begin(), station_.end(), entry.credit);
  }

  struct Item {
    Json item;                // null where the line is of no redemption, or that of no item
    Json quantity = nullptr;  // null where it is not said how many
  };

  // What a line, the redemption that it completes or takes back, or both say of what was redeemed. Of a
  // post in part only the post itself can say how many were collected.
  Item ItemOf(const hbk_entry& line) const {
    hbk_error error = HBK_ERROR_INIT;
    hbk_entry at = line;
    uint16_t collected = 0;
    while (at.kind == HBK_KIND_POST || at.kind == HBK_KIND_REVERSE) {
      if (at.kind == HBK_KIND_POST) collected = at.code;
      hbk_entry of;
      Check(hbk_entry_by_id(writer_.snapshot(), at.ref, &of, nullptr, &error), error);
      at = of;
    }
    if (at.kind != HBK_KIND_REDEEM) return {};
    if (collected == 0 && at.amount == line.amount) collected = at.code;
    return {HexJson(at.ref), collected == 0 ? Json(nullptr) : Json(collected)};
  }

  // A settlement covers what was recorded up to its occurred_at, and is counted itself whenever it was
  // recorded: else what lies between the two would be lost, or be paid twice.
  SettlementSheet MakeSheet() const {
    SettlementSheet sheet;
    for (const hbk_entry& entry : Account()) {
      const bool is_settle = entry.kind == HBK_KIND_SETTLE;
      if (!Moves(entry) || (!is_settle && entry.recorded_at >= until_)) continue;
      sheet.total += Signed(entry);
      if (!is_settle) {
        sheet.lines.push_back(entry);
        continue;
      }
      sheet.settled_before = HexText(entry.id);
      const auto is_covered = [&](const hbk_entry& line) {
        return line.recorded_at <= entry.occurred_at;
      };
      sheet.lines.erase(std::remove_if(sheet.lines.begin(), sheet.lines.end(), is_covered),
                        sheet.lines.end());
    }
    sheet.carried = sheet.total;
    for (const hbk_entry& line : sheet.lines) sheet.carried -= Signed(line);
    return sheet;
  }

  absl::int128 Signed(const hbk_entry& entry) const {
    const absl::int128 amount = entry.amount;
    return IsCredit(entry) ? amount : -amount;
  }

  // Its evidence commits to the ids of the lines, in order: anybody who has the log makes it again.
  // Its id is of the last line and of the settlement before, so that a sheet is settled once.
  hbk_entry EntryFor(const SettlementSheet& sheet) const {
    const Secret open_to_all{Hash{}};
    std::vector<std::string> ids;
    for (const hbk_entry& line : sheet.lines) ids.push_back(HexText(line.id));
    const std::string last = ids.empty() ? "" : ids.back();
    const Id id = open_to_all.Pseudonym("settle", absl::StrCat(HexText(station_), " ", last, " ",
                                                                 sheet.settled_before));
    const Hash evidence = open_to_all.Commit(ids);
    hbk_entry entry{};
    std::copy(id.begin(), id.end(), entry.id);
    std::copy(station_.begin(), station_.end(), entry.debit);
    std::copy(to_.begin(), to_.end(), entry.credit);
    std::copy(recorder_.begin(), recorder_.end(), entry.recorder);
    std::copy(evidence.begin(), evidence.end(), entry.evidence);
    entry.amount = sheet.total > 0 ? static_cast<uint64_t>(sheet.total) : 0;
    entry.occurred_at = sheet.lines.empty() ? 0 : sheet.lines.back().recorded_at;
    entry.kind = HBK_KIND_SETTLE;
    entry.unit = HBK_UNIT_POINT;
    return entry;
  }

  void PrintSheet(const SettlementSheet& sheet) const {
    Table table({{"index", Table::Align::kRight},
                 {"recorded at"},
                 {"points", Table::Align::kRight},
                 {"quantity", Table::Align::kRight},
                 {"item"},
                 {"id"}});
    for (const hbk_entry& line : sheet.lines) {
      const Item item = ItemOf(line);
      table.AddRow({absl::StrCat(line.index), clock_.Text(line.recorded_at),
                    absl::StrCat(IsCredit(line) ? "" : "-", GroupedText(line.amount)),
                    item.quantity.is_null() ? "" : item.quantity.dump(),
                    item.item.is_null() ? "" : item.item.get<std::string>(), HexText(line.id)});
    }
    Print(table.TakeText());
    if (sheet.carried != 0) Print(absl::StrCat("Carried over: ", NumberText(sheet.carried), "\n"));
    Print(absl::StrCat("Owed: ", NumberText(sheet.total), " for ", sheet.lines.size(),
                       " entries\n"));
  }

  void PrintSheetJson(const SettlementSheet& sheet, const hbk_entry& entry, const hbk_result& result) const {
    Json lines = Json::array();
    for (const hbk_entry& line : sheet.lines) {
      const Item item = ItemOf(line);
      lines.push_back({{"index", line.index},
                       {"id", HexText(line.id)},
                       {"item", item.item},
                       {"quantity", item.quantity},
                       {"debit", !IsCredit(line)},
                       {"points", line.amount}});
    }
    PrintJson({{"station", HexText(station_)},
               {"lines", lines},
               {"carried", NumberText(sheet.carried)},
               {"owed", NumberText(sheet.total)},
               {"evidence", HexText(entry.evidence)},
               {"dry_run", arguments_.dry_run},
               {"status", sheet.total > 0 ? hbk_status_name(result.status) : "nothing_owed"},
               {"index", result.index}});
  }

  const SettleArguments& arguments_;
  const Id station_, to_;
  Id recorder_{};
  const EntryWriter writer_;
  const LocalClock clock_;
  int64_t until_ = INT64_MAX;
};

}  // namespace

void AddSettleCommand(CLI::App& app) {
  auto arguments = std::make_shared<SettleArguments>();
  CLI::App* const command = app.add_subcommand(
      "settle",
      "Settle a station: print the sheet of all that it took in since it was settled last, and\n"
      "record that the programme or sponsor owes it no more. The entry commits to the sheet.\n"
      "Example: hourbook settle town.ledger STATION --to PROGRAMME --until 2025-07-01 --dry-run");
  command->add_option("DIR", arguments->directory, "The ledger")->required();
  command->add_option("STATION", arguments->station, "Its id, 32 hexadecimal digits")->required();
  command->add_option("--to", arguments->to, "The programme or sponsor that pays")->required();
  command->add_option("--until", arguments->until,
                      "What was recorded before this date or time (default: all)");
  command->add_option("--recorder", arguments->recorder, "The party that answers for it");
  command->add_flag("--dry-run", arguments->dry_run, "Print the sheet, record nothing");
  command->add_flag("--json", arguments->json, "Print as JSON");
  command->callback([arguments] { Settler(*arguments).Run(); });
}

}  // namespace hourbook::cli
