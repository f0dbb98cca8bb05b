#include "ledger/chain/tiles.h"

#include <map>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "tests/chain/plain_tree.h"

namespace hourbook {
namespace {

constexpr size_t kLeaves = 66'000;  // more than 256 * 256, so that level 2 begins

class TilesTest : public testing::Test {
 protected:
  TilesTest() {
    Frontier frontier;
    for (const Hash& leaf : leaves_) {
      kept_[{0, frontier.size()}] = leaf;
      AppendLeaf(frontier, leaf, [&](int level, uint64_t index, const Hash& hash) {
        EXPECT_EQ(index, count_[level]++) << "in order, level " << level;
        kept_[{level, index}] = hash;
      });
    }
  }

  absl::StatusOr<Hash> Read(int level, uint64_t index) const {
    const auto found = kept_.find({level, index});
    if (found == kept_.end()) return absl::DataLossError("a hash is missing");
    return found->second;
  }

  const std::vector<Hash> leaves_ = SomeLeaves(kLeaves);
  std::map<std::pair<int, uint64_t>, Hash> kept_;
  std::map<int, uint64_t> count_;
};

TEST_F(TilesTest, KeepsTheRootOfEachCompleteSubtree) {
  EXPECT_EQ(count_[1], kLeaves / 256);
  EXPECT_EQ(count_[2], kLeaves / 65'536);
  for (const uint64_t index : {0, 1, 100, 256}) {
    EXPECT_EQ((kept_[{1, index}]), PlainRoot(Leaves(leaves_).subspan(index * 256, 256))) << index;
  }
  EXPECT_EQ((kept_[{2, 0}]), PlainRoot(Leaves(leaves_).first(65'536)));
}

TEST_F(TilesTest, FrontierAtAnySizeHasItsRoot) {
  const auto read = [this](int level, uint64_t index) { return Read(level, index); };
  for (const size_t size : {0, 1, 2, 255, 256, 257, 511, 512, 4'095, 65'535, 65'536, 66'000}) {
    const absl::StatusOr<Frontier> frontier = FrontierAt(size, read);
    ASSERT_TRUE(frontier.ok()) << frontier.status();
    EXPECT_EQ(frontier->Root(), PlainRoot(Leaves(leaves_).first(size))) << size;
  }
}

TEST_F(TilesTest, AMissingHashIsAnErrorAndNoRoot) {
  kept_.erase({1, 3});
  const auto read = [this](int level, uint64_t index) { return Read(level, index); };
  EXPECT_EQ(FrontierAt(1'025, read).status().code(), absl::StatusCode::kDataLoss);
  EXPECT_TRUE(FrontierAt(700, read).ok());
}

}  // namespace
}  // namespace hourbook
