#include "tools/hourbook/table.h"

#include "gtest/gtest.h"

namespace hourbook::cli {
namespace {

TEST(TableTest, AChineseCharacterTakesTwoCells) {
  EXPECT_EQ(DisplayWidth("abc"), 3u);
  EXPECT_EQ(DisplayWidth("中文"), 4u);
  EXPECT_EQ(DisplayWidth("爱心驿站1号店"), 13u);
  EXPECT_EQ(DisplayWidth("\xff"), 1u);
}

TEST(TableTest, ColumnsLineUp) {
  Table table({{"name"}, {"points", Table::Align::kRight}, {"note"}});
  table.AddRow({"中文", "5", ""});
  table.AddRow({"abcdef", "1,000", "x"});
  EXPECT_EQ(table.TakeText(),
            "name    points  note\n"
            "中文         5\n"
            "abcdef   1,000  x\n");
}

TEST(TableTest, TheHeaderComesOnce) {
  Table table({{"a"}});
  table.AddRow({"1"});
  EXPECT_EQ(table.TakeText(), "a\n1\n");
  table.AddRow({"2"});
  EXPECT_EQ(table.TakeText(), "2\n");
}

TEST(TableTest, NoTextTakesOverTheTerminal) {
  Table table({{"a"}});
  table.AddRow({"x\x1b[2Jy\n"});
  EXPECT_EQ(table.TakeText(), "a\nx?[2Jy?\n");
}

}  // namespace
}  // namespace hourbook::cli
