// How a command fails: it throws, main prints the message and exits with the code. Handles close on
// the way out. (CLI11 speaks exceptions already; nothing of this crosses the C API.)
//
// A command that is done, but with another code than 0, throws CLI::RuntimeError(code) instead,
// which prints nothing.
#ifndef TOOLS_HOURBOOK_COMMAND_ERROR_H_
#define TOOLS_HOURBOOK_COMMAND_ERROR_H_

#include <stdexcept>
#include <string>

#include "api/hourbook.h"
#include "tools/hourbook/exit_code.h"

namespace hourbook::cli {

class CommandError : public std::runtime_error {
 public:
  CommandError(ExitCode code, const std::string& message)
      : std::runtime_error(message), code_(code) {}

  ExitCode code() const { return code_; }

 private:
  ExitCode code_;
};

// The exit code of a failed call of the library.
ExitCode ExitCodeOf(hbk_status status);

// The message of a failed call and the status's name: "no ledger in /x (not_found)".
std::string MessageOf(hbk_status status, const hbk_error& error);

// Throws unless the status is HBK_OK. Usage: Check(hbk_open(directory, nullptr, &ledger, &error),
// error);
void Check(hbk_status status, const hbk_error& error);

}  // namespace hourbook::cli

#endif  // TOOLS_HOURBOOK_COMMAND_ERROR_H_
