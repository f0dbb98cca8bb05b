#include "tools/hourbook/import/sheet.h"

#include "gtest/gtest.h"
#include "tests/import/scratch_file.h"

namespace hourbook::cli {
namespace {

using Fields = std::vector<std::string>;

Sheet ReadText(absl::string_view text, const std::string& encoding = "UTF-8") {
  const ScratchFile file(text);
  return Sheet::Read(file.path(), encoding);
}

// The error of reading a text, without the path in front of it.
std::string ErrorIn(absl::string_view text) {
  const ScratchFile file(text);
  const std::string error = ErrorOf([&] { Sheet::Read(file.path(), "UTF-8"); });
  return error.rfind(file.path(), 0) == 0 ? error.substr(file.path().size()) : error;
}

TEST(SheetTest, ReadsWhateverEndsItsLines) {
  for (const char* const text : {"a,b\n1,2\n3,4\n", "a,b\r\n1,2\r\n3,4\r\n", "a,b\r1,2\r3,4",
                                 "\xef\xbb\xbf"
                                 "a,b\n1,2\n3,4"}) {
    const Sheet sheet = ReadText(text);
    ASSERT_EQ(sheet.rows().size(), 2u) << text;
    EXPECT_EQ(sheet.rows()[0].line, 2u) << text;
    EXPECT_EQ(sheet.rows()[0].fields, (Fields{"1", "2"})) << text;
    EXPECT_EQ(sheet.rows()[1].line, 3u) << text;
    EXPECT_EQ(sheet.rows()[1].fields, (Fields{"3", "4"})) << text;
    EXPECT_EQ(sheet.ColumnOf("a"), 0u) << text;
  }
}

TEST(SheetTest, ReadsQuotedFields) {
  const Sheet sheet = ReadText("a,b\n\"x,\"\"y\"\"\",\"two\nlines\"\n1,\n");
  ASSERT_EQ(sheet.rows().size(), 2u);
  EXPECT_EQ(sheet.rows()[0].fields, (Fields{"x,\"y\"", "two\nlines"}));
  EXPECT_EQ(sheet.rows()[0].line, 2u);
  EXPECT_EQ(sheet.rows()[1].fields, (Fields{"1", ""}));
  EXPECT_EQ(sheet.rows()[1].line, 4u);
}

TEST(SheetTest, SkipsBlankLinesButCountsThem) {
  const Sheet sheet = ReadText("a,b\n\n  \t\n1,2\n\r\n");
  ASSERT_EQ(sheet.rows().size(), 1u);
  EXPECT_EQ(sheet.rows()[0].line, 4u);
  EXPECT_EQ(sheet.rows()[0].problem, "");
}

TEST(SheetTest, ARowWithoutAsManyFieldsAsTheHeaderHasAProblem) {
  const Sheet sheet = ReadText("a,b\n1\n1,2,3\n1,2\n");
  ASSERT_EQ(sheet.rows().size(), 3u);
  EXPECT_EQ(sheet.rows()[0].problem, "it has 1 fields, not 2");
  EXPECT_EQ(sheet.rows()[1].problem, "it has 3 fields, not 2");
  EXPECT_EQ(sheet.rows()[2].problem, "");
}

TEST(SheetTest, BadBytesAreAProblemOfTheirRowAlone) {
  const Sheet sheet = ReadText("a,b\n何\xff,2\n3,\"4\n\xff\"\n5,6\n");
  ASSERT_EQ(sheet.rows().size(), 3u);
  EXPECT_EQ(sheet.rows()[0].line, 2u);
  EXPECT_NE(sheet.rows()[0].problem.find("from line 2, column 2 on"), std::string::npos);
  EXPECT_EQ(sheet.rows()[1].line, 3u);
  EXPECT_NE(sheet.rows()[1].problem.find("from line 4, column 1 on"), std::string::npos);
  EXPECT_EQ(sheet.rows()[2].problem, "");
  EXPECT_EQ(sheet.rows()[2].fields, (Fields{"5", "6"}));
}

TEST(SheetTest, SaysWhereAFileIsNoCsv) {
  EXPECT_EQ(ErrorIn("a,b\n何姓\"x,2\n").rfind(":2:3: this is no CSV", 0), 0u);
  EXPECT_EQ(ErrorIn("a,b\n\"x\"y,2\n").rfind(":2:4: this is no CSV", 0), 0u);
  EXPECT_EQ(ErrorIn("a,b\n1,2\n\"never ends,\n3,4\n").rfind(":3:1: this is no CSV", 0), 0u);
}

TEST(SheetTest, NeedsAHeader) {
  for (const char* const text : {"", "\n\n", "\xff,b\n1,2\n"}) {
    EXPECT_EQ(ErrorIn(text).rfind(":1: there is no header", 0), 0u) << text;
  }
  EXPECT_EQ(ErrorIn("a,b,a\n").rfind(":1: two columns are called 'a'", 0), 0u);
}

TEST(SheetTest, NamesItsColumnsWhereOneIsAskedForInVain) {
  const Sheet sheet = ReadText("\xc1\xf7\xcb\xae\xba\xc5,b\n", "GB18030");
  EXPECT_EQ(sheet.ColumnOf("流水号"), 0u);
  EXPECT_NE(ErrorOf([&] { sheet.ColumnOf("c"); })
                .find("no column is called 'c'; there are: "
                      "流水号, b"),
            std::string::npos);
}

TEST(SheetTest, DigestIsThatOfTheBytes) {
  // sha256sum of "a\n".
  EXPECT_EQ(ReadText("a\n").digest(),
            "87428fc522803d31065e7bce3cf03fe475096631e5e07bbd7a0fde60c4cf25c7");
}

}  // namespace
}  // namespace hourbook::cli
