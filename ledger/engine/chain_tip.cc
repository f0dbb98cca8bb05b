#include "ledger/engine/chain_tip.h"

#include <algorithm>

#include "ledger/chain/hasher.h"
#include "ledger/chain/tiles.h"

namespace hourbook {

void Links::Reserve(size_t entries) {
  constexpr size_t kLevels = 8;  // of tiles, in a tree of 2^64 leaves: each may complete one node more
  leaves.clear();
  leaves.reserve(entries);
  nodes.clear();
  nodes.reserve(entries / ((size_t{1} << kTileHeight) - 1) + kLevels);
}

void ChainTip::Append(const Hash& leaf) {
  frontier_.Append(leaf);
  last_leaf_ = leaf;
}

void ChainTip::Extend(absl::Span<const Entry> entries, Links& links) {
  for (const Entry& entry : entries) {
    last_leaf_ = EntryLeafHash(last_leaf_, entry);
    links.leaves.push_back(last_leaf_);
    AppendLeaf(frontier_, last_leaf_, [&](int level, uint64_t index, const Hash& hash) {
      links.nodes.push_back({level, index, hash});
    });
  }
}

absl::Status PutEntries(absl::Span<const Entry> entries, absl::Span<const Hash> leaves, WriteTxn& txn) {
  constexpr size_t kAtOnce = 15 * kRecordsPerBlock;  // what stays in a core's cache
  std::vector<Record> records;
  records.reserve(std::min(kAtOnce, entries.size()));
  while (!entries.empty()) {
    records.clear();
    const size_t count = std::min(kAtOnce, entries.size());
    for (size_t i = 0; i < count; ++i) records.push_back({entries[i], leaves[i]});
    if (absl::Status put = txn.Append(records); !put.ok()) return put;
    entries.remove_prefix(count);
    leaves.remove_prefix(count);
  }
  return absl::OkStatus();
}

void PutNodes(const Links& links, WriteTxn& txn) {
  for (const Links::Node& node : links.nodes) txn.PutTileHash(node.level, node.index, node.hash);
}

}  // namespace hourbook
