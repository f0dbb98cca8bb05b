// The definitions of RFC 6962, section 2.1, written down as they stand there: slow and plain, to
// judge the code that is neither.
#ifndef TESTS_CHAIN_PLAIN_TREE_H_
#define TESTS_CHAIN_PLAIN_TREE_H_

#include <bit>
#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "ledger/chain/hasher.h"

namespace hourbook {

using Leaves = absl::Span<const Hash>;

// The largest power of two below n; n > 1.
inline size_t SplitPoint(size_t n) { return std::bit_floor(n - 1); }

// MTH(D[n]), from leaf hashes.
inline Hash PlainRoot(Leaves d) {
  if (d.empty()) return EmptyRoot();
  if (d.size() == 1) return d[0];
  const size_t k = SplitPoint(d.size());
  return NodeHash(PlainRoot(d.first(k)), PlainRoot(d.subspan(k)));
}

// PATH(m, D[n]).
inline std::vector<Hash> PlainPath(size_t m, Leaves d) {
  if (d.size() == 1) return {};
  const size_t k = SplitPoint(d.size());
  std::vector<Hash> path = m < k ? PlainPath(m, d.first(k)) : PlainPath(m - k, d.subspan(k));
  path.push_back(PlainRoot(m < k ? d.subspan(k) : d.first(k)));
  return path;
}

// SUBPROOF(m, D[n], b); PROOF(m, D[n]) is SUBPROOF(m, D[n], true).
inline std::vector<Hash> PlainProof(size_t m, Leaves d, bool whole = true) {
  if (m == d.size()) return whole ? std::vector<Hash>{} : std::vector<Hash>{PlainRoot(d)};
  const size_t k = SplitPoint(d.size());
  std::vector<Hash> proof =
      m <= k ? PlainProof(m, d.first(k), whole) : PlainProof(m - k, d.subspan(k), false);
  proof.push_back(PlainRoot(m <= k ? d.subspan(k) : d.first(k)));
  return proof;
}

// n leaf hashes, each different.
inline std::vector<Hash> SomeLeaves(size_t n) {
  std::vector<Hash> leaves;
  for (size_t i = 0; i < n; ++i) {
    const uint8_t data[] = {static_cast<uint8_t>(i), static_cast<uint8_t>(i >> 8)};
    leaves.push_back(LeafHash(data));
  }
  return leaves;
}

}  // namespace hourbook

#endif  // TESTS_CHAIN_PLAIN_TREE_H_
