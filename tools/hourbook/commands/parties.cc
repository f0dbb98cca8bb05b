// hourbook parties: who holds accounts.
#include <memory>
#include <optional>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tools/hourbook/amount.h"
#include "tools/hourbook/command_error.h"
#include "tools/hourbook/commands/commands.h"
#include "tools/hourbook/commands/listing.h"
#include "tools/hourbook/hex.h"
#include "tools/hourbook/json.h"
#include "tools/hourbook/names.h"
#include "tools/hourbook/output.h"
#include "tools/hourbook/reader.h"
#include "tools/hourbook/table.h"

namespace hourbook::cli {
namespace {

struct PartiesArguments {
  std::string directory, kind;
  bool json = false;
};

hbk_balance BalanceOf(const Reader& reader, const hbk_party& party, uint16_t unit) {
  hbk_balance balance;
  hbk_error error = HBK_ERROR_INIT;
  Check(hbk_account_balance(reader.snapshot.get(), party.id, unit, &balance, &error), error);
  return balance;
}

std::string StandingText(const hbk_party& party) {
  switch (party.standing) {
    case HBK_STANDING_CLOSED:
      return "closed";
    case HBK_STANDING_FROZEN:
      return "frozen";
    case HBK_STANDING_LINKED:
      return "linked";
    default:
      return "open";
  }
}

Json PartyJson(const Reader& reader, const hbk_party& party) {
  Json json = {{"id", HexText(party.id)},
               {"kind", NameOf(PartyKindNames(), party.kind)},
               {"opened", party.opened},
               {"standing", StandingText(party)}};
  for (const uint16_t unit : UnitsOf(reader.snapshot.get(), party.id)) {
    json[NameOf(UnitNames(), unit)] = BalanceJson(BalanceOf(reader, party, unit));
  }
  return json;
}

void AddRow(const Reader& reader, const hbk_party& party, Table& table) {
  std::vector<std::string> cells = {HexText(party.id), NameOf(PartyKindNames(), party.kind),
                                    StandingText(party)};
  for (const Name& unit : UnitNames()) {
    const hbk_balance balance = BalanceOf(reader, party, unit.number);
    cells.push_back(NumberText(Net(balance.debits_posted, balance.credits_posted)));
  }
  table.AddRow(std::move(cells));
}

void Parties(const PartiesArguments& arguments) {
  const Reader reader = OpenReader(arguments.directory);
  std::optional<uint16_t> wanted;
  if (!arguments.kind.empty()) wanted = NumberOf(PartyKindNames(), arguments.kind);
  Table table({{"party"}, {"kind"}, {"state"}, {"minutes", Table::Align::kRight},
               {"points", Table::Align::kRight}, {"bank minutes", Table::Align::kRight}});
  std::vector<hbk_party> page(kPage);
  uint32_t count = kPage;
  for (uint64_t first = 0; count > 0; first += count) {
    hbk_error error = HBK_ERROR_INIT;
    Check(hbk_parties(reader.snapshot.get(), first, page.data(), kPage, &count, &error), error);
    for (uint32_t i = 0; i < count; ++i) {
      if (wanted && page[i].kind != *wanted) continue;
      if (arguments.json) {
        PrintJson(PartyJson(reader, page[i]));
      } else {
        AddRow(reader, page[i], table);
      }
    }
    if (!arguments.json) Print(table.TakeText());
  }
  Flush();
}

}  // namespace

void AddPartiesCommand(CLI::App& app) {
  auto arguments = std::make_shared<PartiesArguments>();
  CLI::App* const command = app.add_subcommand(
      "parties",
      "Every party and what it has, in the order of opening.\n"
      "Example: hourbook parties town.ledger --kind team");
  command->add_option("DIR", arguments->directory, "The ledger")->required();
  command->add_option("--kind", arguments->kind, "One kind of party only")
      ->check(CLI::IsMember({"volunteer", "team", "programme", "station", "sponsor", "beneficiary",
                             "recorder"}));
  command->add_flag("--json", arguments->json, "Print a JSON object a line");
  command->callback([arguments] { Parties(*arguments); });
}

}  // namespace hourbook::cli
