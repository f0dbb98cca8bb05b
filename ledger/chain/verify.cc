#include "ledger/chain/verify.h"

#include <bit>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "ledger/chain/hasher.h"

namespace hourbook {
namespace {

absl::Status Refuse(absl::string_view what) { return absl::InvalidArgumentError(what); }

// Climbs from a node to the root, one proof hash a level. node and last are the positions of the
// node and of the tree's last node in their row. Left siblings are shared by every larger tree that
// ends in the same subtrees, right siblings only by this one.
struct Climb {
  uint64_t node;
  uint64_t last;

  // Whether the next proof hash is a left sibling. Skips the rows in which the node, last in its
  // row, has no sibling.
  bool NextIsLeft() {
    if ((node & 1) != 0) return true;
    if (node != last) return false;
    while ((node & 1) == 0 && node != 0) Up();
    return true;
  }

  void Up() {
    node >>= 1;
    last >>= 1;
  }
};

}  // namespace

absl::Status VerifyInclusion(uint64_t index, uint64_t size, const Hash& leaf, const Hash& root,
                             absl::Span<const Hash> proof) {
  if (index >= size) {
    return Refuse(absl::StrCat("index ", index, " is not below the size ", size));
  }
  Climb climb{index, size - 1};
  Hash hash = leaf;
  for (const Hash& sibling : proof) {
    if (climb.last == 0) return Refuse("the proof is too long");
    hash = climb.NextIsLeft() ? NodeHash(sibling, hash) : NodeHash(hash, sibling);
    climb.Up();
  }
  if (climb.last != 0) return Refuse("the proof is too short");
  if (hash != root) return Refuse("the proof leads to another root");
  return absl::OkStatus();
}

absl::Status VerifyConsistency(uint64_t old_size, uint64_t new_size, const Hash& old_root,
                               const Hash& new_root, absl::Span<const Hash> proof) {
  if (old_size == 0 || old_size > new_size) {
    return Refuse(absl::StrCat("the old size ", old_size, " is not from 1 to ", new_size));
  }
  if (old_size == new_size) {
    if (!proof.empty()) return Refuse("the proof is too long");
    if (old_root != new_root) return Refuse("two roots for one size");
    return absl::OkStatus();
  }
  // Start at the largest complete subtree that ends the old tree; where it is the whole old tree
  // its hash is known, else it is the first of the proof.
  Climb climb{old_size - 1, new_size - 1};
  while ((climb.node & 1) != 0) climb.Up();
  Hash start = old_root;
  if (!std::has_single_bit(old_size)) {
    if (proof.empty()) return Refuse("the proof is too short");
    start = proof.front();
    proof.remove_prefix(1);
  }
  Hash old_hash = start;
  Hash new_hash = start;
  for (const Hash& sibling : proof) {
    if (climb.last == 0) return Refuse("the proof is too long");
    if (climb.NextIsLeft()) {
      old_hash = NodeHash(sibling, old_hash);
      new_hash = NodeHash(sibling, new_hash);
    } else {
      new_hash = NodeHash(new_hash, sibling);
    }
    climb.Up();
  }
  if (climb.last != 0) return Refuse("the proof is too short");
  if (old_hash != old_root) return Refuse("the proof leads to another old root");
  if (new_hash != new_root) return Refuse("the proof leads to another new root");
  return absl::OkStatus();
}

}  // namespace hourbook
