// How a command is told of a public key: its text, or a file that holds it.
#ifndef TOOLS_HOURBOOK_VKEY_ARGUMENT_H_
#define TOOLS_HOURBOOK_VKEY_ARGUMENT_H_

#include <string>

#include <CLI/CLI.hpp>

namespace hourbook::cli {

// --vkey.
struct VkeyArgument {
  std::string given;

  void AddTo(CLI::App& command);

  // The vkey; where it was given as @FILE, the file's text less one newline at its end. The library
  // says whether it is one. Throws CommandError.
  std::string Read() const;
};

}  // namespace hourbook::cli

#endif  // TOOLS_HOURBOOK_VKEY_ARGUMENT_H_
