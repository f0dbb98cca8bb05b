// hourbook audit: a log checked by somebody who has only its public key.
#include <memory>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tools/hourbook/amount.h"
#include "tools/hourbook/child.h"
#include "tools/hourbook/command_error.h"
#include "tools/hourbook/commands/commands.h"
#include "tools/hourbook/hex.h"
#include "tools/hourbook/json.h"
#include "tools/hourbook/names.h"
#include "tools/hourbook/output.h"
#include "tools/hourbook/policy_argument.h"
#include "tools/hourbook/progress.h"
#include "tools/hourbook/reader.h"
#include "tools/hourbook/table.h"
#include "tools/hourbook/vkey_argument.h"

namespace hourbook::cli {
namespace {

struct AuditArguments {
  std::string directory, state_file, scratch_directory;
  VkeyArgument vkey;
  PolicyArgument policy;
  bool is_ledger = false, chain_only = false, balances = false, json = false;
};

struct AuditedAccount {
  hbk_party party;
  uint16_t unit;
  hbk_balance balance;
};

// How an audit ended.
struct Ending {
  hbk_status status;
  hbk_error error;
  hbk_audit_report report;
  std::vector<AuditedAccount> accounts;  // where asked for
};

void KeepAccount(void* accounts, const hbk_party* party, uint16_t unit,
                 const hbk_balance* balance) {
  static_cast<std::vector<AuditedAccount>*>(accounts)->push_back({*party, unit, *balance});
}

Ending RunAudit(const AuditArguments& arguments, const std::string& vkey) {
  const std::string policy = arguments.policy.given() ? arguments.policy.Read() : "";
  Ending ending = {HBK_OK, HBK_ERROR_INIT, HBK_AUDIT_REPORT_INIT, {}};
  hbk_audit_options options = HBK_AUDIT_OPTIONS_INIT;
  if (arguments.chain_only) options.flags |= HBK_AUDIT_CHAIN_ONLY;
  if (!arguments.state_file.empty()) options.state_file = arguments.state_file.c_str();
  if (!arguments.scratch_directory.empty()) {
    options.scratch_directory = arguments.scratch_directory.c_str();
  }
  if (arguments.policy.given()) {
    options.policy = policy.data();
    options.policy_length = policy.size();
  }
  if (arguments.balances) {
    options.account = KeepAccount;
    options.account_context = &ending.accounts;
  }
  Progress progress("audit");
  if (arguments.is_ledger) {
    const Reader reader = OpenReader(arguments.directory);
    ending.status = hbk_audit_ledger(reader.snapshot.get(), vkey.c_str(), &options, ShowProgress,
                                     &progress, &ending.report, &ending.error);
  } else {
    ending.status = hbk_audit(arguments.directory.c_str(), vkey.c_str(), &options, ShowProgress,
                              &progress, &ending.report, &ending.error);
  }
  return ending;
}

Json BalancesJson(const std::vector<AuditedAccount>& accounts) {
  Json json = Json::array();
  for (const AuditedAccount& account : accounts) {
    Json row = {{"party", HexText(account.party.id)},
                {"party_kind", NameOf(PartyKindNames(), account.party.kind)},
                {"unit", NameOf(UnitNames(), account.unit)}};
    row.update(BalanceJson(account.balance));
    json.push_back(std::move(row));
  }
  return json;
}

Json SoundJson(const AuditArguments& arguments, const Ending& ending) {
  const hbk_audit_report& report = ending.report;
  Json json = {{"verdict", "sound"},
               {"size", report.checkpoint.size},
               {"root", HexText(report.checkpoint.root)},
               {"seen_size", report.seen_size},
               {"replayed", !arguments.chain_only},
               {"parties", report.parties},
               {"accounts", report.accounts}};
  if (arguments.balances) json["balances"] = BalancesJson(ending.accounts);
  return json;
}

Json UnsoundJson(const hbk_audit_report& report) {
  const bool has_index = report.index != UINT64_MAX;
  return {{"verdict", "unsound"},
          {"finding", hbk_finding_name(report.finding)},
          {"what", report.what},
          {"meaning", hbk_finding_meaning(report.finding)},
          {"index", has_index ? Json(report.index) : Json()},
          {"party", HexJson(report.party)},
          {"unit", report.unit == 0 ? Json() : Json(NameOf(UnitNames(), report.unit))},
          {"size", report.checkpoint.size},
          {"seen_size", report.seen_size}};
}

void PrintBalances(const std::vector<AuditedAccount>& accounts) {
  Table table({{"party"},
               {"kind"},
               {"unit"},
               {"balance", Table::Align::kRight},
               {"pending credits", Table::Align::kRight},
               {"pending debits", Table::Align::kRight}});
  for (const AuditedAccount& account : accounts) {
    const hbk_balance& balance = account.balance;
    table.AddRow({HexText(account.party.id), NameOf(PartyKindNames(), account.party.kind),
                  NameOf(UnitNames(), account.unit),
                  NumberText(Net(balance.debits_posted, balance.credits_posted)),
                  GroupedText(balance.credits_pending), GroupedText(balance.debits_pending)});
  }
  Print(table.TakeText());
}

void PrintSound(const AuditArguments& arguments, const Ending& ending) {
  const hbk_audit_report& report = ending.report;
  Print(absl::StrCat("Sound: ", GroupedText(report.checkpoint.size),
                     " entries, signed. Root: ", HexText(report.checkpoint.root), "\n"));
  if (report.seen_size > 0) {
    Print(absl::StrCat("The ", GroupedText(report.seen_size),
                       " entries that you were shown before are all still there.\n"));
  } else if (arguments.state_file.empty()) {
    Print("With --state FILE the next audit also shows that nothing of this was taken back.\n");
  }
  if (arguments.chain_only) {
    Print("The rules were not replayed.\n");
  } else {
    Print(absl::StrCat("Every entry follows the rules of its day: ", GroupedText(report.parties),
                       " parties, ", GroupedText(report.accounts), " accounts.\n"));
  }
  if (arguments.balances) PrintBalances(ending.accounts);
  Print("This shows that nothing was altered, not that what was recorded is true.\n");
}

void PrintUnsound(const hbk_audit_report& report) {
  Print(absl::StrCat("Unsound (", hbk_finding_name(report.finding), "): ", report.what, "\n",
                     "What it means: ", hbk_finding_meaning(report.finding), "\n"));
  if (report.index != UINT64_MAX) {
    Print(absl::StrCat("Entry: ", GroupedText(report.index), "\n"));
  }
  if (!IsZero(report.party)) {
    Print(absl::StrCat("Account: ", HexText(report.party), ", ",
                       NameOf(UnitNames(), report.unit), "\n"));
  }
}

// What cannot be checked is neither sound nor unsound; --json says so too.
ExitCode CouldNotCheck(const AuditArguments& arguments, const std::string& why) {
  if (!arguments.json) throw CommandError(kExitError, why);
  PrintJson({{"verdict", "could_not_check"}, {"why", why}});
  return kExitError;
}

ExitCode CodeOf(hbk_status status) {
  if (status == HBK_OK) return kExitOk;
  return status == HBK_UNSOUND ? kExitDamaged : kExitError;
}

ExitCode Tell(const AuditArguments& arguments, const Ending& ending) {
  if (ending.status == HBK_OK) {
    if (arguments.json) {
      PrintJson(SoundJson(arguments, ending));
    } else {
      PrintSound(arguments, ending);
    }
    return kExitOk;
  }
  if (ending.status == HBK_UNSOUND) {
    if (arguments.json) {
      PrintJson(UnsoundJson(ending.report));
    } else {
      PrintUnsound(ending.report);
    }
    return kExitDamaged;
  }
  return CouldNotCheck(arguments, MessageOf(ending.status, ending.error));
}

// The finding of a store that cannot even be read.
Ending DamagedStore(const std::string& what) {
  Ending ending = {HBK_UNSOUND, HBK_ERROR_INIT, HBK_AUDIT_REPORT_INIT, {}};
  ending.report.finding = HBK_FINDING_MALFORMED;
  ending.report.what[what.copy(ending.report.what, sizeof(ending.report.what) - 1)] = '\0';
  return ending;
}

ExitCode AuditHere(const AuditArguments& arguments, const std::string& vkey) {
  Ending ending = {};
  ExitCode code = kExitError;
  try {
    ending = RunAudit(arguments, vkey);
  } catch (const CommandError& error) {  // the ledger could not be opened
    if (error.code() != kExitDamaged) {
      PrintBeforeFailing([&] { code = CouldNotCheck(arguments, error.what()); });
      return code;
    }
    ending = DamagedStore(error.what());
  }
  code = CodeOf(ending.status);
  PrintBeforeFailing([&] { code = Tell(arguments, ending); });
  return code;
}

void Audit(const AuditArguments& arguments) {
  const std::string vkey = arguments.vkey.Read();
  ExitCode code;
  if (arguments.is_ledger) {
    const ChildEnd end = RunInChild([&] { return AuditHere(arguments, vkey); });
    code = end.code;
    if (end.signal != 0) {
      const Ending ending = DamagedStore(absl::StrCat(
          arguments.directory, " is so damaged that reading it failed with signal ", end.signal));
      PrintBeforeFailing([&] { Tell(arguments, ending); });
    }
  } else {
    code = AuditHere(arguments, vkey);
  }
  if (code != kExitOk) throw CLI::RuntimeError(code);
}

}  // namespace

void AddAuditCommand(CLI::App& app) {
  auto arguments = std::make_shared<AuditArguments>();
  CLI::App* const command = app.add_subcommand(
      "audit",
      "Check a published log with nothing but its public key: signature, chain, tree, every rule\n"
      "and every balance. Exits with 0 where it is sound, 3 where it is not, 1 where that could\n"
      "not be found out.\n"
      "Example: hourbook audit site --vkey @town.vkey --state town.seen");
  command->add_option("DIR", arguments->directory, "The publication, or with --ledger a ledger")
      ->required();
  arguments->vkey.AddTo(*command);
  arguments->policy.AddTo(*command);
  command->add_option("--state", arguments->state_file,
                      "File that remembers the last checkpoint found sound: shows that nothing "
                      "was taken back since");
  command->add_option("--scratch", arguments->scratch_directory,
                      "Directory for 200 to 220 bytes an entry during the audit (default: "
                      "$TMPDIR or /tmp)");
  command->add_flag("--ledger", arguments->is_ledger,
                    "DIR is a ledger: what it signed last, and all that it keeps");
  command->add_flag("--chain-only", arguments->chain_only, "Do not replay the rules");
  command->add_flag("--balances", arguments->balances, "Print every balance");
  command->add_flag("--json", arguments->json, "Print as JSON");
  command->callback([arguments] { Audit(*arguments); });
}

}  // namespace hourbook::cli
