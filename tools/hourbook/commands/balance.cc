// hourbook balance: what a party has.
#include <memory>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tools/hourbook/amount.h"
#include "tools/hourbook/command_error.h"
#include "tools/hourbook/commands/commands.h"
#include "tools/hourbook/commands/listing.h"
#include "tools/hourbook/commands/party_argument.h"
#include "tools/hourbook/hex.h"
#include "tools/hourbook/json.h"
#include "tools/hourbook/names.h"
#include "tools/hourbook/output.h"
#include "tools/hourbook/reader.h"
#include "tools/hourbook/table.h"

namespace hourbook::cli {
namespace {

struct BalanceArguments {
  std::string directory, unit;
  PartyArgument party;
  bool json = false;
};

void Balance(const BalanceArguments& arguments) {
  const Id party = arguments.party.Parse();
  const Reader reader = OpenReader(arguments.directory);
  Table table({{"unit"},
               {"balance", Table::Align::kRight},
               {"credits", Table::Align::kRight},
               {"debits", Table::Align::kRight},
               {"pending credits", Table::Align::kRight},
               {"pending debits", Table::Align::kRight},
               {"hours", Table::Align::kRight}});
  Json units = Json::object();
  const std::vector<uint16_t> shown =
      arguments.unit.empty() ? UnitsOf(reader.snapshot.get(), party.data())
                             : std::vector<uint16_t>{ParseUnit(arguments.unit)};
  for (const uint16_t unit : shown) {
    hbk_balance balance;
    hbk_error error = HBK_ERROR_INIT;
    Check(hbk_account_balance(reader.snapshot.get(), party.data(), unit, &balance, &error), error);
    units[NameOf(UnitNames(), unit)] = BalanceJson(balance);
    const absl::int128 net = Net(balance.debits_posted, balance.credits_posted);
    table.AddRow({NameOf(UnitNames(), unit), NumberText(net), GroupedText(balance.credits_posted),
                  GroupedText(balance.debits_posted), GroupedText(balance.credits_pending),
                  GroupedText(balance.debits_pending), HoursTextOf(unit, net)});
  }
  if (arguments.json) {
    PrintJson({{"party", HexText(party)}, {"size", reader.stat.size}, {"units", units}});
  } else {
    Print(table.TakeText());
  }
  Flush();
}

}  // namespace

void AddBalanceCommand(CLI::App& app) {
  auto arguments = std::make_shared<BalanceArguments>();
  CLI::App* const command = app.add_subcommand(
      "balance",
      "What a party has: minutes of service, points, bank minutes.\n"
      "Example: hourbook balance town.ledger volunteer:V0001 --secret town.secret");
  command->add_option("DIR", arguments->directory, "The ledger")->required();
  arguments->party.AddTo(*command);
  command->add_option("--unit", arguments->unit,
                      "One unit only: minute, point, bank-minute, or the number of another");
  command->add_flag("--json", arguments->json, "Print as JSON");
  command->callback([arguments] { Balance(*arguments); });
}

}  // namespace hourbook::cli
