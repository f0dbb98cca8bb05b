// The end of the chain and of the tree, and what joins new entries to it.
#ifndef LEDGER_ENGINE_CHAIN_TIP_H_
#define LEDGER_ENGINE_CHAIN_TIP_H_

#include <cstdint>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "ledger/chain/frontier.h"
#include "ledger/store/store.h"

namespace hourbook {

// The hashes of entries that follow each other.
struct Links {
  struct Node {
    int level;
    uint64_t index;
    Hash hash;
  };
  std::vector<Hash> leaves;  // one for each entry
  std::vector<Node> nodes;   // those that are kept of the tree, in the order in which the leaves complete them
  Hash root{};               // of the tree with all of them, once there are no more

  // Empties it, with memory for so many entries.
  void Reserve(size_t entries);
};

class ChainTip {
 public:
  ChainTip() = default;
  // Of a log that ends in a leaf, or is empty.
  ChainTip(Frontier frontier, const Hash& last_leaf)
      : frontier_(std::move(frontier)), last_leaf_(last_leaf) {}

  const Hash& last_leaf() const { return last_leaf_; }
  Hash Root() const { return frontier_.Root(); }

  // Takes in a leaf that is written.
  void Append(const Hash& leaf);

  // Hashes entries and adds what comes of it to the links. Never throws where they were reserved.
  void Extend(absl::Span<const Entry> entries, Links& links);

 private:
  Frontier frontier_;
  Hash last_leaf_{};
};

// Puts entries with their leaf hashes at the end of the log.
absl::Status PutEntries(absl::Span<const Entry> entries, absl::Span<const Hash> leaves, WriteTxn& txn);

// Puts the kept hashes of the tree.
void PutNodes(const Links& links, WriteTxn& txn);

}  // namespace hourbook

#endif  // LEDGER_ENGINE_CHAIN_TIP_H_
