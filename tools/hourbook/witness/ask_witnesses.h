// Asking a policy's witnesses to cosign what was published.
#ifndef TOOLS_HOURBOOK_WITNESS_ASK_WITNESSES_H_
#define TOOLS_HOURBOOK_WITNESS_ASK_WITNESSES_H_

#include <string>
#include <vector>

#include "api/hourbook.h"

namespace hourbook::cli {

struct AskedWitness {
  std::string name;
  bool cosigned;
  std::string why_not;  // where it has not
};

// Asks each witness of the policy that has a URL, and adds what comes back to the publication of
// this ledger. Whether that is enough is another question.
std::vector<AskedWitness> AskWitnesses(hbk_ledger* ledger, const std::string& publication,
                                       const std::string& policy);

}  // namespace hourbook::cli

#endif  // TOOLS_HOURBOOK_WITNESS_ASK_WITNESSES_H_
