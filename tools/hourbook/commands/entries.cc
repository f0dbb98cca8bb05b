// hourbook entries, entry, statement: what is recorded.
#include <memory>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "tools/hourbook/command_error.h"
#include "tools/hourbook/commands/commands.h"
#include "tools/hourbook/commands/listing.h"
#include "tools/hourbook/commands/party_argument.h"
#include "tools/hourbook/hex.h"
#include "tools/hourbook/json.h"
#include "tools/hourbook/output.h"

namespace hourbook::cli {
namespace {

struct EntriesArguments {
  std::string directory;
  uint64_t first = 0;
  ListArguments list;
};

void Entries(const EntriesArguments& arguments) {
  const Reader reader = OpenReader(arguments.directory);
  const hbk_filter filter = arguments.list.Parse(reader.clock);
  hbk_error error = HBK_ERROR_INIT;
  hbk_cursor* cursor = nullptr;
  Check(hbk_entries_open(reader.snapshot.get(), arguments.first, &filter, &cursor, &error), error);
  const CursorHandle owner(cursor);
  PrintEntries(cursor, reader.clock, arguments.list.limit, arguments.list.json);
}

struct StatementArguments {
  std::string directory, unit = "minute";
  PartyArgument party;
  ListArguments list;
};

void Statement(const StatementArguments& arguments) {
  const Id party = arguments.party.Parse();
  const uint16_t unit = ParseUnit(arguments.unit);
  const Reader reader = OpenReader(arguments.directory);
  const hbk_filter filter = arguments.list.Parse(reader.clock);
  hbk_error error = HBK_ERROR_INIT;
  hbk_cursor* cursor = nullptr;
  Check(hbk_statement_open(reader.snapshot.get(), party.data(), unit, &filter, &cursor, &error),
        error);
  const CursorHandle owner(cursor);
  PrintEntries(cursor, reader.clock, arguments.list.limit, arguments.list.json);
}

struct EntryArguments {
  std::string directory, which;
  bool json = true;
};

void OneEntry(const EntryArguments& arguments) {
  const Reader reader = OpenReader(arguments.directory);
  hbk_entry entry;
  uint8_t leaf[32];
  uint8_t id[16];
  uint64_t index = 0;
  hbk_error error = HBK_ERROR_INIT;
  if (ParseHex(arguments.which, absl::MakeSpan(id))) {
    Check(hbk_entry_by_id(reader.snapshot.get(), id, &entry, leaf, &error), error);
  } else if (absl::SimpleAtoi(arguments.which, &index)) {
    Check(hbk_entry_by_index(reader.snapshot.get(), index, &entry, leaf, &error), error);
  } else {
    throw CommandError(kExitUsage, absl::StrCat("'", arguments.which, "' is neither an index nor "
                                                "an id of 32 hexadecimal digits"));
  }
  Json json = EntryJson(entry, reader.clock);
  json["leaf_hash"] = HexText(leaf);
  PrintJson(json);
  Flush();
}

}  // namespace

void AddEntriesCommand(CLI::App& app) {
  auto arguments = std::make_shared<EntriesArguments>();
  CLI::App* const command = app.add_subcommand(
      "entries",
      "All entries in the order of the ledger.\n"
      "Example: hourbook entries town.ledger --kind redeem --from 2025-03-01 --limit 20");
  command->add_option("DIR", arguments->directory, "The ledger")->required();
  command->add_option("--first", arguments->first, "Begin at this index")
      ->check(CLI::NonNegativeNumber);
  arguments->list.AddTo(*command, true);
  command->callback([arguments] { Entries(*arguments); });
}

void AddStatementCommand(CLI::App& app) {
  auto arguments = std::make_shared<StatementArguments>();
  CLI::App* const command = app.add_subcommand(
      "statement",
      "Every entry that touched a party's account, newest first.\n"
      "Example: hourbook statement town.ledger volunteer:V0001 --secret town.secret --unit point");
  command->add_option("DIR", arguments->directory, "The ledger")->required();
  arguments->party.AddTo(*command);
  command->add_option("--unit", arguments->unit, "minute, point or bank-minute")
      ->capture_default_str();
  arguments->list.AddTo(*command, false);
  command->callback([arguments] { Statement(*arguments); });
}

void AddEntryCommand(CLI::App& app) {
  auto arguments = std::make_shared<EntryArguments>();
  CLI::App* const command = app.add_subcommand(
      "entry", "One entry as JSON, with its leaf hash.\nExample: hourbook entry town.ledger 42");
  command->add_option("DIR", arguments->directory, "The ledger")->required();
  command->add_option("ENTRY", arguments->which, "Its index, or its id of 32 hexadecimal digits")
      ->required();
  command->add_flag("--json", arguments->json, "Print as JSON, as it always does");
  command->callback([arguments] { OneEntry(*arguments); });
}

}  // namespace hourbook::cli
