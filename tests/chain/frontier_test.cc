#include "ledger/chain/frontier.h"

#include <vector>

#include "gtest/gtest.h"
#include "ledger/chain/hasher.h"
#include "tests/chain/plain_tree.h"
#include "tests/chain/rfc6962_8leaf.h"

namespace hourbook {
namespace {

TEST(FrontierTest, PublicTreeOf8Leaves) {
  Frontier frontier;
  for (size_t n = 0;; ++n) {
    EXPECT_EQ(HexEncode(frontier.Root()), rfc6962_8leaf::kRoots[n]) << n;
    if (n == rfc6962_8leaf::kLeaves.size()) break;
    const absl::string_view hex = rfc6962_8leaf::kLeaves[n];
    std::vector<uint8_t> data(hex.size() / 2);
    ASSERT_TRUE(HexDecode(hex, data.data(), data.size()));
    frontier.Append(LeafHash(data));
  }
}

TEST(FrontierTest, RootAgreesWithTheDefinitionAtEverySize) {
  const std::vector<Hash> leaves = SomeLeaves(300);
  Frontier frontier;
  for (size_t n = 0; n < leaves.size(); ++n) {
    ASSERT_EQ(frontier.Root(), PlainRoot(Leaves(leaves).first(n))) << n;
    ASSERT_EQ(frontier.size(), n);
    frontier.Append(leaves[n]);
  }
}

TEST(FrontierTest, GoesOnFromItsSubtrees) {
  const std::vector<Hash> leaves = SomeLeaves(70);
  for (size_t n = 0; n < leaves.size(); ++n) {
    Frontier frontier;
    for (size_t i = 0; i < n; ++i) frontier.Append(leaves[i]);
    absl::StatusOr<Frontier> again = Frontier::From(n, frontier.subtrees());
    ASSERT_TRUE(again.ok()) << again.status();
    for (size_t i = n; i < leaves.size(); ++i) again->Append(leaves[i]);
    EXPECT_EQ(again->Root(), PlainRoot(leaves)) << n;
  }
}

TEST(FrontierTest, RefusesTheWrongNumberOfSubtrees) {
  const std::vector<Hash> hashes(64);
  EXPECT_TRUE(Frontier::From(UINT64_MAX, hashes).ok());
  EXPECT_EQ(Frontier::From(5, Leaves(hashes).first(3)).status().message(),
            "a tree of 5 leaves has 2 complete subtrees, not 3");
  EXPECT_FALSE(Frontier::From(0, Leaves(hashes).first(1)).ok());
  EXPECT_FALSE(Frontier::From(1, {}).ok());
}

}  // namespace
}  // namespace hourbook
