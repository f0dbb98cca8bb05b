#include "ledger/format/opening.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace hourbook {
namespace {

TEST(OpeningTest, ReadsWhatItWrites) {
  for (const std::string& payload :
       {std::string("a name"), std::string(), std::string("\n\n\0\xff", 4)}) {
    const std::string text = FormatOpening({.salt = Hash{7}, .payload = payload});
    const absl::StatusOr<Opening> opening = ParseOpening(text);
    ASSERT_TRUE(opening.ok()) << opening.status();
    EXPECT_EQ(opening->salt, Hash{7});
    EXPECT_EQ(opening->payload, payload);
  }
}

TEST(OpeningTest, WrittenAsTheFormatSays) {
  EXPECT_EQ(FormatOpening({.salt = Hash{}, .payload = "x\ny"}),
            "hourbook-evidence@v1\n"
            "salt AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\nx\ny");
}

TEST(OpeningTest, SaysWhichLineIsWrong) {
  const std::string header = "hourbook-evidence@v1\n";
  const std::string salt = "salt AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n";
  const std::pair<std::string, absl::string_view> cases[] = {
      {"", "line 1: an opening begins"},
      {"hourbook-evidence@v2\n" + salt + "\n", "line 1: an opening begins"},
      {header, "line 2: no salt"},
      {header + "salt AAAA\n\n", "line 2: no salt"},
      {header + salt, "line 3: not empty"},
      {header + salt + "payload", "line 3: not empty"},
      {header + salt + "payload\n", "line 3: not empty"},
      {header + salt + "\n" + std::string(kPayloadMaxSize + 1, 'x'), "line 4: the payload has"},
  };
  for (const auto& [text, says] : cases) {
    const absl::Status status = ParseOpening(text).status();
    EXPECT_TRUE(absl::StartsWith(status.message(), says)) << status;
  }
}

TEST(OpeningTest, ThePayloadMayBeAsLargeAsTold) {
  const std::string payload(kPayloadMaxSize, 'x');
  const std::string text = FormatOpening({.salt = Hash{}, .payload = payload});
  EXPECT_LE(text.size(), kOpeningMaxSize);
  EXPECT_TRUE(ParseOpening(text).ok());
}

}  // namespace
}  // namespace hourbook
