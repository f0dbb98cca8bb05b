// What lacked where OpenSSL did not make something random: it does not say.
#ifndef LEDGER_CHAIN_RANDOMNESS_H_
#define LEDGER_CHAIN_RANDOMNESS_H_

#include "absl/status/status.h"

namespace hourbook {

// Why a call of OpenSSL's that needs random bytes and memory failed: kIoError where the system gives nothing
// random, else kOutOfMemory. Empties OpenSSL's queue of errors. Thread-safe.
absl::Status WhyNothingRandom();

}  // namespace hourbook

#endif  // LEDGER_CHAIN_RANDOMNESS_H_
