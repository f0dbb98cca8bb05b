// The right edge of a growing tree: all that is needed to append and to know the root.
#ifndef LEDGER_CHAIN_FRONTIER_H_
#define LEDGER_CHAIN_FRONTIER_H_

#include <array>
#include <cstdint>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "ledger/base/bytes.h"

namespace hourbook {

// The roots of the complete subtrees that a tree of size() leaves splits into, one for each bit of
// size(), largest first (RFC 6962, section 2.1). A value: cheap to copy, never allocates.
class Frontier {
 public:
  Frontier() = default;

  // The frontier of a tree of `size` leaves from its subtree roots, largest first. InvalidArgument
  // unless there is one for each bit of size.
  static absl::StatusOr<Frontier> From(uint64_t size, absl::Span<const Hash> subtrees);

  uint64_t size() const { return size_; }

  // Largest first; valid until the next Append.
  absl::Span<const Hash> subtrees() const { return absl::MakeConstSpan(subtrees_.data(), count_); }

  // Adds a leaf hash. On average one node is hashed. Where given, `completed` is told the root of
  // each subtree of 2^height leaves that ends in this leaf, height 1 and up; size() is still as it
  // was before.
  using Completed = absl::FunctionRef<void(int height, const Hash& root)>;
  void Append(const Hash& leaf, Completed completed);
  void Append(const Hash& leaf);

  // The root of the tree; EmptyRoot() at size 0.
  Hash Root() const;

 private:
  uint64_t size_ = 0;
  size_t count_ = 0;
  std::array<Hash, 64> subtrees_;
};

}  // namespace hourbook

#endif  // LEDGER_CHAIN_FRONTIER_H_
