// hourbook replay: what is stored of parties, accounts and holds, made again from the entries.
#include <memory>

#include "absl/strings/str_cat.h"
#include "tools/hourbook/amount.h"
#include "tools/hourbook/commands/commands.h"
#include "tools/hourbook/output.h"
#include "tools/hourbook/reader.h"

namespace hourbook::cli {
namespace {

void Replay(const std::string& directory) {
  const LedgerHandle ledger = OpenLedger(directory, HBK_OPEN_REPLAY);
  const SnapshotHandle snapshot = OpenSnapshot(ledger.get());
  Print(absl::StrCat("Replayed ", GroupedText(ReadStat(snapshot.get()).size),
                     " entries. What was stored of them is dropped; it is stored anew with the next "
                     "entries.\n"));
  Flush();
}

}  // namespace

void AddReplayCommand(CLI::App& app) {
  auto directory = std::make_shared<std::string>();
  CLI::App* const command = app.add_subcommand(
      "replay",
      "Drop what is stored of parties, accounts and holds, and make it again from the entries,\n"
      "where verify finds it wrong. No other process may have the ledger open.\n"
      "Example: hourbook replay town.ledger");
  command->add_option("DIR", *directory, "The ledger")->required();
  command->callback([directory] { Replay(*directory); });
}

}  // namespace hourbook::cli
