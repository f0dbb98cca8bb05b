#include "tools/hourbook/import/row_parser.h"

#include "gtest/gtest.h"
#include "tests/import/scratch_file.h"

namespace hourbook::cli {
namespace {

constexpr uint64_t kMinutesInADay = 1'440;

const ServiceSheet kMap{.file = {},
                        .key = "key",
                        .volunteer = "who",
                        .team = "team",
                        .activity = "what",
                        .category = "category",
                        .date = "date",
                        .start = "in",
                        .end = "out",
                        .recorder = "recorder",
                        .verifier = "verifier"};

// A row of a sheet whose times of day are as the format has them.
Row ServiceOf(const std::string& time_format, const std::string& date, const std::string& in,
              const std::string& out) {
  Mapping mapping{};
  mapping.zone = absl::UTCTimeZone();
  mapping.date_format = "%Y-%m-%d";
  mapping.time_format = time_format;
  mapping.categories = {{"patrol", 4}};
  const ScratchFile file(
      "key,who,team,what,category,date,in,out,recorder,verifier\n1,V,T,A,patrol," + date + "," +
      in + "," + out + ",R,X\n");
  const Secret secret(Hash{});
  return RowParser(mapping, secret, {}).Services(kMap, Sheet::Read(file.path(), "UTF-8"), 0).at(0);
}

TEST(RowParserTest, AServiceMayEndAfterMidnight) {
  const Row row = ServiceOf("%H:%M", "2025-03-01", "23:30", "00:15");
  ASSERT_EQ(row.entries.size(), 1u);
  EXPECT_EQ(row.entries[0].amount, 45u);
  EXPECT_EQ(row.entries[0].code, 4);
  EXPECT_EQ(row.entries[0].recorded_at - row.entries[0].occurred_at, 45 * 60'000'000'000);
}

// Such a format has a day of its own, so that more than a night may lie between in and out.
TEST(RowParserTest, ASignOutDaysBeforeTheSignInIsMalformed) {
  const Row row = ServiceOf("%Y-%m-%d %H:%M", "2025-03-09", "2025-03-09 09:00", "2025-03-07 10:00");
  EXPECT_EQ(row.refused, "malformed");
  EXPECT_EQ(row.problem, "its sign-out is more than a day before its sign-in");
  EXPECT_TRUE(row.entries.empty());
}

TEST(RowParserTest, TimesMayLieFartherApartThanNanosecondsCount) {
  const Row row = ServiceOf("%Y-%m-%d %H:%M", "1970-01-01", "1678-01-01 00:00", "2261-12-31 00:00");
  ASSERT_EQ(row.entries.size(), 1u);
  constexpr uint64_t kDaysBetween = 213'300;  // between the two dates
  EXPECT_EQ(row.entries[0].amount, kDaysBetween * kMinutesInADay);
}

}  // namespace
}  // namespace hourbook::cli
