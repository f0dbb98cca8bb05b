// How a command is told of a secret key: the file, and what opens it. A passphrase is never an
// argument itself, where every user of the machine could read it.
#ifndef TOOLS_HOURBOOK_KEY_ARGUMENT_H_
#define TOOLS_HOURBOOK_KEY_ARGUMENT_H_

#include <string>

#include <CLI/CLI.hpp>

#include "tools/hourbook/handles.h"

namespace hourbook::cli {

// --passphrase-file and --passphrase-env.
struct PassphraseArgument {
  std::string file, variable;

  void AddTo(CLI::App& command);

  // The passphrase, less one newline at its end; empty where neither was given. Throws
  // CommandError, also where a file or variable gives an empty one: that would protect nothing.
  std::string Read() const;
};

// --key and its passphrase.
struct KeyArgument {
  std::string path;
  PassphraseArgument passphrase;

  void AddTo(CLI::App& command);

  // Throws CommandError.
  KeyHandle Load() const;
};

// The public half of a key as text. Throws CommandError.
std::string VkeyOf(hbk_key* key);

}  // namespace hourbook::cli

#endif  // TOOLS_HOURBOOK_KEY_ARGUMENT_H_
