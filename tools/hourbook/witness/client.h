// Asking a witness over HTTP.
#ifndef TOOLS_HOURBOOK_WITNESS_CLIENT_H_
#define TOOLS_HOURBOOK_WITNESS_CLIENT_H_

#include <string>

#include "tools/hourbook/witness/answer.h"

namespace hourbook::cli {

// Posts a request below a witness's URL, http://HOST[:PORT][/PATH], and waits for its answer: 20
// seconds for each part, a minute for the body. Throws CommandError where there is none.
Answer PostTo(const std::string& url, const std::string& request);

}  // namespace hourbook::cli

#endif  // TOOLS_HOURBOOK_WITNESS_CLIENT_H_
