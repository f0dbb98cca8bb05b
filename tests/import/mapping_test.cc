#include "tools/hourbook/import/mapping.h"

#include "absl/strings/match.h"
#include "absl/strings/str_replace.h"
#include "api/hourbook.h"
#include "gtest/gtest.h"
#include "tests/import/scratch_file.h"

namespace hourbook::cli {
namespace {

constexpr char kSmall[] = R"([town]
utc_offset = "-03:30"
programme = "p"
budget = 0
max_service_minutes = 720
daily_cap_minutes = 480

[categories]
care = 1
patrol = 65_535

[[parties]]
kind = "volunteer"
file = "sub/v.csv"
number = "n"

[[parties]]
kind = "team"
file = "/abs/t.csv"
number = "n"
name = "title"

[[redemptions]]
file = "r.csv"
encoding = "GB18030"
key = "k"
volunteer = "v"
station = "s"
item = "i"
points = "p"
time = "t"
result = "r"
posted = "yes"
voided = "no"
timed_out = "late"
)";

Mapping Load(absl::string_view text) {
  const ScratchFile file(text);
  return LoadMapping(file.path());
}

// The error of the small mapping with a part of it replaced, without the path in front of it.
std::string ErrorWith(absl::string_view old_part, absl::string_view new_part) {
  EXPECT_TRUE(absl::StrContains(kSmall, old_part)) << old_part;
  const ScratchFile file(absl::StrReplaceAll(kSmall, {{old_part, new_part}}));
  const std::string error = ErrorOf([&] { LoadMapping(file.path()); });
  return error.rfind(file.path(), 0) == 0 ? error.substr(file.path().size()) : error;
}

TEST(MappingTest, ReadsWhatItSays) {
  const Mapping mapping = Load(kSmall);
  EXPECT_EQ(mapping.zone.At(absl::UnixEpoch()).offset, -(3 * 3'600 + 30 * 60));
  EXPECT_EQ(mapping.programme, "p");
  EXPECT_EQ(mapping.budget, 0u);
  EXPECT_EQ(mapping.max_service_minutes, 720u);
  EXPECT_EQ(mapping.daily_cap_minutes, 480u);
  EXPECT_EQ(mapping.categories.at("patrol"), 65'535);
  ASSERT_EQ(mapping.parties.size(), 2u);
  EXPECT_EQ(mapping.parties[0].kind, HBK_PARTY_VOLUNTEER);
  EXPECT_EQ(mapping.parties[0].file.encoding, "UTF-8");
  EXPECT_EQ(mapping.parties[1].name, "title");
  EXPECT_FALSE(mapping.tariff.has_value());
  EXPECT_TRUE(mapping.services.empty());
  ASSERT_EQ(mapping.redemptions.size(), 1u);
  EXPECT_EQ(mapping.redemptions[0].file.encoding, "GB18030");
  EXPECT_EQ(mapping.redemptions[0].timed_out, "late");
}

TEST(MappingTest, PathsAreRelativeToItsOwnFolder) {
  const Mapping mapping = Load(kSmall);
  const std::string folder = mapping.path.substr(0, mapping.path.rfind('/'));
  EXPECT_EQ(mapping.parties[0].file.path, folder + "/sub/v.csv");
  EXPECT_EQ(mapping.parties[1].file.path, "/abs/t.csv");
}

TEST(MappingTest, FormatsHaveDefaults) {
  const Mapping mapping = Load(kSmall);
  EXPECT_EQ(mapping.date_format, "%Y-%m-%d");
  EXPECT_EQ(mapping.time_format, "%H:%M");
  EXPECT_EQ(mapping.datetime_format, "%Y-%m-%d %H:%M");
}

TEST(MappingTest, AZoneMayHaveAName) {
  const Mapping mapping = Load(
      absl::StrReplaceAll(kSmall, {{"utc_offset = \"-03:30\"", "time_zone = \"Europe/Berlin\""}}));
  const auto offset_in = [&](int month) {
    return mapping.zone.At(absl::FromCivil(absl::CivilDay(2025, month, 1), mapping.zone)).offset;
  };
  EXPECT_EQ(offset_in(1), 3'600);
  EXPECT_EQ(offset_in(7), 7'200);
}

TEST(MappingTest, ErrorsSayWhereAndWhatToDo) {
  struct Case {
    const char *old_part, *new_part, *error;
  };
  for (const Case& c : {
           Case{"utc_offset = \"-03:30\"", "utc_offset = \"-03:30", ":2:"},
           Case{"\"-03:30\"", "-3", ":2:14: 'utc_offset' must be a text"},
           Case{"\"-03:30\"", "\"-3\"", ":2:14: 'utc_offset' must be like \"+08:00\""},
           Case{"utc_offset = \"-03:30\"", "", ":1:1: [town] needs the key 'utc_offset'"},
           Case{"utc_offset", "utc_ofset", ":1:1: [town] needs the key 'utc_offset'"},
           Case{"utc_offset =", "time_zone = \"UTC\"\nutc_offset =",
                ":3:14: give 'utc_offset' or 'time_zone', not both"},
           Case{"utc_offset = \"-03:30\"", "time_zone = \"Mars/Base\"",
                ":2:13: the time zone 'Mars/Base' is unknown"},
           Case{"budget = 0", "budget = \"0\"", ":4:10: 'budget' must be a whole number"},
           Case{"budget = 0", "budget = 0.5", ":4:10: 'budget' must be a whole number"},
           Case{"budget = 0", "budget = -1", ":4:10: 'budget' must be 0 to 9223372036854775807"},
           Case{"= 720", "= 1_441", ":5:23: 'max_service_minutes' must be 1 to 1440"},
           Case{"= 480", "= 0", ":6:21: 'daily_cap_minutes' must be 1 to 1440"},
           Case{"budget = 0", "budget = 0\nbugdet = 1",
                ":5:10: the key 'bugdet' is unknown here; "
                "[town] takes: budget, "},
           Case{"budget = 0", "budget = 0\ndate_format = \"%m-%d\"",
                ":5:15: 'date_format' leaves out a part of the time"},
           Case{"budget = 0", "budget = 0\ntime_format = \"H:M\"",
                ":5:15: 'time_format' leaves out a part of the time"},
           Case{"65_535", "65_536", ":10:10: 'patrol' must be 1 to 65535"},
           Case{"\"team\"", "\"club\"", ":18:8: 'kind' must be one of: volunteer, team"},
           Case{"number = \"n\"\n\n[[", "number = \"n\"\nname = \"x\"\n\n[[",
                ":16:8: people are reported by their number"},
           Case{"voided = \"no\"", "voided = \"yes\"",
                ":33:10: 'posted', 'voided' and 'timed_out' "
                "must be three different results"},
           Case{"[[redemptions]]", "[redemptions]", ": write [[redemptions]]"},
           Case{"[[redemptions]]", "[[redemption]]", ": the key 'redemption' is unknown here"},
           Case{"[categories]", "[category]", ": the table [categories] is missing"},
       }) {
    const std::string error = ErrorWith(c.old_part, c.new_part);
    EXPECT_TRUE(absl::StrContains(error, c.error)) << c.new_part << ": " << error;
  }
  EXPECT_TRUE(absl::StrContains(ErrorOf([] { LoadMapping("/nowhere/x.toml"); }),
                                "/nowhere/x.toml: cannot open: No such file"));
}

}  // namespace
}  // namespace hourbook::cli
