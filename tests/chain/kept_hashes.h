// The kept hashes of a log in memory, for what reads them.
#ifndef TESTS_CHAIN_KEPT_HASHES_H_
#define TESTS_CHAIN_KEPT_HASHES_H_

#include <map>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "ledger/chain/node_cache.h"
#include "ledger/chain/tiles.h"

namespace hourbook {

class KeptHashes {
 public:
  explicit KeptHashes(const std::vector<Hash>& leaves) : leaves_(leaves.size()) {
    Frontier frontier;
    for (const Hash& leaf : leaves) {
      kept_[{0, frontier.size()}] = leaf;
      AppendLeaf(frontier, leaf, [&](int level, uint64_t index, const Hash& hash) {
        kept_[{level, index}] = hash;
      });
    }
  }

  void Lose(int level, uint64_t index) { kept_.erase({level, index}); }

  absl::StatusOr<Hash> operator()(int level, uint64_t index) const {
    const auto found = kept_.find({level, index});
    if (found == kept_.end()) return absl::DataLossError("a hash is missing");
    return found->second;
  }

  TileHashReader reader() const { return *this; }

  // The nodes of the tree of all leaves. These hashes must outlive it.
  NodeCache Nodes() const {
    return NodeCache(leaves_, [this](int level, uint64_t first, absl::Span<Hash> hashes) {
      for (size_t i = 0; i < hashes.size(); ++i) {
        const absl::StatusOr<Hash> hash = (*this)(level, first + i);
        if (!hash.ok()) return hash.status();
        hashes[i] = *hash;
      }
      return absl::OkStatus();
    });
  }

 private:
  const uint64_t leaves_;
  std::map<std::pair<int, uint64_t>, Hash> kept_;
};

}  // namespace hourbook

#endif  // TESTS_CHAIN_KEPT_HASHES_H_
