#include "tools/hourbook/output.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "tools/hourbook/command_error.h"

namespace hourbook::cli {
namespace {

[[noreturn]] void Fail() {
  if (errno == EPIPE) throw OutputClosed();
  throw CommandError(kExitError, absl::StrCat("cannot write to the standard output: ",
                                              std::generic_category().message(errno)));
}

}  // namespace

void PrepareStandardStreams() {
  signal(SIGPIPE, SIG_IGN);
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd) {
    if (fcntl(fd, F_GETFD) != -1) continue;
    // open gives the lowest free descriptor: this one, since those below are open by now.
    // cppcheck-suppress leakReturnValNotUsed ; it stays open
    if (open("/dev/null", fd == STDIN_FILENO ? O_RDONLY : O_WRONLY) != fd) std::abort();
  }
}

void Print(absl::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size()) Fail();
}

void Flush() {
  if (std::fflush(stdout) != 0) Fail();
}

void PrintBeforeFailing(absl::FunctionRef<void()> print) {
  try {
    print();
    Flush();
  } catch (const OutputClosed&) {
  }
}

}  // namespace hourbook::cli
