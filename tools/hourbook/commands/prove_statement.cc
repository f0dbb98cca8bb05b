// hourbook prove-statement: what a party is shown of its own accounts.
#include <cstdio>
#include <memory>

#include "absl/strings/str_cat.h"
#include "tools/hourbook/amount.h"
#include "tools/hourbook/checkpoint_argument.h"
#include "tools/hourbook/command_error.h"
#include "tools/hourbook/commands/commands.h"
#include "tools/hourbook/commands/listing.h"
#include "tools/hourbook/commands/party_argument.h"
#include "tools/hourbook/text_file.h"

namespace hourbook::cli {
namespace {

struct ProveStatementArguments {
  std::string directory, unit, from, until, out;
  PartyArgument party;
  CheckpointArgument checkpoint;
};

int Append(void* text, const char* piece, size_t length) {
  static_cast<std::string*>(text)->append(piece, length);
  return 0;
}

void ProveStatement(const ProveStatementArguments& arguments) {
  const Id party = arguments.party.Parse();
  const uint16_t unit = arguments.unit.empty() ? uint16_t{0} : ParseUnit(arguments.unit);
  const Reader reader = OpenReader(arguments.directory);
  const int64_t from =
      arguments.from.empty() ? INT64_MIN : ParseInstant(reader.clock, arguments.from);
  const int64_t until =
      arguments.until.empty() ? INT64_MAX : ParseInstant(reader.clock, arguments.until);
  const std::string note = arguments.checkpoint.Read(reader.ledger.get());
  std::string text;
  hbk_statement_made made;
  hbk_error error = HBK_ERROR_INIT;
  Check(hbk_prove_statement(reader.snapshot.get(), party.data(), unit, from, until, note.data(),
                            note.size(), Append, &text, &made, &error),
        error);
  WriteFileOrPrint(arguments.out, text);
  if (made.beyond == 0) return;
  std::fprintf(stderr,
               "hourbook: %s of its entries were recorded after the checkpoint and are left out; "
               "publish, then prove again\n",
               GroupedText(made.beyond).c_str());
}

}  // namespace

void AddProveStatementCommand(CLI::App& app) {
  auto arguments = std::make_shared<ProveStatementArguments>();
  CLI::App* const command = app.add_subcommand(
      "prove-statement",
      "What a party is shown of its own accounts: its entries, each with a proof that it is in\n"
      "the published log, in one file that `hourbook check-statement` checks without the ledger.\n"
      "Of one id: a person who has others linked to it has a statement of each.\n"
      "Example: hourbook prove-statement town.ledger volunteer:V0001 --secret town.secret\n"
      "  --out V0001.statement");
  command->add_option("LEDGER", arguments->directory, "The ledger")->required();
  arguments->party.AddTo(*command);
  command->add_option("--unit", arguments->unit,
                      "minute, point, bank-minute or a number of the programme's own only (default: all)");
  command->add_option("--from", arguments->from,
                      "From the first entry that occurred at this date or time, or later");
  command->add_option("--until", arguments->until,
                      "To the last entry that occurred before this date or time");
  arguments->checkpoint.AddTo(*command);
  command->add_option("--out", arguments->out, "Write to this file (default: standard output)");
  command->callback([arguments] { ProveStatement(*arguments); });
}

}  // namespace hourbook::cli
