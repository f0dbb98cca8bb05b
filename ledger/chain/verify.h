// Verifying proofs, from bytes alone: pure, thread-safe, for any input. RFC 9162, sections 2.1.3.2
// and 2.1.4.2 (the algorithms that RFC 6962's trees share).
//
// A proof speaks for hashes, not for sizes: the size and root of a tree must come together from
// somewhere trusted, such as one signed checkpoint. (The proof of index 0 in 3 leaves also leads to
// that root for a size of 4.)
#ifndef LEDGER_CHAIN_VERIFY_H_
#define LEDGER_CHAIN_VERIFY_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "ledger/base/bytes.h"

namespace hourbook {

// Whether `leaf` is the leaf at `index` of the tree of `size` leaves with this root.
// InvalidArgument says what is wrong: index not below size, a proof of the wrong length, another
// root.
absl::Status VerifyInclusion(uint64_t index, uint64_t size, const Hash& leaf, const Hash& root,
                             absl::Span<const Hash> proof);

// Whether the tree of `old_size` leaves with `old_root` is a prefix of that of `new_size` leaves
// with `new_root`. InvalidArgument says what is wrong; an old size of 0 always is, since a proof
// from nothing shows nothing.
absl::Status VerifyConsistency(uint64_t old_size, uint64_t new_size, const Hash& old_root,
                               const Hash& new_root, absl::Span<const Hash> proof);

}  // namespace hourbook

#endif  // LEDGER_CHAIN_VERIFY_H_
