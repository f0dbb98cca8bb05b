// How a command is told of a party.
#ifndef TOOLS_HOURBOOK_COMMANDS_PARTY_ARGUMENT_H_
#define TOOLS_HOURBOOK_COMMANDS_PARTY_ARGUMENT_H_

#include <string>

#include <CLI/CLI.hpp>

#include "tools/hourbook/import/pseudonym.h"

namespace hourbook::cli {

// Arguments of a command about one party: PARTY, and --secret where PARTY is an outside number.
struct PartyArgument {
  std::string party, secret;

  void AddTo(CLI::App& command);

  // 32 hexadecimal digits; or, with a secret, "volunteer:V0001". Throws CommandError.
  Id Parse() const;
};

// A party's id of 32 hexadecimal digits, given by an option or argument. Throws CommandError.
Id ParsePartyId(const std::string& text, const std::string& option);

}  // namespace hourbook::cli

#endif  // TOOLS_HOURBOOK_COMMANDS_PARTY_ARGUMENT_H_
