#include "ledger/chain/evidence.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <unistd.h>

#include <cerrno>
#include <new>
#include <system_error>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "ledger/base/error.h"
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
  ERR_clear_error();
  // OpenSSL does not say what it lacked; the system says whether that was this.
  if (::getentropy(salt.data(), salt.size()) == 0) throw std::bad_alloc();
  return Fail(Failure::kIoError,
              absl::StrCat("the system gives no random bytes: ", std::generic_category().message(errno),
                           "; let this process call getrandom, or read /dev/urandom"));
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
