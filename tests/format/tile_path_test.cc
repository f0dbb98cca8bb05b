#include "ledger/format/tile_path.h"

#include "gtest/gtest.h"

namespace hourbook {
namespace {

TEST(TilePathTest, WrittenAsTheStandardSays) {
  EXPECT_EQ(TilePath(0, 0, 256), "tile/0/000");
  EXPECT_EQ(TilePath(3, 1'234'067, 256), "tile/3/x001/x234/067");
  EXPECT_EQ(TilePath(0, 1'000, 5), "tile/0/x001/000.p/5");
  EXPECT_EQ(TilePath(7, 999, 255), "tile/7/999.p/255");
  EXPECT_EQ(BundlePath(273, 112), "tile/entries/273.p/112");
  EXPECT_EQ(BundlePath(1'000'000, 256), "tile/entries/x001/x000/000");
}

// The standard's example of a tree of 70,000 leaves.
TEST(TilePathTest, ATreeOf70000Leaves) {
  EXPECT_EQ(TilesFor(HashesAt(0, 70'000)), 274);
  EXPECT_EQ(WidthAt(272, HashesAt(0, 70'000)), 256);
  EXPECT_EQ(WidthAt(273, HashesAt(0, 70'000)), 112);
  EXPECT_EQ(WidthAt(274, HashesAt(0, 70'000)), 0);
  EXPECT_EQ(WidthAt(0, HashesAt(1, 70'000)), 256);
  EXPECT_EQ(WidthAt(1, HashesAt(1, 70'000)), 17);
  EXPECT_EQ(WidthAt(0, HashesAt(2, 70'000)), 1);
  EXPECT_EQ(HashesAt(3, 70'000), 0);
  EXPECT_EQ(HashesAt(1, 256), 1);
  EXPECT_EQ(HashesAt(8, UINT64_MAX), 0);
}

}  // namespace
}  // namespace hourbook
