// hourbook import: a town's sheets into a ledger.
#include <filesystem>
#include <memory>

#include "absl/strings/str_cat.h"
#include "tools/hourbook/command_error.h"
#include "tools/hourbook/handles.h"
#include "tools/hourbook/import/command.h"
#include "tools/hourbook/text_file.h"
#include "tools/hourbook/import/import_report.h"
#include "tools/hourbook/import/ledger_check.h"
#include "tools/hourbook/output.h"
#include "tools/hourbook/progress.h"
#include "tools/hourbook/reader.h"

namespace hourbook::cli {
namespace {

struct ImportArguments {
  std::string directory, mapping, secret, rejects;
  bool new_secret = false, dry_run = false, strict = false, json = false;
};

Secret LoadSecret(const ImportArguments& arguments) {
  if (arguments.new_secret) Secret::Create(arguments.secret);
  if (!std::filesystem::exists(arguments.secret)) {
    throw CommandError(kExitError, absl::StrCat(arguments.secret,
                                                ": there is no secret; make one "
                                                "with --new-secret, and keep a copy: without it "
                                                "nobody can tell whose an account is"));
  }
  return Secret::Load(arguments.secret);
}

void Import(const ImportArguments& arguments) {
  const Mapping mapping = LoadMapping(arguments.mapping);
  const LedgerHandle ledger = OpenLedger(arguments.directory, arguments.dry_run ? HBK_OPEN_READ_ONLY : 0);
  const Secret secret = LoadSecret(arguments);
  SnapshotHandle snapshot = OpenSnapshot(ledger.get());
  const Plan plan = MakePlan(mapping, secret, ReadStat(snapshot.get()).created_at);
  CheckLedgerFits(snapshot.get(), mapping, plan);
  snapshot.reset();  // held while writing, it would keep the file from using freed pages again
  Progress progress("import");
  ImportOptions options;
  options.dry_run = arguments.dry_run;
  options.progress = [&](uint64_t done, uint64_t total) { progress.Update(done, total); };
  const std::vector<RowOutcome> outcomes = RunImport(ledger.get(), plan, options);
  progress.Clear();
  if (!arguments.rejects.empty()) WriteFile(arguments.rejects, RejectsText(plan, outcomes));
  const Json report = ImportJson(plan, outcomes);
  if (arguments.json) {
    PrintJson(report);
  } else {
    Print(ImportText(report));
  }
  Flush();
  if (arguments.strict && RefusedRows(outcomes) > 0) throw CLI::RuntimeError(kExitRefused);
}

}  // namespace

void AddImportCommand(CLI::App& app) {
  auto arguments = std::make_shared<ImportArguments>();
  CLI::App* const command = app.add_subcommand(
      "import",
      "Record the sheets that a mapping names.\n"
      "Times of recording come from the events, so the same sheets always give the same root.\n"
      "Running it again changes nothing; a run that was killed is completed by the next.\n"
      "Example: hourbook import town.ledger --mapping town.toml --secret town.secret");
  command->add_option("DIR", arguments->directory, "The ledger")->required();
  command->add_option("--mapping", arguments->mapping, "TOML file that explains the sheets")
      ->required();
  command
      ->add_option("--secret", arguments->secret,
                   "File with the key that turns numbers into pseudonyms")
      ->required();
  command->add_flag("--new-secret", arguments->new_secret, "Make that file first");
  command->add_option("--rejects", arguments->rejects,
                      "Write each refused row here, a JSON object a line");
  command->add_flag("--dry-run", arguments->dry_run, "Judge everything, write nothing");
  command->add_flag("--strict", arguments->strict, "Exit with 4 where a row was refused");
  command->add_flag("--json", arguments->json, "Print the report as JSON");
  command->callback([arguments] { Import(*arguments); });
}

}  // namespace hourbook::cli
