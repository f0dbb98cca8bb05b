// The nodes of the tree that are kept: those at the heights where tiles begin (C2SP tlog-tiles).
//
// The hash (level, index) is the root of the complete subtree of 256^level leaves that starts at
// leaf index * 256^level. Level 0 are the leaf hashes. From them every root, proof and published
// tile can be made by hashing at most 255 nodes of a level together.
#ifndef LEDGER_CHAIN_TILES_H_
#define LEDGER_CHAIN_TILES_H_

#include <cstdint>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "ledger/base/bytes.h"
#include "ledger/chain/frontier.h"

namespace hourbook {

inline constexpr int kTileHeight = 8;

// Gives the kept hash (level, index). Errors are passed on.
using TileHashReader = absl::FunctionRef<absl::StatusOr<Hash>(int level, uint64_t index)>;

// Told each hash of level 1 and up as soon as its subtree is complete, each level in order.
using TileHashSink = absl::FunctionRef<void(int level, uint64_t index, const Hash& hash)>;

// The root over a complete subtree's hashes: a power of two of them, at most those of a full tile.
Hash CompleteRoot(absl::Span<const Hash> hashes);

// The frontier of the tree of the first `size` leaves.
absl::StatusOr<Frontier> FrontierAt(uint64_t size, TileHashReader read);

// Adds a leaf to the frontier and tells the sink what that completes.
void AppendLeaf(Frontier& frontier, const Hash& leaf, TileHashSink sink);

}  // namespace hourbook

#endif  // LEDGER_CHAIN_TILES_H_
