// hourbook publish, forget-publication: a ledger shown to those who do not trust its keeper.
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tools/hourbook/amount.h"
#include "tools/hourbook/command_error.h"
#include "tools/hourbook/commands/commands.h"
#include "tools/hourbook/hex.h"
#include "tools/hourbook/json.h"
#include "tools/hourbook/key_argument.h"
#include "tools/hourbook/output.h"
#include "tools/hourbook/policy_argument.h"
#include "tools/hourbook/progress.h"
#include "tools/hourbook/reader.h"
#include "tools/hourbook/text_file.h"
#include "tools/hourbook/witness/ask_witnesses.h"

namespace hourbook::cli {
namespace {

constexpr size_t kNoteFileMaxSize = 1'100'000;  // more than the library reads as a note

struct PublishArguments {
  std::string ledger, publication;
  KeyArgument key;
  PolicyArgument policy;
  bool json = false;
};

// What a publication came to.
struct PublishOutcome {
  hbk_checkpoint checkpoint;
  std::vector<AskedWitness> witnesses;
  std::string shortfall;  // why the policy is not satisfied; empty where it is, or there is none
};

void Witnessed(const PublishArguments& arguments, const std::string& policy, hbk_key* key,
               hbk_ledger* ledger, PublishOutcome& outcome) {
  outcome.witnesses = AskWitnesses(ledger, arguments.publication, policy);
  const std::string note = ReadFile(arguments.publication + "/checkpoint", kNoteFileMaxSize);
  hbk_error error = HBK_ERROR_INIT;
  const hbk_status status = hbk_check_policy(note.data(), note.size(), policy.data(),
                                             policy.size(), VkeyOf(key).c_str(), nullptr, nullptr,
                                             &error);
  if (status != HBK_OK) outcome.shortfall = MessageOf(status, error);
}

PublishOutcome RunPublish(const PublishArguments& arguments) {
  const std::string policy = arguments.policy.given() ? arguments.policy.Read() : "";
  const KeyHandle key = arguments.key.Load();
  const LedgerHandle ledger = OpenLedger(arguments.ledger);
  hbk_error error = HBK_ERROR_INIT;
  PublishOutcome outcome;
  hbk_status status;
  {
    Progress progress("publish");
    status = hbk_publish(ledger.get(), key.get(), arguments.publication.c_str(), ShowProgress,
                         &progress, &outcome.checkpoint, &error);
  }
  Check(status, error);
  if (arguments.policy.given()) Witnessed(arguments, policy, key.get(), ledger.get(), outcome);
  return outcome;
}

Json OutcomeJson(const PublishArguments& arguments, const PublishOutcome& outcome) {
  Json json = {{"size", outcome.checkpoint.size}, {"root", HexText(outcome.checkpoint.root)}};
  if (!arguments.policy.given()) return json;
  json["quorum"] = outcome.shortfall.empty();
  json["witnesses"] = Json::array();
  for (const AskedWitness& witness : outcome.witnesses) {
    json["witnesses"].push_back(
        {{"name", witness.name},
         {"cosigned", witness.cosigned},
         {"why_not", witness.cosigned ? Json(nullptr) : Json(witness.why_not)}});
  }
  return json;
}

void PrintOutcome(const PublishArguments& arguments, const PublishOutcome& outcome) {
  if (arguments.json) return PrintJson(OutcomeJson(arguments, outcome));
  Print(absl::StrCat("Published ", GroupedText(outcome.checkpoint.size), " entries in ",
                     arguments.publication, ". Root: ", HexText(outcome.checkpoint.root), "\n"));
  for (const AskedWitness& witness : outcome.witnesses) {
    Print(absl::StrCat("Witness ", witness.name, ": ",
                       witness.cosigned ? "cosigned" : witness.why_not, "\n"));
  }
}

void Publish(const PublishArguments& arguments) {
  const PublishOutcome outcome = RunPublish(arguments);
  PrintBeforeFailing([&] { PrintOutcome(arguments, outcome); });
  if (outcome.shortfall.empty()) return;
  throw CommandError(kExitError, absl::StrCat("it is published, but ", outcome.shortfall));
}

struct ForgetArguments {
  std::string ledger;
  bool yes = false;
};

void Forget(const ForgetArguments& arguments) {
  if (!arguments.yes) {
    throw CommandError(kExitUsage,
                       "nothing was done. Where this ledger is behind what was published of it, "
                       "restoring a newer backup keeps the log whole; to go on from here instead, "
                       "whereby whoever saw the old publication can prove the new one a fork of "
                       "it, add --yes");
  }
  const LedgerHandle ledger = OpenLedger(arguments.ledger);
  hbk_error error = HBK_ERROR_INIT;
  Check(hbk_forget_publication(ledger.get(), &error), error);
  Print(absl::StrCat(arguments.ledger, " no longer knows that it was published. Publish it into "
                                       "another directory, and tell its auditors why.\n"));
  Flush();
}

}  // namespace

void AddPublishCommand(CLI::App& app) {
  auto arguments = std::make_shared<PublishArguments>();
  CLI::App* const command = app.add_subcommand(
      "publish",
      "Sign what the ledger holds and publish it as a directory (C2SP tlog-tiles) that any web\n"
      "server can serve and anybody can audit. Adds to what is published there already.\n"
      "Example: hourbook publish town.ledger /srv/www/hours --key town.key");
  command->add_option("LEDGER", arguments->ledger, "The ledger")->required();
  command->add_option("PUBLICATION", arguments->publication,
                      "The directory; made where it does not exist")
      ->required();
  arguments->key.AddTo(*command);
  arguments->policy.AddTo(*command)->description(
      "Ask the witnesses of this C2SP tlog-policy that have a URL to cosign; exits with 1 where\n"
      "its quorum is missed, but what is published stands");
  command->add_flag("--json", arguments->json, "Print as JSON");
  command->callback([arguments] { Publish(*arguments); });
}

void AddForgetPublicationCommand(CLI::App& app) {
  auto arguments = std::make_shared<ForgetArguments>();
  CLI::App* const command = app.add_subcommand(
      "forget-publication",
      "Let a ledger that was restored from an old backup go on, although entries that were\n"
      "published are missing from it. Publish it into another directory from then on.\n"
      "Example: hourbook forget-publication town.ledger --yes");
  command->add_option("LEDGER", arguments->ledger, "The ledger")->required();
  command->add_flag("--yes", arguments->yes, "I know that this forks what was published");
  command->callback([arguments] { Forget(*arguments); });
}

}  // namespace hourbook::cli
