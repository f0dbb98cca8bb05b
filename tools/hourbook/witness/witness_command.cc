// hourbook witness cosign, serve: vouching that a log shows everybody the same.
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "tools/hourbook/command_error.h"
#include "tools/hourbook/commands/commands.h"
#include "tools/hourbook/key_argument.h"
#include "tools/hourbook/output.h"
#include "tools/hourbook/policy_argument.h"
#include "tools/hourbook/text_file.h"
#include "tools/hourbook/witness/answer.h"
#include "tools/hourbook/witness/server.h"

namespace hourbook::cli {
namespace {

constexpr int kPortMax = 65'535;

struct WitnessArguments {
  KeyArgument key;
  PolicyArgument policy;
  std::string state, request, out;
  int port = 0;

  void AddTo(CLI::App& command) {
    key.AddTo(command);
    policy.AddTo(command)->required();
    command
        .add_option("--state", state,
                    "The directory in which the witness remembers what it cosigned: make it once, for\n"
                    "a new witness. Never restore it from a backup")
        ->required();
  }
};

void Cosign(const WitnessArguments& arguments) {
  const KeyHandle key = arguments.key.Load();
  const WitnessSetup witness{key.get(), arguments.policy.Read(), arguments.state};
  const Answer answer = AnswerTo(witness, ReadFile(arguments.request, kRequestMaxSize));
  if (answer.code == kCosigned) return WriteFileOrPrint(arguments.out, answer.body);
  if (answer.code != kOtherSize) {
    throw CommandError(kExitError, absl::StrCat("not cosigned, ", answer.code, ": ",
                                                absl::StripSuffix(answer.body, "\n")));
  }
  PrintBeforeFailing([&] { Print(answer.body); });
  throw CommandError(kExitError,
                     absl::StrCat("not cosigned, 409: the last that was cosigned of this log has "
                                  "the size printed; prove from there, with --from"));
}

void ServeWitness(const WitnessArguments& arguments) {
  const KeyHandle key = arguments.key.Load();
  Serve({key.get(), arguments.policy.Read(), arguments.state}, arguments.port);
}

void AddCosign(CLI::App& witness) {
  auto arguments = std::make_shared<WitnessArguments>();
  CLI::App* const command = witness.add_subcommand(
      "cosign",
      "Cosign a checkpoint that is proved to continue the last one cosigned; print the signature.\n"
      "Exits with 1 where it is refused, and prints the size to prove from where that is why.\n"
      "Example: hourbook witness cosign step --key w.key --policy logs.policy --state w.state");
  command
      ->add_option("REQUEST", arguments->request,
                   "What `hourbook prove --from` made: C2SP tlog-witness's add-checkpoint")
      ->required();
  arguments->AddTo(*command);
  command->add_option("--out", arguments->out, "Write to this file instead of printing");
  command->callback([arguments] { Cosign(*arguments); });
}

void AddServe(CLI::App& witness) {
  auto arguments = std::make_shared<WitnessArguments>();
  CLI::App* const command = witness.add_subcommand(
      "serve",
      "Answer requests over HTTP (C2SP tlog-witness) on 127.0.0.1, until SIGTERM or SIGINT.\n"
      "Example: hourbook witness serve --key w.key --policy logs.policy --state w.state --port 8090");
  arguments->AddTo(*command);
  command->add_option("--port", arguments->port, "0 for one that is free, which is printed")
      ->check(CLI::Range(0, kPortMax))
      ->capture_default_str();
  command->callback([arguments] { ServeWitness(*arguments); });
}

}  // namespace

void AddWitnessCommand(CLI::App& app) {
  CLI::App* const command = app.add_subcommand(
      "witness",
      "Be a witness: cosign the checkpoints of logs as long as each continues the last, so that\n"
      "nobody can be shown another log than everybody else. The logs are the policy's.");
  command->require_subcommand(1);
  AddCosign(*command);
  AddServe(*command);
}

}  // namespace hourbook::cli
