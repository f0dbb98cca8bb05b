#include "ledger/base/bytes.h"

#include "gtest/gtest.h"

namespace hourbook {
namespace {

TEST(HexTest, RoundTripsEveryByteValue) {
  std::array<uint8_t, 256> all;
  for (size_t i = 0; i < all.size(); ++i) all[i] = static_cast<uint8_t>(i);
  std::array<uint8_t, 256> back{};
  ASSERT_TRUE(HexDecode(HexEncode(all), back.data(), back.size()));
  EXPECT_EQ(back, all);
}

TEST(HexTest, TakesUpperCaseAndWritesLower) {
  std::array<uint8_t, 2> bytes{};
  ASSERT_TRUE(HexDecode("ABcd", bytes.data(), bytes.size()));
  EXPECT_EQ(HexEncode(bytes), "abcd");
}

TEST(HexTest, RefusesAndLeavesTheOutputAlone) {
  std::array<uint8_t, 2> bytes{7, 7};
  for (const char* bad : {"", "ab", "abc", "abcde", "abcg", "ab c", "0xab"}) {
    EXPECT_FALSE(HexDecode(bad, bytes.data(), bytes.size())) << bad;
    EXPECT_EQ(bytes[0], 7) << bad;
  }
}

}  // namespace
}  // namespace hourbook
