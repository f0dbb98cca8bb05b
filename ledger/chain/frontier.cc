#include "ledger/chain/frontier.h"

#include <algorithm>
#include <bit>

#include "absl/strings/str_cat.h"
#include "ledger/chain/hasher.h"

namespace hourbook {

absl::StatusOr<Frontier> Frontier::From(uint64_t size, absl::Span<const Hash> subtrees) {
  const auto expected = static_cast<size_t>(std::popcount(size));
  if (subtrees.size() != expected) {
    return absl::InvalidArgumentError(absl::StrCat("a tree of ", size, " leaves has ", expected,
                                                   " complete subtrees, not ", subtrees.size()));
  }
  Frontier frontier;
  frontier.size_ = size;
  frontier.count_ = expected;
  std::copy(subtrees.begin(), subtrees.end(), frontier.subtrees_.begin());
  return frontier;
}

void Frontier::Append(const Hash& leaf) {
  Append(leaf, [](int, const Hash&) {});
}

void Frontier::Append(const Hash& leaf, Completed completed) {
  Hash hash = leaf;
  // Each trailing one bit of the old size is a complete subtree that now has its right sibling.
  int height = 0;
  for (uint64_t rest = size_; (rest & 1) != 0; rest >>= 1) {
    hash = NodeHash(subtrees_[--count_], hash);
    completed(++height, hash);
  }
  subtrees_[count_++] = hash;
  ++size_;
}

Hash Frontier::Root() const {
  if (count_ == 0) return EmptyRoot();
  Hash root = subtrees_[count_ - 1];
  for (size_t i = count_ - 1; i > 0; --i) root = NodeHash(subtrees_[i - 1], root);
  return root;
}

}  // namespace hourbook
