#include "tools/hourbook/child.h"

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "tools/hourbook/command_error.h"
#include "tools/hourbook/output.h"

namespace hourbook::cli {
namespace {

// Whether a signal is one that reading a damaged file ends in. Others come from outside: somebody
// who ends the work, a system out of memory.
bool IsCrash(int signal) {
  return signal == SIGSEGV || signal == SIGBUS || signal == SIGABRT || signal == SIGFPE ||
         signal == SIGILL;
}

ExitCode WorkHere(absl::FunctionRef<ExitCode()> work) {
  try {
    return work();
  } catch (const CommandError& error) {
    std::fprintf(stderr, "hourbook: %s\n", error.what());
    return error.code();
  } catch (const OutputClosed&) {
    return kExitOk;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "hourbook: %s\n", error.what());
    return kExitError;
  }
}

}  // namespace

ChildEnd RunInChild(absl::FunctionRef<ExitCode()> work) {
  const pid_t child = fork();
  if (child < 0) {
    throw CommandError(kExitError, absl::StrCat("cannot start a process: ",
                                                std::generic_category().message(errno)));
  }
  if (child == 0) {
    prctl(PR_SET_PDEATHSIG, SIGTERM);  // nobody would hear its answer
    _exit(WorkHere(work));
  }
  int status = 0;
  while (waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) {
      throw CommandError(kExitError,
                         absl::StrCat("waiting failed: ", std::generic_category().message(errno)));
    }
  }
  if (WIFSIGNALED(status) && !IsCrash(WTERMSIG(status))) {
    throw CommandError(kExitError, absl::StrCat("the work was ended by signal ", WTERMSIG(status),
                                                " before it was done; run it again"));
  }
  if (WIFSIGNALED(status)) return {.code = kExitDamaged, .signal = WTERMSIG(status)};
  return {.code = static_cast<ExitCode>(WEXITSTATUS(status)), .signal = 0};
}

}  // namespace hourbook::cli
