// What the process answers to its caller. Part of the command line's contract: numbers never change
// meaning.
#ifndef TOOLS_HOURBOOK_EXIT_CODE_H_
#define TOOLS_HOURBOOK_EXIT_CODE_H_

namespace hourbook::cli {

enum ExitCode : int {
  kExitOk = 0,
  kExitError = 1,    // the ledger, a file or the input: see the message
  kExitUsage = 2,    // the command line itself is wrong
  kExitDamaged = 3,  // the ledger, or what was to be checked, does not verify
  kExitRefused = 4,  // done, but the rules refused some entries
};

}  // namespace hourbook::cli

#endif  // TOOLS_HOURBOOK_EXIT_CODE_H_
