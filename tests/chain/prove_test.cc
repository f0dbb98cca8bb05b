#include "ledger/chain/prove.h"

#include <random>

#include "gtest/gtest.h"
#include "ledger/chain/verify.h"
#include "tests/chain/kept_hashes.h"
#include "tests/chain/plain_tree.h"

namespace hourbook {
namespace {

TEST(ProveTest, AllProofsOfSmallTreesAreTheDefinitions) {
  constexpr size_t kLargest = 40;
  const std::vector<Hash> all = SomeLeaves(kLargest);
  const KeptHashes kept(all);
  NodeCache nodes = kept.Nodes();
  for (size_t size = 1; size <= kLargest; ++size) {
    const Leaves leaves = Leaves(all).first(size);
    for (size_t i = 0; i < size; ++i) {
      EXPECT_EQ(ProveInclusion(i, size, nodes).value(), PlainPath(i, leaves))
          << i << " of " << size;
      EXPECT_EQ(ProveConsistency(i + 1, size, nodes).value(), PlainProof(i + 1, leaves))
          << i + 1 << " to " << size;
    }
  }
}

// Sizes around those at which a level of tiles begins, and any.
TEST(ProveTest, ProofsOfLargeTreesVerify) {
  const std::vector<Hash> leaves = SomeLeaves(66'000);
  const KeptHashes kept(leaves);
  NodeCache nodes = kept.Nodes();
  std::mt19937_64 random(20250301);
  std::vector<uint64_t> sizes = {255, 256, 257, 65'535, 65'536, 65'537, 66'000};
  while (sizes.size() < 40) sizes.push_back(1 + random() % leaves.size());
  for (const uint64_t size : sizes) {
    const Hash root = FrontierAt(size, kept.reader())->Root();
    const uint64_t index = random() % size;
    const std::vector<Hash> path = ProveInclusion(index, size, nodes).value();
    EXPECT_TRUE(VerifyInclusion(index, size, leaves[index], root, path).ok()) << index << size;
    const uint64_t old_size = 1 + random() % size;
    const Hash old_root = FrontierAt(old_size, kept.reader())->Root();
    const std::vector<Hash> proof = ProveConsistency(old_size, size, nodes).value();
    EXPECT_TRUE(VerifyConsistency(old_size, size, old_root, root, proof).ok())
        << old_size << " to " << size;
  }
}

TEST(ProveTest, RefusesWhatHasNoProof) {
  KeptHashes kept(SomeLeaves(3));
  NodeCache nodes = kept.Nodes();
  EXPECT_EQ(ProveInclusion(3, 3, nodes).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ProveInclusion(0, 0, nodes).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ProveConsistency(0, 3, nodes).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ProveConsistency(3, 2, nodes).status().code(),
            absl::StatusCode::kInvalidArgument);
  kept.Lose(0, 1);
  EXPECT_EQ(ProveInclusion(0, 3, nodes).status().code(), absl::StatusCode::kDataLoss)
      << "a leaf is missing";
}

}  // namespace
}  // namespace hourbook
