// hourbook: the command line, on the public C API alone.
#include <cstdio>
#include <exception>

#include "absl/strings/str_cat.h"
#include "api/hourbook.h"
#include "tools/hourbook/command_error.h"
#include "tools/hourbook/commands/commands.h"
#include "tools/hourbook/import/command.h"
#include "tools/hourbook/output.h"

namespace hourbook::cli {
namespace {

constexpr char kFooter[] =
    "Exit codes:\n"
    "  0  done\n"
    "  1  the ledger, a file or the input: see the message\n"
    "  2  the command line is wrong\n"
    "  3  the ledger is damaged, or what was to be checked does not verify\n"
    "  4  done, but the rules refused some entries (append, import --strict)\n"
    "Times are RFC 3339. Ids are 32 hexadecimal digits.\n";

int Fail(int code, const char* message) {
  std::fprintf(stderr, "hourbook: %s\n", message);
  return code;
}

int Run(int argc, char** argv) {
  CLI::App app("An embedded ledger for volunteer hours and points.", "hourbook");
  app.set_version_flag("--version", absl::StrCat("hourbook ", hbk_version()));
  app.footer(kFooter);
  app.require_subcommand(1);
  AddInitCommand(app);
  AddImportCommand(app);
  AddAppendCommand(app);
  AddBalanceCommand(app);
  AddStatementCommand(app);
  AddEntriesCommand(app);
  AddEntryCommand(app);
  AddPartiesCommand(app);
  AddStatCommand(app);
  AddRootCommand(app);
  AddReportCommand(app);
  AddVerifyCommand(app);
  AddReplayCommand(app);
  AddAuditCommand(app);
  AddBackupCommand(app);
  AddProveStatementCommand(app);
  AddCheckStatementCommand(app);
  AddEvidenceCommand(app);
  AddEraseCommand(app);
  AddExpireCommand(app);
  AddSettleCommand(app);
  AddKeygenCommand(app);
  AddPublishCommand(app);
  AddForgetPublicationCommand(app);
  AddProveCommand(app);
  AddCheckProofCommand(app);
  AddAddCosignaturesCommand(app);
  AddWitnessCommand(app);
  try {
    app.parse(argc, argv);
    return kExitOk;
  } catch (const CLI::RuntimeError& ended) {
    return ended.get_exit_code();
  } catch (const CLI::Success& help) {
    return app.exit(help);
  } catch (const CLI::ParseError& error) {
    app.exit(error);
    return kExitUsage;
  } catch (const OutputClosed&) {
    return kExitOk;
  } catch (const CommandError& error) {
    return Fail(error.code(), error.what());
  } catch (const std::exception& error) {
    return Fail(kExitError, error.what());
  }
}

}  // namespace
}  // namespace hourbook::cli

int main(int argc, char** argv) {
  hourbook::cli::PrepareStandardStreams();
  return hourbook::cli::Run(argc, argv);
}
