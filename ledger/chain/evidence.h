// Evidence: a commitment in an entry to a payload that stays outside the ledger, such as a sign-in
// sheet. It tells nothing of the payload to who lacks the salt, and fits no other payload.
#ifndef LEDGER_CHAIN_EVIDENCE_H_
#define LEDGER_CHAIN_EVIDENCE_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "ledger/base/bytes.h"

namespace hourbook {

// HMAC-SHA-256 with the salt as its key: whoever does not have the random salt cannot try out
// payloads until one fits, and two payloads with one commitment would be a collision of SHA-256.
// Thread-safe.
Hash Commit(const Hash& salt, absl::string_view payload);

// A random salt, for one payload only. Fails as WhyNothingRandom (randomness.h) says. Thread-safe.
absl::StatusOr<Hash> NewSalt();

// The payload of an opening, in the text, if the commitment is of it. InvalidArgument where the
// text is no opening, DataLoss where it is one of another commitment. Pure, thread-safe.
absl::StatusOr<absl::string_view> OpenEvidence(absl::string_view opening, const Hash& commitment);

}  // namespace hourbook

#endif  // LEDGER_CHAIN_EVIDENCE_H_
