// hourbook publish, forget-publication: a ledger shown to those who do not trust its keeper.
#include <memory>

#include "absl/strings/str_cat.h"
#include "tools/hourbook/amount.h"
#include "tools/hourbook/command_error.h"
#include "tools/hourbook/commands/commands.h"
#include "tools/hourbook/hex.h"
#include "tools/hourbook/json.h"
#include "tools/hourbook/key_argument.h"
#include "tools/hourbook/output.h"
#include "tools/hourbook/progress.h"

namespace hourbook::cli {
namespace {

LedgerHandle OpenForWriting(const std::string& directory) {
  hbk_error error = HBK_ERROR_INIT;
  hbk_ledger* ledger = nullptr;
  Check(hbk_open(directory.c_str(), nullptr, &ledger, &error), error);
  return LedgerHandle(ledger);
}

struct PublishArguments {
  std::string ledger, publication;
  KeyArgument key;
  bool json = false;
};

hbk_checkpoint RunPublish(const PublishArguments& arguments) {
  const KeyHandle key = arguments.key.Load();
  const LedgerHandle ledger = OpenForWriting(arguments.ledger);
  hbk_error error = HBK_ERROR_INIT;
  hbk_checkpoint checkpoint;
  hbk_status status;
  {
    Progress progress("publish");
    status = hbk_publish(ledger.get(), key.get(), arguments.publication.c_str(), ShowProgress,
                         &progress, &checkpoint, &error);
  }
  Check(status, error);
  return checkpoint;
}

void Publish(const PublishArguments& arguments) {
  const hbk_checkpoint checkpoint = RunPublish(arguments);
  if (arguments.json) {
    PrintJson({{"size", checkpoint.size}, {"root", HexText(checkpoint.root)}});
  } else {
    Print(absl::StrCat("Published ", GroupedText(checkpoint.size), " entries in ",
                       arguments.publication, ". Root: ", HexText(checkpoint.root), "\n"));
  }
  Flush();
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
  const LedgerHandle ledger = OpenForWriting(arguments.ledger);
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
