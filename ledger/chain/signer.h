// A secret key that signs checkpoints (C2SP signed-note, Ed25519) or, a witness's, cosigns them
// (C2SP tlog-cosignature).
#ifndef LEDGER_CHAIN_SIGNER_H_
#define LEDGER_CHAIN_SIGNER_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "ledger/chain/verifier.h"
#include "ledger/format/note.h"

struct evp_pkey_st;

namespace hourbook {

// Thread-safe once made. The secret is never printed, and wiped when the signer ends.
class Signer {
 public:
  // A new random key. InvalidArgument for a name that may not name a key; fails as WhyNothingRandom
  // (randomness.h) says.
  static absl::StatusOr<Signer> Generate(absl::string_view name, SignatureType type);

  // Reads what ToText wrote. InvalidArgument where it is no key file; kPermissionDenied (error.h)
  // where it is encrypted and the passphrase, which may be empty, does not open it.
  static absl::StatusOr<Signer> FromText(absl::string_view text, absl::string_view passphrase);

  // The key as a file's text: a line with its vkey, and PKCS #8 in PEM, which other tools read too;
  // encrypted (PBES2, AES-256, with a random salt) unless the passphrase is empty. InvalidArgument for one
  // that is too long; fails as WhyNothingRandom says.
  absl::StatusOr<std::string> ToText(absl::string_view passphrase) const;

  const Verifier& verifier() const { return verifier_; }

  // The signature on a note's text. unix_seconds is the time of a cosignature, else not used.
  NoteSignature Sign(absl::string_view text, uint64_t unix_seconds = 0) const;

 private:
  struct Free {
    void operator()(evp_pkey_st* key) const;
  };
  using Key = std::unique_ptr<evp_pkey_st, Free>;

  Signer(Key key, Verifier verifier) : key_(std::move(key)), verifier_(std::move(verifier)) {}

  Key key_;
  Verifier verifier_;
};

}  // namespace hourbook

#endif  // LEDGER_CHAIN_SIGNER_H_
