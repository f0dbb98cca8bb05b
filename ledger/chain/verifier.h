// Checking who signed: verifier keys as text (C2SP signed-note's vkeys), signatures on notes, and
// the cosignatures of witnesses (C2SP tlog-cosignature). Pure and thread-safe.
#ifndef LEDGER_CHAIN_VERIFIER_H_
#define LEDGER_CHAIN_VERIFIER_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "ledger/base/bytes.h"
#include "ledger/format/checkpoint.h"
#include "ledger/format/note.h"

namespace hourbook {

// What a key signs. The numbers are signed-note's signature types.
enum class SignatureType : uint8_t {
  kEd25519 = 0x01,      // the text of a note: a log
  kCosignature = 0x04,  // a checkpoint and a time: a witness
};

// A public key with the name it signs under.
struct Verifier {
  std::string name;
  SignatureType type;
  std::array<uint8_t, 32> public_key;  // Ed25519, RFC 8032

  // The first four bytes of SHA-256(name || newline || type || public key).
  uint32_t key_id() const;
};

// "name+key id+base64(type || public key)". InvalidArgument says what is wrong, be it the key id.
absl::StatusOr<Verifier> ParseVkey(absl::string_view vkey);
std::string FormatVkey(const Verifier& verifier);

// A signature that was found good.
struct Signed {
  size_t verifier;    // which of those asked for
  uint64_t time = 0;  // of a cosignature: unix seconds; else 0
};

// The good signatures of a note by the verifiers given, the first of each. Signatures of other keys are passed over;
// one that bears a verifier's name and key id and is not good makes the whole note DataLoss; so
// does a cosignature without a time.
absl::StatusOr<std::vector<Signed>> VerifyNote(const Note& note,
                                               absl::Span<const Verifier> verifiers);

// What a witness signs of a note's text at a time.
std::string CosignedMessage(absl::string_view text, uint64_t unix_seconds);

// The checkpoint of a note that a log signed: the verifier's is among its signatures and good, and
// the origin is the verifier's name. InvalidArgument where the form is broken, DataLoss where it
// was not signed so.
absl::StatusOr<Checkpoint> OpenCheckpoint(absl::string_view note, const Verifier& log);

}  // namespace hourbook

#endif  // LEDGER_CHAIN_VERIFIER_H_
