#include "gtest/gtest.h"
#include "tools/hourbook/import/row_parser.h"

namespace hourbook::cli {
namespace {

constexpr int64_t kNanosPerMinute = 60'000'000'000;
constexpr int64_t kNewYear = 1'735'660'800'000'000'000;  // 2025-01-01T00:00:00+08:00

Mapping MappingOf(const absl::TimeZone& zone) {
  Mapping mapping{};
  mapping.zone = zone;
  mapping.date_format = "%Y-%m-%d";
  mapping.time_format = "%H:%M";
  mapping.datetime_format = "%Y-%m-%d %H:%M";
  return mapping;
}

TEST(SheetClockTest, ReadsLocalTimes) {
  const Mapping mapping = MappingOf(absl::FixedTimeZone(8 * 3'600));
  const SheetClock clock(mapping);
  EXPECT_EQ(clock.Date("2025-01-01"), kNewYear);
  EXPECT_EQ(clock.Time("2025-01-01", "07:30"), kNewYear + 450 * kNanosPerMinute);
  EXPECT_EQ(clock.Time("2025-01-01", "7:30"), kNewYear + 450 * kNanosPerMinute);
  EXPECT_EQ(clock.DateTime("2025-01-01 23:59"), kNewYear + 1'439 * kNanosPerMinute);
}

TEST(SheetClockTest, RefusesWhatIsNoTime) {
  const Mapping mapping = MappingOf(absl::FixedTimeZone(8 * 3'600));
  const SheetClock clock(mapping);
  for (const char* const wrong : {"", " ", "2025-02-29", "2025-13-01", "2025-1", "01.02.2025",
                                  "2025-01-01 07:30", "infinite-future", "9999-01-01", "待定"}) {
    EXPECT_FALSE(clock.Date(wrong).has_value()) << wrong;
  }
  for (const char* const wrong : {"", "24:00", "07:60", "0730", "07:30:15", "7.30", "未签"}) {
    EXPECT_FALSE(clock.Time("2025-01-01", wrong).has_value()) << wrong;
  }
  EXPECT_FALSE(clock.Time("", "07:30").has_value());
  EXPECT_FALSE(clock.DateTime("2025-01-01").has_value());
}

TEST(SheetClockTest, TheDayAfterHasTheSameTimeOfDay) {
  const Mapping mapping = MappingOf(absl::FixedTimeZone(8 * 3'600));
  const SheetClock clock(mapping);
  EXPECT_EQ(clock.DayAfter(*clock.DateTime("2024-02-28 01:15")),
            clock.DateTime("2024-02-29 01:15"));
  EXPECT_EQ(clock.DayAfter(*clock.DateTime("2025-12-31 00:00")),
            clock.DateTime("2026-01-01 00:00"));
}

TEST(SheetClockTest, TheDayAfterMayHave23Hours) {
  absl::TimeZone berlin;
  ASSERT_TRUE(absl::LoadTimeZone("Europe/Berlin", &berlin));
  const Mapping mapping = MappingOf(berlin);
  const SheetClock clock(mapping);
  const int64_t before = *clock.DateTime("2025-03-29 12:00");
  EXPECT_EQ(clock.DayAfter(before), clock.DateTime("2025-03-30 12:00"));
  EXPECT_EQ(clock.DayAfter(before) - before, 23 * 60 * kNanosPerMinute);
}

}  // namespace
}  // namespace hourbook::cli
