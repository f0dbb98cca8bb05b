// hourbook keygen: a new key to sign with.
#include <memory>

#include "absl/strings/str_cat.h"
#include "tools/hourbook/command_error.h"
#include "tools/hourbook/commands/commands.h"
#include "tools/hourbook/json.h"
#include "tools/hourbook/key_argument.h"
#include "tools/hourbook/output.h"

namespace hourbook::cli {
namespace {

struct KeygenArguments {
  std::string file, name;
  PassphraseArgument passphrase;
  bool witness = false, json = false;
};

void Keygen(const KeygenArguments& arguments) {
  const std::string passphrase = arguments.passphrase.Read();
  hbk_error error = HBK_ERROR_INIT;
  hbk_key* made = nullptr;
  Check(hbk_key_generate(arguments.name.c_str(), arguments.witness ? HBK_KEY_WITNESS : HBK_KEY_LOG,
                         &made, &error),
        error);
  const KeyHandle key(made);
  Check(hbk_key_save(made, arguments.file.c_str(), passphrase.c_str(), &error), error);
  const std::string vkey = VkeyOf(made);
  if (arguments.json) {
    PrintJson({{"name", arguments.name},
               {"type", arguments.witness ? "witness" : "log"},
               {"encrypted", !passphrase.empty()},
               {"vkey", vkey}});
  } else {
    Print(absl::StrCat(vkey, "\n"));
  }
  Flush();
}

}  // namespace

void AddKeygenCommand(CLI::App& app) {
  auto arguments = std::make_shared<KeygenArguments>();
  CLI::App* const command = app.add_subcommand(
      "keygen",
      "Make a key to sign a ledger's checkpoints with, or a witness's. Prints its public half, the\n"
      "vkey that auditors need; the secret stays in the file, which only its owner can read.\n"
      "Example: hourbook keygen town.key --name town.example/hours --passphrase-file town.pass");
  command->add_option("KEYFILE", arguments->file, "Where; never overwritten")->required();
  command->add_option("--name", arguments->name, "The ledger's origin, or the witness's name")
      ->required();
  command->add_flag("--witness", arguments->witness,
                    "For cosigning the checkpoints of other ledgers");
  arguments->passphrase.AddTo(*command);
  command->add_flag("--json", arguments->json, "Print as JSON");
  command->callback([arguments] { Keygen(*arguments); });
}

}  // namespace hourbook::cli
