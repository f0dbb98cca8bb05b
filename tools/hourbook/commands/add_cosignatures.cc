// hourbook add-cosignatures: what witnesses signed, put where everybody sees it.
#include <memory>

#include "absl/strings/str_cat.h"
#include "tools/hourbook/command_error.h"
#include "tools/hourbook/commands/commands.h"
#include "tools/hourbook/output.h"
#include "tools/hourbook/policy_argument.h"
#include "tools/hourbook/text_file.h"

namespace hourbook::cli {
namespace {

constexpr size_t kLinesMaxSize = 1'100'000;  // more than the library reads

struct AddCosignaturesArguments {
  std::string publication, lines;
  PolicyArgument policy;
};

void AddCosignatures(const AddCosignaturesArguments& arguments) {
  const std::string policy = arguments.policy.Read();
  const std::string lines = ReadFile(arguments.lines, kLinesMaxSize);
  hbk_error error = HBK_ERROR_INIT;
  uint32_t added = 0;
  Check(hbk_add_cosignatures(arguments.publication.c_str(), lines.data(), lines.size(),
                             policy.data(), policy.size(), &added, &error),
        error);
  Print(absl::StrCat("Good: ", added, ". They are in ", arguments.publication, "/checkpoint.\n"));
  Flush();
}

}  // namespace

void AddAddCosignaturesCommand(CLI::App& app) {
  auto arguments = std::make_shared<AddCosignaturesArguments>();
  CLI::App* const command = app.add_subcommand(
      "add-cosignatures",
      "Add the signatures that witnesses gave to a publication's checkpoint. Those of others than\n"
      "the policy's witnesses are left out; exits with 3 where none or a bad one is of these.\n"
      "Example: hourbook add-cosignatures /srv/www/hours w1.lines --policy witnesses.policy");
  command->add_option("PUBLICATION", arguments->publication, "The directory")->required();
  command->add_option("FILE", arguments->lines, "The signature lines, as a witness answered")
      ->required();
  arguments->policy.AddTo(*command)->required();
  command->callback([arguments] { AddCosignatures(*arguments); });
}

}  // namespace hourbook::cli
