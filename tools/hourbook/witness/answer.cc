#include "tools/hourbook/witness/answer.h"

#include "tools/hourbook/given_text.h"

namespace hourbook::cli {

Answer AnswerTo(const WitnessSetup& witness, const std::string& request) {
  Answer answer{.code = 0, .body = {}};
  answer.body = TextOf([&](char* body, size_t capacity, size_t* length, hbk_error* error) {
    return hbk_witness_answer(witness.key, witness.policy.data(), witness.policy.size(),
                              witness.state.c_str(), request.data(), request.size(), &answer.code,
                              body, capacity, length, error);
  });
  return answer;
}

}  // namespace hourbook::cli
