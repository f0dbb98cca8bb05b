// The kept hashes of a log in memory, for what reads them.
#ifndef TESTS_CHAIN_KEPT_HASHES_H_
#define TESTS_CHAIN_KEPT_HASHES_H_

#include <map>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "ledger/chain/tiles.h"

namespace hourbook {

class KeptHashes {
 public:
  explicit KeptHashes(const std::vector<Hash>& leaves) {
    Frontier frontier;
    for (const Hash& leaf : leaves) {
      kept_[{0, frontier.size()}] = leaf;
      AppendLeaf(frontier, leaf, [&](int level, uint64_t index, const Hash& hash) {
        kept_[{level, index}] = hash;
      });
    }
  }

  absl::StatusOr<Hash> operator()(int level, uint64_t index) const {
    const auto found = kept_.find({level, index});
    if (found == kept_.end()) return absl::DataLossError("a hash is missing");
    return found->second;
  }

  TileHashReader reader() const { return *this; }

 private:
  std::map<std::pair<int, uint64_t>, Hash> kept_;
};

}  // namespace hourbook

#endif  // TESTS_CHAIN_KEPT_HASHES_H_
