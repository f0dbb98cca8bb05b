// A checkpoint that a policy trusts: signed by one of its logs and cosigned by enough of its
// witnesses. Pure and thread-safe.
#ifndef LEDGER_CHAIN_QUORUM_H_
#define LEDGER_CHAIN_QUORUM_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "ledger/chain/trust_policy.h"
#include "ledger/chain/verifier.h"
#include "ledger/format/checkpoint.h"

namespace hourbook {

// When each witness of a policy cosigned: unix seconds, 0 for those that did not.
using CosignedAt = std::vector<uint64_t>;

struct TrustedCheckpoint {
  Checkpoint checkpoint;
  CosignedAt cosigned;
};

// Whether these cosignatures make the policy's quorum.
bool HasQuorum(const TrustPolicy& policy, const CosignedAt& cosigned);

// The checkpoint of a note that was signed by `log`, where one is given, and by one of the policy's
// logs, where it lists any; at least one of them must. Its origin is the name of each of these.
// InvalidArgument where the form is broken; DataLoss where it was not signed so, a key known to the
// policy signed it wrongly, or the quorum is missed: then it says who did cosign.
absl::StatusOr<TrustedCheckpoint> OpenTrusted(absl::string_view note, const TrustPolicy& policy,
                                              const std::optional<Verifier>& log);

}  // namespace hourbook

#endif  // LEDGER_CHAIN_QUORUM_H_
