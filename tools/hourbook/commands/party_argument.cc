#include "tools/hourbook/commands/party_argument.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "tools/hourbook/command_error.h"
#include "tools/hourbook/hex.h"
#include "tools/hourbook/names.h"

namespace hourbook::cli {

void PartyArgument::AddTo(CLI::App& command) {
  command.add_option("PARTY", party,
                     "32 hexadecimal digits; or, with --secret, a kind and a number: "
                     "volunteer:V0001")
      ->required();
  command.add_option("--secret", secret, "The key that the import used");
}

Id PartyArgument::Parse() const {
  Id id;
  if (secret.empty()) {
    if (ParseHex(party, absl::MakeSpan(id))) return id;
    throw CommandError(kExitUsage, absl::StrCat("'", party, "' is no party id of 32 hexadecimal "
                                                "digits; outside numbers need --secret"));
  }
  const std::pair<std::string, std::string> parts =
      absl::StrSplit(party, absl::MaxSplits(':', 1));
  if (!NumberOf(PartyKindNames(), parts.first) || parts.second.empty()) {
    throw CommandError(kExitUsage, absl::StrCat("'", party, "' is no kind and number such as "
                                                "volunteer:V0001; kinds: ",
                                                ListOf(PartyKindNames())));
  }
  return Secret::Load(secret).Pseudonym(parts.first, parts.second);
}

Id ParsePartyId(const std::string& text, const std::string& option) {
  Id id;
  if (ParseHex(text, absl::MakeSpan(id))) return id;
  throw CommandError(kExitUsage, absl::StrCat(option, ": '", text,
                                              "' is no party id of 32 hexadecimal digits"));
}

}  // namespace hourbook::cli
