// Making proofs from a tree's nodes. RFC 6962, sections 2.1.1 and 2.1.2; verify.h checks them.
#ifndef LEDGER_CHAIN_PROVE_H_
#define LEDGER_CHAIN_PROVE_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "ledger/base/bytes.h"
#include "ledger/chain/node_cache.h"

namespace hourbook {

// That leaf `index` is in the tree of the first `size` leaves: the leaf's sibling first.
// InvalidArgument where index is not below size. The errors of nodes, which may be those of a larger
// tree of the same log, are passed on.
absl::StatusOr<std::vector<Hash>> ProveInclusion(uint64_t index, uint64_t size, NodeCache& nodes);

// That the tree of old_size leaves is a prefix of that of new_size leaves. InvalidArgument unless
// 0 < old_size <= new_size. Of equal sizes the proof is empty.
absl::StatusOr<std::vector<Hash>> ProveConsistency(uint64_t old_size, uint64_t new_size,
                                                   NodeCache& nodes);

}  // namespace hourbook

#endif  // LEDGER_CHAIN_PROVE_H_
