#include "tools/hourbook/amount.h"

#include <cstdint>

#include "api/hourbook.h"
#include "gtest/gtest.h"

namespace hourbook::cli {
namespace {

TEST(AmountTest, GroupsDigits) {
  EXPECT_EQ(GroupedText(0), "0");
  EXPECT_EQ(GroupedText(999), "999");
  EXPECT_EQ(GroupedText(1'000), "1,000");
  EXPECT_EQ(GroupedText(UINT64_MAX), "18,446,744,073,709,551,615");
}

TEST(AmountTest, NetGoesBeyond64Bits) {
  EXPECT_EQ(NumberText(Net(UINT64_MAX, 0)), "-18446744073709551615");
  EXPECT_EQ(NumberText(Net(0, UINT64_MAX)), "18446744073709551615");
}

TEST(AmountTest, MinutesAreShownAsHours) {
  EXPECT_EQ(HoursText(0), "0:00");
  EXPECT_EQ(HoursText(90), "1:30");
  EXPECT_EQ(HoursText(-5), "-0:05");
  EXPECT_EQ(HoursTextOf(HBK_UNIT_POINT, 90), "");
  EXPECT_EQ(HoursTextOf(HBK_UNIT_BANK_MINUTE, 61), "1:01");
}

}  // namespace
}  // namespace hourbook::cli
