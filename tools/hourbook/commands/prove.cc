// hourbook prove: what the ledger holds, shown to somebody who has its public key.
#include <memory>
#include <optional>

#include "absl/strings/str_cat.h"
#include "tools/hourbook/checkpoint_argument.h"
#include "tools/hourbook/command_error.h"
#include "tools/hourbook/commands/commands.h"
#include "tools/hourbook/given_text.h"
#include "tools/hourbook/hex.h"
#include "tools/hourbook/reader.h"
#include "tools/hourbook/text_file.h"

namespace hourbook::cli {
namespace {

struct ProveArguments {
  std::string ledger, id, out;
  CheckpointArgument checkpoint;
  std::optional<uint64_t> index, from;
};

uint64_t IndexOf(const ProveArguments& arguments, hbk_snapshot* snapshot) {
  if (arguments.index) return *arguments.index;
  uint8_t id[16];
  if (!ParseHex(arguments.id, absl::MakeSpan(id))) {
    throw CommandError(kExitUsage, absl::StrCat("--id: '", arguments.id, "' is no id of 32 "
                                                "hexadecimal digits"));
  }
  hbk_entry entry;
  hbk_error error = HBK_ERROR_INIT;
  Check(hbk_entry_by_id(snapshot, id, &entry, nullptr, &error), error);
  return entry.index;
}

void Prove(const ProveArguments& arguments) {
  const Reader reader = OpenReader(arguments.ledger);
  hbk_snapshot* const snapshot = reader.snapshot.get();
  const std::string note = arguments.checkpoint.Read(reader.ledger.get());
  const uint64_t number = arguments.from ? *arguments.from : IndexOf(arguments, snapshot);
  const auto prove = arguments.from ? hbk_prove_consistency : hbk_prove_inclusion;
  const std::string proof =
      TextOf([&](char* buffer, size_t capacity, size_t* length, hbk_error* error) {
        return prove(snapshot, number, note.data(), note.size(), buffer, capacity, length, error);
      });
  WriteFileOrPrint(arguments.out, proof);
}

}  // namespace

void AddProveCommand(CLI::App& app) {
  auto arguments = std::make_shared<ProveArguments>();
  CLI::App* const command = app.add_subcommand(
      "prove",
      "Prove that an entry is in what was published (C2SP tlog-proof), or with --from that nothing\n"
      "published up to a size has changed since (the request that witnesses take).\n"
      "`hourbook check-proof` checks either, without the ledger.\n"
      "Example: hourbook prove town.ledger --index 42 --out entry-42.tlog-proof");
  command->add_option("LEDGER", arguments->ledger, "The ledger")->required();
  CLI::Option_group* const what = command->add_option_group("What", "One of these:");
  what->add_option("--index", arguments->index, "The entry of this index")
      ->check(CLI::NonNegativeNumber);
  what->add_option("--id", arguments->id, "The entry of this id, 32 hexadecimal digits");
  what->add_option("--from", arguments->from, "That the first so many entries are unchanged")
      ->check(CLI::NonNegativeNumber);
  what->require_option(1);
  arguments->checkpoint.AddTo(*command);
  command->add_option("--out", arguments->out, "A file for the proof (default: standard output)");
  command->callback([arguments] { Prove(*arguments); });
}

}  // namespace hourbook::cli
