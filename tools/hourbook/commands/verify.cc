// hourbook verify: everything read again and derived anew.
#include <memory>

#include "absl/strings/str_cat.h"
#include "tools/hourbook/amount.h"
#include "tools/hourbook/child.h"
#include "tools/hourbook/command_error.h"
#include "tools/hourbook/commands/commands.h"
#include "tools/hourbook/hex.h"
#include "tools/hourbook/json.h"
#include "tools/hourbook/output.h"
#include "tools/hourbook/progress.h"
#include "tools/hourbook/reader.h"

namespace hourbook::cli {
namespace {

struct VerifyArguments {
  std::string directory;
  bool json = false;
};

void PrintVerified(const hbk_stat& stat, bool json) {
  if (json) {
    PrintJson({{"verified", true}, {"size", stat.size}, {"root", HexText(stat.root)}});
  } else {
    Print(absl::StrCat("Verified ", GroupedText(stat.size), " entries. Root: ", HexText(stat.root),
                       "\n"));
  }
  Flush();
}

ExitCode VerifyHere(const VerifyArguments& arguments) {
  const Reader reader = OpenReader(arguments.directory);
  hbk_error error = HBK_ERROR_INIT;
  hbk_status status;
  {
    Progress progress("verify");
    status = hbk_verify(reader.snapshot.get(), ShowProgress, &progress, &error);
  }
  Check(status, error);
  PrintVerified(reader.stat, arguments.json);
  return kExitOk;
}

void Verify(const VerifyArguments& arguments) {
  const ChildEnd end = RunInChild([&] { return VerifyHere(arguments); });
  if (end.signal != 0) {
    throw CommandError(kExitDamaged,
                       absl::StrCat(arguments.directory, " is so damaged that reading it failed "
                                    "with signal ", end.signal, "; restore a backup"));
  }
  if (end.code != kExitOk) throw CLI::RuntimeError(end.code);
}

}  // namespace

void AddVerifyCommand(CLI::App& app) {
  auto arguments = std::make_shared<VerifyArguments>();
  CLI::App* const command = app.add_subcommand(
      "verify",
      "Read everything again and derive all from it: checksums, chain, tree, index of ids,\n"
      "every verdict of the rules and every balance. Exits with 3 where something differs.\n"
      "See replay for what to do where that is the stored state alone.\n"
      "Example: hourbook verify town.ledger");
  command->add_option("DIR", arguments->directory, "The ledger")->required();
  command->add_flag("--json", arguments->json, "Print as JSON");
  command->callback([arguments] { Verify(*arguments); });
}

}  // namespace hourbook::cli
