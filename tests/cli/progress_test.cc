#include "tools/hourbook/progress.h"

#include "gtest/gtest.h"

namespace hourbook::cli {
namespace {

TEST(ProgressLineTest, ShowsHowFarTheWorkHasCome) {
  EXPECT_EQ(ProgressLine("audit", 0, 2'000'000),
            "audit [>                             ]   0%  0 of 2,000,000");
  EXPECT_EQ(ProgressLine("audit", 1'040'000, 2'000'000),
            "audit [===============>              ]  52%  1,040,000 of 2,000,000");
  EXPECT_EQ(ProgressLine("audit", 2'000'000, 2'000'000),
            "audit [==============================] 100%  2,000,000 of 2,000,000");
}

TEST(ProgressLineTest, IsWholeForNothingAndForTooMuch) {
  EXPECT_EQ(ProgressLine("verify", 0, 0), "verify [==============================] 100%  0 of 0");
  EXPECT_EQ(ProgressLine("verify", 9, 5), "verify [==============================] 100%  5 of 5");
}

}  // namespace
}  // namespace hourbook::cli
