// The tree's inner nodes, made from the hashes that are kept (tiles.h) a tile at a time and
// remembered, so that many proofs of one tree hash the upper tiles once.
#ifndef LEDGER_CHAIN_NODE_CACHE_H_
#define LEDGER_CHAIN_NODE_CACHE_H_

#include <cstdint>
#include <functional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "ledger/base/bytes.h"

namespace hourbook {

// At most some 4 MiB. Not thread-safe.
class NodeCache {
 public:
  // Fills `hashes` with the kept hashes of a level from index `first` on. Errors are passed on.
  using KeptHashes = std::function<absl::Status(int level, uint64_t first, absl::Span<Hash> hashes)>;

  // Of a tree of `size` leaves.
  NodeCache(uint64_t size, KeptHashes read);

  // The root of the complete subtree of 2^height leaves, the index-th of its height. It must be in
  // the tree.
  absl::StatusOr<Hash> At(int height, uint64_t index);

 private:
  // A tile's hashes, and above them, row by row, the nodes over them.
  struct Tile {
    int level = -1;  // of none yet
    uint64_t number = 0;
    std::vector<Hash> nodes;
  };

  Tile& SlotOf(int level, uint64_t number);
  absl::Status Fill(int level, uint64_t number, Tile& tile) const;

  const uint64_t size_;
  const KeptHashes read_;
  std::vector<Tile> leaf_tiles_;   // few: proofs seldom share one
  std::vector<Tile> upper_tiles_;  // many: proofs mostly do
};

}  // namespace hourbook

#endif  // LEDGER_CHAIN_NODE_CACHE_H_
