// A witness's answer to a request, whichever way the request came.
#ifndef TOOLS_HOURBOOK_WITNESS_ANSWER_H_
#define TOOLS_HOURBOOK_WITNESS_ANSWER_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "api/hourbook.h"

namespace hourbook::cli {

// More than the library reads as a request: a note and a proof.
inline constexpr size_t kRequestMaxSize = 1'100'000;

// Codes of answers that a caller acts on.
inline constexpr uint32_t kCosigned = 200;
inline constexpr uint32_t kOtherSize = 409;  // the body says which

struct Answer {
  uint32_t code;  // as HTTP's
  std::string body;
};

// What a witness is: its key, the logs it knows, and its memory. The key outlives it.
struct WitnessSetup {
  hbk_key* key;
  std::string policy;  // text
  std::string state;   // directory
};

// Throws CommandError where there is no answer. Thread-safe.
Answer AnswerTo(const WitnessSetup& witness, const std::string& request);

}  // namespace hourbook::cli

#endif  // TOOLS_HOURBOOK_WITNESS_ANSWER_H_
