// A witness (C2SP tlog-witness): it cosigns what it is shown of a log as long as each checkpoint
// continues the last one, so that whoever sees its cosignatures knows that all others were shown the
// same log. It remembers one checkpoint a log.
#ifndef LEDGER_AUDIT_WITNESS_H_
#define LEDGER_AUDIT_WITNESS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "ledger/base/bytes.h"
#include "ledger/chain/signer.h"
#include "ledger/chain/trust_policy.h"

namespace hourbook {

// What a request is answered with. The codes are HTTP's.
struct WitnessAnswer {
  enum Code : uint32_t {
    kCosigned = 200,      // body: the cosignature, a signature line
    kMalformed = 400,     // body: the reason, one line; so below
    kNotSigned = 403,     // no good signature of the log
    kUnknownLog = 404,    // not one of the policy's
    kOtherSize = 409,     // body: the size that was cosigned last, and a newline
    kInconsistent = 422,  // not proved to continue what was cosigned last
  };
  Code code;
  std::string body;
};

// Thread-safe, and safe beside other processes with the same directory. A value: it refers to the
// signer and the policy, which must outlive it.
//
// The directory holds, for each log, a file with the last checkpoint that was cosigned, named by the
// SHA-256 of its origin in hexadecimal digits. It is the witness: one that loses it, or goes back to
// an old copy, may cosign a fork. A file that is damaged or was cosigned by another key is
// kCorrupt, and nothing is cosigned for its log.
class Witness {
 public:
  // The logs it knows are the policy's. kInvalidArgument where the key is not a witness's, or the
  // directory is something else; kNotFound where it does not exist, since a new witness and one that
  // lost all look the same.
  static absl::StatusOr<Witness> Open(const Signer& signer, const TrustPolicy& policy,
                                      std::string directory);

  // Answers add-checkpoint. What is cosigned is on disk, in its place, when this returns; what
  // fails was not cosigned. `now` in unix seconds, from 1; a cosignature's time never goes back
  // behind that of the last one for its log.
  //
  // kCorrupt as above; kTimeout where others kept the log's file for too long; kIoError and its
  // like.
  absl::StatusOr<WitnessAnswer> Answer(absl::string_view request, uint64_t now) const;

  // No body of an answer is longer.
  size_t body_max_size() const;

  // The last checkpoint that was cosigned of the log whose origin has this SHA-256: a note with the
  // log's signatures and the cosignature. kNotFound where none was; kCorrupt.
  absl::StatusOr<std::string> Latest(const Hash& origin_hash) const;

 private:
  struct Shown;
  struct Kept;

  Witness(const Signer& signer, const TrustPolicy& policy, std::string directory)
      : signer_(&signer), policy_(&policy), directory_(std::move(directory)) {}

  std::optional<WitnessAnswer> Read(absl::string_view request, Shown& shown) const;
  absl::StatusOr<Kept> Recall(const Hash& origin_hash) const;
  std::string PathOf(const Hash& origin_hash) const;

  const Signer* signer_;
  const TrustPolicy* policy_;
  std::string directory_;
};

}  // namespace hourbook

#endif  // LEDGER_AUDIT_WITNESS_H_
