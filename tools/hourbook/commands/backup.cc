// hourbook backup: a copy while the ledger is in use.
#include <memory>

#include "absl/strings/str_cat.h"
#include "tools/hourbook/command_error.h"
#include "tools/hourbook/commands/commands.h"
#include "tools/hourbook/output.h"
#include "tools/hourbook/reader.h"

namespace hourbook::cli {
namespace {

struct BackupArguments {
  std::string directory, destination;
};

void Backup(const BackupArguments& arguments) {
  const Reader reader = OpenReader(arguments.directory);
  hbk_error error = HBK_ERROR_INIT;
  Check(hbk_backup(reader.ledger.get(), arguments.destination.c_str(), &error), error);
  Print(absl::StrCat("Copied to ", arguments.destination, ".\n"));
  Flush();
}

}  // namespace

void AddBackupCommand(CLI::App& app) {
  auto arguments = std::make_shared<BackupArguments>();
  CLI::App* const command = app.add_subcommand(
      "backup",
      "Copy a ledger while it is in use. The copy is a ledger of its own.\n"
      "Example: hourbook backup town.ledger /mnt/backup/town-2025-06-01");
  command->add_option("DIR", arguments->directory, "The ledger")->required();
  command->add_option("DESTINATION", arguments->destination,
                      "A directory without a ledger; made where it does not exist")
      ->required();
  command->callback([arguments] { Backup(*arguments); });
}

}  // namespace hourbook::cli
