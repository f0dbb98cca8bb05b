// hourbook stat, root: what a ledger is and holds.
#include <memory>

#include "absl/strings/str_cat.h"
#include "tools/hourbook/amount.h"
#include "tools/hourbook/command_error.h"
#include "tools/hourbook/commands/commands.h"
#include "tools/hourbook/hex.h"
#include "tools/hourbook/json.h"
#include "tools/hourbook/output.h"
#include "tools/hourbook/reader.h"
#include "tools/hourbook/table.h"

namespace hourbook::cli {
namespace {

struct StatArguments {
  std::string directory;
  bool json = false;
};

Json StatJson(const Reader& reader) {
  const hbk_stat& stat = reader.stat;
  return {{"origin", stat.origin},
          {"format_version", stat.format_version},
          {"created_at", reader.clock.Text(stat.created_at)},
          {"time_zone", stat.time_zone},
          {"utc_offset", stat.utc_offset},
          {"authority", HexJson(stat.authority)},
          {"size", stat.size},
          {"last_recorded_at", reader.clock.Text(stat.last_recorded_at)},
          {"root", HexText(stat.root)},
          {"parties", stat.parties},
          {"accounts", stat.accounts},
          {"holds", stat.holds},
          {"data_bytes", stat.data_bytes},
          {"file_bytes", stat.file_bytes},
          {"map_bytes", stat.map_bytes}};
}

void Stat(const StatArguments& arguments) {
  const Reader reader = OpenReader(arguments.directory);
  const Json json = StatJson(reader);
  if (arguments.json) {
    PrintJson(json);
  } else {
    Table table({{"ledger"}, {arguments.directory}});
    for (const auto& [key, value] : json.items()) {
      table.AddRow({key, value.is_string() ? value.get<std::string>() : value.dump()});
    }
    Print(table.TakeText());
  }
  Flush();
}

struct RootArguments {
  std::string directory;
  uint64_t size = UINT64_MAX;
  bool json = false;
};

void Root(const RootArguments& arguments) {
  const Reader reader = OpenReader(arguments.directory);
  const uint64_t size = arguments.size == UINT64_MAX ? reader.stat.size : arguments.size;
  uint8_t root[32];
  hbk_error error = HBK_ERROR_INIT;
  Check(hbk_root(reader.snapshot.get(), size, root, &error), error);
  if (arguments.json) {
    PrintJson({{"size", size}, {"root", HexText(root)}});
  } else {
    Print(absl::StrCat(HexText(root), "\n"));
  }
  Flush();
}

}  // namespace

void AddStatCommand(CLI::App& app) {
  auto arguments = std::make_shared<StatArguments>();
  CLI::App* const command = app.add_subcommand(
      "stat", "What a ledger is, holds and takes.\nExample: hourbook stat town.ledger");
  command->add_option("DIR", arguments->directory, "The ledger")->required();
  command->add_flag("--json", arguments->json, "Print as JSON");
  command->callback([arguments] { Stat(*arguments); });
}

void AddRootCommand(CLI::App& app) {
  auto arguments = std::make_shared<RootArguments>();
  CLI::App* const command = app.add_subcommand(
      "root",
      "The root of the Merkle tree (RFC 6962), now or at any earlier size.\n"
      "Example: hourbook root town.ledger --size 1000");
  command->add_option("DIR", arguments->directory, "The ledger")->required();
  command->add_option("--size", arguments->size, "Of the first so many entries (default: all)")
      ->check(CLI::NonNegativeNumber);
  command->add_flag("--json", arguments->json, "Print as JSON");
  command->callback([arguments] { Root(*arguments); });
}

}  // namespace hourbook::cli
