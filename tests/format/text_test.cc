#include "ledger/format/text.h"

#include "gtest/gtest.h"

namespace hourbook {
namespace {

TEST(TextTest, ReadsCodePointsOfEveryLength) {
  const struct {
    absl::string_view text;
    uint32_t value;
    size_t length;
  } cases[] = {{"a", 'a', 1},      {"\xc2\x80", 0x80, 2},        {"\xdf\xbf", 0x7ff, 2},
               {"时", 0x65f6, 3},  {"\xed\x9f\xbf", 0xd7ff, 3},  {"\xee\x80\x80", 0xe000, 3},
               {"😀x", 0x1f600, 4}, {"\xf4\x8f\xbf\xbf", 0x10ffff, 4}};
  for (const auto& c : cases) {
    const std::optional<CodePoint> first = FirstCodePoint(c.text);
    ASSERT_TRUE(first.has_value()) << c.value;
    EXPECT_EQ(first->value, c.value);
    EXPECT_EQ(first->length, c.length);
  }
}

TEST(TextTest, RefusesWhatIsNotUtf8) {
  for (const absl::string_view text :
       {"", "\x80", "\xc1\xbf", "\xc2", "\xc2\x41", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xe6\x97",
        "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff"}) {
    EXPECT_FALSE(FirstCodePoint(text).has_value()) << testing::PrintToString(text);
  }
}

TEST(TextTest, NamesOfKeys) {
  for (const absl::string_view name : {"a", "town.example/hours", "盐街.example/志愿"}) {
    EXPECT_TRUE(IsKeyName(name)) << name;
  }
  // A no-break space, an ideographic space, a line separator.
  for (const absl::string_view name : {"", " ", "a b", "a+b", "a\n", "a\x7f", "a\xc2\xa0", "a　b",
                                       "a\xe2\x80\xa8", "a\xff"}) {
    EXPECT_FALSE(IsKeyName(name)) << testing::PrintToString(name);
  }
}

TEST(TextTest, DecimalNumbers) {
  EXPECT_EQ(ParseDecimal("0"), 0);
  EXPECT_EQ(ParseDecimal("9223372036854775807"), uint64_t{INT64_MAX});
  for (const absl::string_view text : {"", "00", "01", "+1", "-1", " 1", "1 ", "1_0", "0x1",
                                       "9223372036854775808", "18446744073709551616", "١"}) {
    EXPECT_FALSE(ParseDecimal(text).has_value()) << text;
  }
}

}  // namespace
}  // namespace hourbook
