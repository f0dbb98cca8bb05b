#include "ledger/format/checkpoint.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace hourbook {
namespace {

// The example of C2SP tlog-checkpoint.
constexpr absl::string_view kExample =
    "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";

TEST(CheckpointTest, ReadsAndWritesThePublicExample) {
  const absl::StatusOr<Checkpoint> checkpoint = ParseCheckpoint(kExample);
  ASSERT_TRUE(checkpoint.ok()) << checkpoint.status();
  EXPECT_EQ(checkpoint->origin, "example.com/behind-the-sofa");
  EXPECT_EQ(checkpoint->size, 20'852'163);
  EXPECT_EQ(checkpoint->root[0], 0x0a);
  EXPECT_EQ(FormatCheckpoint(*checkpoint), kExample);
}

TEST(CheckpointTest, ExtensionLinesOfOthersArePassedOver) {
  const absl::StatusOr<Checkpoint> checkpoint =
      ParseCheckpoint(absl::StrCat(kExample, "extension\n"));
  ASSERT_TRUE(checkpoint.ok()) << checkpoint.status();
  EXPECT_EQ(FormatCheckpoint(*checkpoint), kExample);
}

TEST(CheckpointTest, SaysWhichLineIsWrong) {
  const absl::string_view root = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";
  const std::pair<std::string, absl::string_view> cases[] = {
      {"", "line 1: missing"},
      {"a", "line 1: does not end"},
      {"a\n1\n", "line 3: missing"},
      {absl::StrCat("\n1\n", root), "line 1: empty"},
      {absl::StrCat("a\n01\n", root), "line 2: not a size"},
      {absl::StrCat("a\n-1\n", root), "line 2: not a size"},
      {absl::StrCat("a\n9223372036854775808\n", root), "line 2: not a size"},
      {"a\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I\n", "line 3: not a root"},
      {"a\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2J=\n", "line 3: not a root"},
      {absl::StrCat("a\n1\n", root, "\n"), "line 4: empty"},
  };
  for (const auto& [text, says] : cases) {
    const absl::Status status = ParseCheckpoint(text).status();
    EXPECT_TRUE(absl::StrContains(status.message(), says)) << text << status;
  }
}

}  // namespace
}  // namespace hourbook
