// How a command is told whom to trust: a file with a policy (C2SP tlog-policy).
#ifndef TOOLS_HOURBOOK_POLICY_ARGUMENT_H_
#define TOOLS_HOURBOOK_POLICY_ARGUMENT_H_

#include <string>
#include <vector>

#include <CLI/CLI.hpp>

namespace hourbook::cli {

struct PolicyWitness {
  std::string name, vkey, url;  // url: empty where the policy gives none
};

// --policy.
struct PolicyArgument {
  std::string path;

  // Returns the option, which is not required.
  CLI::Option* AddTo(CLI::App& command);

  bool given() const { return !path.empty(); }

  // Does nothing where none is given. Throws CommandError unless the checkpoint of a signed note
  // satisfies the policy.
  void CheckNote(const std::string& note, const std::string& vkey) const;

  // The policy's text, well-formed. Throws CommandError, which says in which line it is not.
  std::string Read() const;
};

// In the policy's order. Throws CommandError.
std::vector<PolicyWitness> WitnessesOf(const std::string& policy);

}  // namespace hourbook::cli

#endif  // TOOLS_HOURBOOK_POLICY_ARGUMENT_H_
