// The text of a policy: what is accepted has a quorum that all of its witnesses make, that none of
// them makes unless it asks for none, and that one more cosignature never breaks.
#include <algorithm>

#include "fuzz/fuzz_input.h"
#include "ledger/chain/quorum.h"
#include "ledger/chain/trust_policy.h"

namespace hourbook {
namespace {

void CheckPolicy(const TrustPolicy& policy) {
  FUZZ_CHECK(!NameOf(policy, policy.quorum).empty());
  FUZZ_CHECK(policy.witnesses.size() <= kTrustPolicyMaxOfEach);
  CosignedAt cosigned(policy.witnesses.size(), 0);
  FUZZ_CHECK(HasQuorum(policy, cosigned) == !policy.quorum.has_value());
  bool before = HasQuorum(policy, cosigned);
  for (uint64_t& time : cosigned) {
    time = 1;
    const bool now = HasQuorum(policy, cosigned);
    FUZZ_CHECK(now || !before);
    before = now;
  }
  FUZZ_CHECK(before);
}

}  // namespace
}  // namespace hourbook

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace hourbook;  // NOLINT: a function of C cannot be in it
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  const absl::StatusOr<TrustPolicy> policy = ParseTrustPolicy(text);
  if (policy.ok()) {
    CheckPolicy(*policy);
  } else {
    FUZZ_CHECK(policy.status().message().substr(0, 13) == "policy, line ");
  }
  return 0;
}
