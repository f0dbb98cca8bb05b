// Work on a file that may be damaged on purpose, in a process of its own: a damaged LMDB file can
// crash its reader.
#ifndef TOOLS_HOURBOOK_CHILD_H_
#define TOOLS_HOURBOOK_CHILD_H_

#include <string>

#include "absl/functional/function_ref.h"
#include "tools/hourbook/exit_code.h"

namespace hourbook::cli {

// How a child ended.
struct ChildEnd {
  ExitCode code = kExitOk;  // what `work` answered
  int signal = 0;           // or the crash that ended it
};

// Runs `work` in a child, where it may print; what it throws is told as main would. Call while this
// process has one thread. Throws CommandError where no child can be had, or somebody else ended it.
ChildEnd RunInChild(absl::FunctionRef<ExitCode()> work);

}  // namespace hourbook::cli

#endif  // TOOLS_HOURBOOK_CHILD_H_
