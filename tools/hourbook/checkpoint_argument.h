// How a command is told by which checkpoint to prove.
#ifndef TOOLS_HOURBOOK_CHECKPOINT_ARGUMENT_H_
#define TOOLS_HOURBOOK_CHECKPOINT_ARGUMENT_H_

#include <string>

#include <CLI/CLI.hpp>

#include "api/hourbook.h"

namespace hourbook::cli {

// --checkpoint.
struct CheckpointArgument {
  std::string path;

  void AddTo(CLI::App& command);

  // The signed note in the file, or the last that was signed of the ledger. Throws CommandError.
  std::string Read(hbk_ledger* ledger) const;
};

}  // namespace hourbook::cli

#endif  // TOOLS_HOURBOOK_CHECKPOINT_ARGUMENT_H_
