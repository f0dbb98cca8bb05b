#include "ledger/chain/evidence.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <new>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "ledger/chain/randomness.h"
#include "ledger/format/opening.h"

namespace hourbook {

Hash Commit(const Hash& salt, absl::string_view payload) {
  static constexpr uint8_t kNothing = 0;  // for a payload without bytes, whose data may be null
  Hash commitment;
  unsigned length = 0;
  const auto* const bytes =
      payload.empty() ? &kNothing : reinterpret_cast<const uint8_t*>(payload.data());
  const bool done = HMAC(EVP_sha256(), salt.data(), static_cast<int>(salt.size()), bytes,
                         payload.size(), commitment.data(), &length) != nullptr;
  if (!done || length != commitment.size()) throw std::bad_alloc();  // nothing else can be lacking
  return commitment;
}

// A salt that is not random would give payloads away.
absl::StatusOr<Hash> NewSalt() {
  Hash salt;
  if (RAND_bytes(salt.data(), static_cast<int>(salt.size())) == 1) return salt;
  return WhyNothingRandom();
}

absl::StatusOr<absl::string_view> OpenEvidence(absl::string_view opening, const Hash& commitment) {
  const absl::StatusOr<Opening> parsed = ParseOpening(opening);
  if (!parsed.ok()) return parsed.status();
  const Hash made = Commit(parsed->salt, parsed->payload);
  if (made == commitment) return parsed->payload;
  return absl::DataLossError(absl::StrCat("the opening is of the commitment ", HexEncode(made),
                                          ", not of ", HexEncode(commitment)));
}

}  // namespace hourbook
