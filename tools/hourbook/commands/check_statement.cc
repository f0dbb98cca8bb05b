// hourbook check-statement: whether what a party was shown is in the log, and whole.
#include <memory>
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
#include "tools/hourbook/policy_argument.h"
#include "tools/hourbook/text_file.h"
#include "tools/hourbook/vkey_argument.h"

namespace hourbook::cli {
namespace {

constexpr size_t kStatementMaxSize = size_t{1} << 30;  // FORMAT.md's

struct CheckStatementArguments {
  std::string statement;
  VkeyArgument vkey;
  PolicyArgument policy;
  bool json = false;
};

struct Checked {
  hbk_statement_checked found = HBK_STATEMENT_CHECKED_INIT;
  std::vector<hbk_entry> entries;

  absl::Span<const hbk_stated_account> accounts() const {
    return absl::MakeConstSpan(found.accounts, found.accounts_count);
  }
};

int Take(void* entries, const hbk_entry* entry) {
  static_cast<std::vector<hbk_entry>*>(entries)->push_back(*entry);
  return 0;
}

std::string WhoItIs(const hbk_statement_checked& found) {
  const std::string id = HexText(found.party);
  if (found.party_kind == 0) return absl::StrCat("the party ", id);
  return absl::StrCat("the ", found.closed != 0 ? "closed " : "",
                      NameOf(PartyKindNames(), found.party_kind), " ", id);
}

std::string AccountText(const hbk_stated_account& account) {
  return absl::StrCat("  ", NameOf(UnitNames(), account.unit), ": all ",
                      GroupedText(account.entries), " entries from ", account.first, " to ",
                      account.last,
                      account.from_start != 0 ? ", where the account begins with the first"
                                              : "; earlier ones are not shown",
                      "; credits ", GroupedText(account.credits), ", debits ",
                      GroupedText(account.debits), "\n");
}

std::string Conclusion(const Checked& checked) {
  std::string text = absl::StrCat(
      "\nProved: these ", GroupedText(checked.found.entries), " entries of ",
      WhoItIs(checked.found), " are in the log of ", GroupedText(checked.found.checkpoint.size),
      " entries that the key signed, as they are shown, and none between is left out:\n");
  for (const hbk_stated_account& account : checked.accounts()) {
    absl::StrAppend(&text, AccountText(account));
  }
  absl::StrAppend(&text,
                  "Credits and debits are what was moved at once or by a post; what is held is not "
                  "among them.\n"
                  "Not proved: that nothing came after the last entry shown; and that the entries "
                  "follow the rules, for which there is `hourbook audit`.\n");
  return text;
}

Json AccountJson(const hbk_stated_account& account) {
  return {{"unit", NameOf(UnitNames(), account.unit)},
          {"from_start", account.from_start != 0},
          {"entries", account.entries},
          {"first", account.first},
          {"last", account.last},
          {"debits", account.debits},
          {"credits", account.credits}};
}

Json CheckedJson(const Checked& checked, const LocalClock& clock) {
  const hbk_statement_checked& found = checked.found;
  Json accounts = Json::array();
  for (const hbk_stated_account& account : checked.accounts()) {
    accounts.push_back(AccountJson(account));
  }
  Json entries = Json::array();
  for (const hbk_entry& entry : checked.entries) entries.push_back(EntryJson(entry, clock));
  return {{"sound", true},
          {"party", HexText(found.party)},
          {"party_kind", found.party_kind == 0 ? Json(nullptr)
                                               : Json(NameOf(PartyKindNames(), found.party_kind))},
          {"closed", found.closed != 0},
          {"size", found.checkpoint.size},
          {"root", HexText(found.checkpoint.root)},
          {"accounts", accounts},
          {"entries", entries}};
}

void CheckStatement(const CheckStatementArguments& arguments) {
  const std::string vkey = arguments.vkey.Read();
  const std::string text = ReadFile(arguments.statement, kStatementMaxSize);
  Checked checked;
  hbk_error error = HBK_ERROR_INIT;
  Check(hbk_check_statement(text.data(), text.size(), vkey.c_str(), Take, &checked.entries,
                            &checked.found, &error),
        error);
  arguments.policy.CheckNote(text.substr(checked.found.checkpoint_offset), vkey);
  const LocalClock clock;  // the ledger's days are not in a statement
  if (arguments.json) {
    PrintJson(CheckedJson(checked, clock));
  } else {
    EntryPrinter(clock, false).Print(checked.entries);
    Print(Conclusion(checked));
  }
  Flush();
}

}  // namespace

void AddCheckStatementCommand(CLI::App& app) {
  auto arguments = std::make_shared<CheckStatementArguments>();
  CLI::App* const command = app.add_subcommand(
      "check-statement",
      "Check what `hourbook prove-statement` wrote, with the log's public key alone: that each\n"
      "entry is in the log and none between was left out. Exits with 3 where that is not so.\n"
      "Example: hourbook check-statement V0001.statement --vkey @town.vkey");
  command->add_option("STATEMENT", arguments->statement, "The file")->required();
  arguments->vkey.AddTo(*command);
  arguments->policy.AddTo(*command);
  command->add_flag("--json", arguments->json, "Print as JSON");
  command->callback([arguments] { CheckStatement(*arguments); });
}

}  // namespace hourbook::cli
