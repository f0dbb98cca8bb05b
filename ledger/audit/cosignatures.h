// Adding to a publication's checkpoint what witnesses have cosigned.
#ifndef LEDGER_AUDIT_COSIGNATURES_H_
#define LEDGER_AUDIT_COSIGNATURES_H_

#include <cstddef>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "ledger/base/file.h"
#include "ledger/chain/trust_policy.h"

namespace hourbook {

// The right to replace a publication's checkpoint, waited for some seconds. kNotFound where there
// is none yet; kTimeout.
absl::StatusOr<FileLock> LockCheckpoint(const std::string& directory);

// Adds the policy's witnesses' among these signature lines to the checkpoint in the directory,
// durably, and returns how many. One of a key that has cosigned it already takes the place of an
// older one. Lines of other keys are passed over.
//
// kUnsound where the lines are malformed, one of a witness is not good, none is of a witness, or the
// checkpoint is not of the policy's logs where it lists any; kInvalidArgument where the checkpoint
// would have more signatures than a note may; kNotFound where there is none; kTimeout.
absl::StatusOr<size_t> AddCosignatures(const std::string& directory, absl::string_view lines,
                                       const TrustPolicy& policy);

}  // namespace hourbook

#endif  // LEDGER_AUDIT_COSIGNATURES_H_
