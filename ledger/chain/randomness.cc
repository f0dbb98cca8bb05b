#include "ledger/chain/randomness.h"

#include <openssl/err.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "ledger/base/error.h"

namespace hourbook {

absl::Status WhyNothingRandom() {
  ERR_clear_error();
  uint8_t byte;
  if (::getentropy(&byte, sizeof(byte)) == 0) return Fail(Failure::kOutOfMemory);
  return Fail(Failure::kIoError,
              absl::StrCat("the system gives no random bytes: ", std::generic_category().message(errno),
                           "; let this process call getrandom, or read /dev/urandom"));
}

}  // namespace hourbook
