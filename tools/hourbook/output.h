// The standard output. A write that fails is an error like any other; but a reader that has gone
// (`hourbook entries DIR | head`) only ends the command.
#ifndef TOOLS_HOURBOOK_OUTPUT_H_
#define TOOLS_HOURBOOK_OUTPUT_H_

#include <exception>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"

namespace hourbook::cli {

// Nobody reads the standard output any more. main exits quietly.
class OutputClosed : public std::exception {
 public:
  const char* what() const noexcept override { return "the standard output was closed"; }
};

// Call once, first: opens /dev/null for a standard descriptor that the caller left closed, so that
// no file of the ledger is ever opened as descriptor 1 and printed into; and ignores SIGPIPE.
void PrepareStandardStreams();

// Prints, buffered. Throws OutputClosed or CommandError.
void Print(absl::string_view text);

// Brings out what was printed. Throws OutputClosed or CommandError.
void Flush();

// Runs `print` and brings out what it printed, for a command that goes on to fail: that nobody reads
// it any more does not turn the failure into a success. Throws CommandError.
void PrintBeforeFailing(absl::FunctionRef<void()> print);

}  // namespace hourbook::cli

#endif  // TOOLS_HOURBOOK_OUTPUT_H_
