#include "tools/hourbook/local_time.h"

#include "gtest/gtest.h"

namespace hourbook::cli {
namespace {

constexpr int64_t kNewYear = 1'735'660'800'000'000'000;  // 2025-01-01T00:00:00+08:00

TEST(LocalTimeTest, ReadsRfc3339Only) {
  EXPECT_EQ(ParseTime("2025-01-01T00:00:00+08:00"), kNewYear);
  EXPECT_EQ(ParseTime("2024-12-31T16:00:00Z"), kNewYear);
  EXPECT_EQ(ParseTime("2024-12-31T16:00:00.000000001Z"), kNewYear + 1);
  for (const char* const wrong :
       {"", "2025-01-01", "2025-01-01 00:00:00Z", "2025-01-01T00:00:00", "2025-13-01T00:00:00Z",
        "2025-02-30T00:00:00Z", "2025-01-01T00:00:00.Z", "infinite-future",
        "9999-01-01T00:00:00Z", " 2025-01-01T00:00:00Z", "2025-01-01T00:00:00.0000000001Z"}) {
    EXPECT_FALSE(ParseTime(wrong).has_value()) << wrong;
  }
}

TEST(LocalTimeTest, WritesTheLedgersOwnOffset) {
  LocalClock clock(8 * 3'600);
  EXPECT_EQ(clock.Text(kNewYear), "2025-01-01T00:00:00+08:00");
  EXPECT_EQ(clock.Text(kNewYear + 1), "2025-01-01T00:00:00.000000001+08:00");
  EXPECT_EQ(clock.Parse("2025-01-01"), kNewYear);
}

TEST(LocalTimeTest, OffsetsChange) {
  constexpr int64_t kSpring = 1'743'296'400'000'000'000;  // 2025-03-30T01:00:00Z
  LocalClock clock(3'600);
  clock.Change(kSpring, 7'200);
  EXPECT_EQ(clock.Text(kSpring - 1'000'000'000), "2025-03-30T01:59:59+01:00");
  EXPECT_EQ(clock.Text(kSpring), "2025-03-30T03:00:00+02:00");
  EXPECT_EQ(clock.Text(*clock.Parse("2025-03-30")), "2025-03-30T00:00:00+01:00");
  EXPECT_EQ(clock.Text(*clock.Parse("2025-03-31")), "2025-03-31T00:00:00+02:00");
}

}  // namespace
}  // namespace hourbook::cli
