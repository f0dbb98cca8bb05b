// hourbook verify: everything read again and derived anew.
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <memory>

#include "absl/strings/str_cat.h"
#include "tools/hourbook/amount.h"
#include "tools/hourbook/command_error.h"
#include "tools/hourbook/commands/commands.h"
#include "tools/hourbook/hex.h"
#include "tools/hourbook/json.h"
#include "tools/hourbook/output.h"
#include "tools/hourbook/progress.h"
#include "tools/hourbook/reader.h"

namespace hourbook::cli {
namespace {

struct Arguments {
  std::string directory;
  bool json = false;
};

int ShowProgress(void* progress, uint64_t done, uint64_t total) {
  static_cast<Progress*>(progress)->Update(done, total);
  return 0;
}

void PrintVerified(const hbk_stat& stat, bool json) {
  if (json) {
    PrintJson({{"verified", true}, {"size", stat.size}, {"root", HexText(stat.root)}});
  } else {
    Print(absl::StrCat("Verified ", GroupedText(stat.size), " entries. Root: ", HexText(stat.root),
                       "\n"));
  }
  Flush();
}

// The work itself, in the child: the exit code.
int VerifyHere(const Arguments& arguments) {
  try {
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
  } catch (const CommandError& error) {
    std::fprintf(stderr, "hourbook: %s\n", error.what());
    return error.code();
  } catch (const OutputClosed&) {
    return kExitOk;
  }
}

// A damaged LMDB file can crash whoever reads it, so a child does.
void Verify(const Arguments& arguments) {
  const pid_t child = fork();
  if (child < 0) {
    throw CommandError(kExitError, absl::StrCat("cannot start a process: ", std::strerror(errno)));
  }
  if (child == 0) _exit(VerifyHere(arguments));
  int status = 0;
  while (waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) {
      throw CommandError(kExitError, absl::StrCat("waiting failed: ", std::strerror(errno)));
    }
  }
  if (WIFSIGNALED(status)) {
    throw CommandError(kExitDamaged,
                       absl::StrCat(arguments.directory, " is so damaged that reading it failed "
                                    "with signal ", WTERMSIG(status), "; restore a backup"));
  }
  if (WEXITSTATUS(status) != kExitOk) throw CLI::RuntimeError(WEXITSTATUS(status));
}

}  // namespace

void AddVerifyCommand(CLI::App& app) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* const command = app.add_subcommand(
      "verify",
      "Read everything again and derive all from it: checksums, chain, tree, index of ids,\n"
      "every verdict of the rules and every balance. Exits with 3 where something differs.\n"
      "Example: hourbook verify town.ledger");
  command->add_option("DIR", arguments->directory, "The ledger")->required();
  command->add_flag("--json", arguments->json, "Print as JSON");
  command->callback([arguments] { Verify(*arguments); });
}

}  // namespace hourbook::cli
