#include "ledger/chain/prove.h"

#include <algorithm>
#include <bit>
#include <optional>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "ledger/chain/hasher.h"

namespace hourbook {
namespace {

// Leaves [begin, end) of the log, a node of a tree's recursive halving: begin is a multiple of the
// largest power of two that is less than their number, or of their number where that is one.
struct Range {
  uint64_t begin, end;

  uint64_t leaves() const { return end - begin; }
  // Where the tree over the range is split: after the largest power of two less than its leaves.
  uint64_t middle() const { return begin + std::bit_floor(leaves() - 1); }
};

// The complete subtrees that the range splits into, largest first, joined from the last one on.
absl::StatusOr<Hash> RootOf(Range range, NodeCache& nodes) {
  std::optional<Hash> root;
  uint64_t end = range.end;
  for (uint64_t left = range.leaves(); left != 0; left &= left - 1) {
    const int height = std::countr_zero(left);
    end -= uint64_t{1} << height;
    const absl::StatusOr<Hash> subtree = nodes.At(height, end >> height);
    if (!subtree.ok()) return subtree.status();
    root = root ? NodeHash(*subtree, *root) : *subtree;
  }
  return *root;
}

// The roots of what is beside the path from the whole tree down to `target`: the last one first.
absl::StatusOr<std::vector<Hash>> Siblings(uint64_t size, NodeCache& nodes,
                                           absl::FunctionRef<bool(Range)> is_target,
                                           absl::FunctionRef<bool(uint64_t middle)> goes_left) {
  std::vector<Hash> siblings;
  Range node{0, size};
  while (!is_target(node)) {
    const uint64_t middle = node.middle();
    const Range left{node.begin, middle}, right{middle, node.end};
    const bool to_left = goes_left(middle);
    const absl::StatusOr<Hash> sibling = RootOf(to_left ? right : left, nodes);
    if (!sibling.ok()) return sibling.status();
    siblings.push_back(*sibling);
    node = to_left ? left : right;
  }
  std::reverse(siblings.begin(), siblings.end());
  return siblings;
}

}  // namespace

absl::StatusOr<std::vector<Hash>> ProveInclusion(uint64_t index, uint64_t size, NodeCache& nodes) {
  if (index >= size) {
    return absl::InvalidArgumentError(
        absl::StrCat("index ", index, " is not below the size ", size));
  }
  return Siblings(
      size, nodes, [](Range node) { return node.leaves() == 1; },
      [=](uint64_t middle) { return index < middle; });
}

absl::StatusOr<std::vector<Hash>> ProveConsistency(uint64_t old_size, uint64_t new_size,
                                                   NodeCache& nodes) {
  if (old_size == 0 || old_size > new_size) {
    return absl::InvalidArgumentError(
        absl::StrCat("the old size ", old_size, " is not from 1 to ", new_size));
  }
  // Down to the largest subtree of the new tree that ends where the old one does. It is the first
  // of the proof, unless it is all of the old tree, whose root the verifier has.
  Range end{0, 0};
  absl::StatusOr<std::vector<Hash>> proof = Siblings(
      new_size, nodes,
      [&](Range node) {
        end = node;
        return node.end == old_size;
      },
      [=](uint64_t middle) { return old_size <= middle; });
  if (!proof.ok() || end.begin == 0) return proof;
  const absl::StatusOr<Hash> first = RootOf(end, nodes);
  if (!first.ok()) return first.status();
  proof->insert(proof->begin(), *first);
  return proof;
}

}  // namespace hourbook
