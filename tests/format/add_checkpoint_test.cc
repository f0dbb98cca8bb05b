#include "ledger/format/add_checkpoint.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "ledger/format/proof.h"

namespace hourbook {
namespace {

const std::string kHash = absl::StrCat("gSKyXoYZUgZ6jduWYrkDOARinOMGJveXjgMkBTcdPlQ=", "\n");

TEST(AddCheckpointTest, ReadsWhatItWrites) {
  for (const std::vector<Hash>& hashes : {std::vector<Hash>{}, {Hash{1}}, {Hash{1}, Hash{2}}}) {
    const AddCheckpoint request{
        .old_size = 20'852'014, .hashes = hashes, .checkpoint = "origin\n1\nroot\n\n— a b\n"};
    const absl::StatusOr<AddCheckpoint> again = ParseAddCheckpoint(FormatAddCheckpoint(request));
    ASSERT_TRUE(again.ok()) << again.status();
    EXPECT_EQ(again->old_size, request.old_size);
    EXPECT_EQ(again->hashes, request.hashes);
    EXPECT_EQ(again->checkpoint, request.checkpoint);
  }
}

TEST(AddCheckpointTest, WrittenAsTheStandardSays) {
  EXPECT_EQ(FormatAddCheckpoint({.old_size = 0, .hashes = {}, .checkpoint = "c\n"}),
            "old 0\n\nc\n");
  EXPECT_EQ(FormatAddCheckpoint({.old_size = 7, .hashes = {Hash{}}, .checkpoint = "c\n"}),
            "old 7\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\nc\n");
}

TEST(AddCheckpointTest, SaysWhichLineIsWrong) {
  const std::pair<std::string, absl::string_view> cases[] = {
      {"", "line 1: it begins"},
      {"old 1", "line 1: it begins"},
      {"Old 1\n\nc\n", "line 1: it begins"},
      {"old\n\nc\n", "line 1: it begins"},
      {"old  1\n\nc\n", "line 1: not a size"},
      {"old 01\n\nc\n", "line 1: not a size"},
      {"old -1\n\nc\n", "line 1: not a size"},
      {"old 9223372036854775808\n\nc\n", "line 1: not a size"},
      {"old 1\n", "line 2: missing"},
      {"old 1\n" + kHash, "line 3: missing"},
      {"old 1\n" + kHash + "x\n\nc\n", "line 3: not a hash"},
      {"old 1\n" + kHash + "\n", "line 4: no checkpoint"},
      {"old 1\n" + std::string(kAddCheckpointMaxSize, 'a'), "line 1: the request has 1010006"},
  };
  for (const auto& [text, says] : cases) {
    const absl::Status status = ParseAddCheckpoint(text).status();
    EXPECT_TRUE(absl::StrContains(status.message(), says)) << text.substr(0, 200) << status;
  }
}

TEST(AddCheckpointTest, TakesUpTo63Hashes) {
  std::string text = "old 1\n";
  for (size_t i = 0; i < kProofMaxHashes; ++i) text += kHash;
  EXPECT_TRUE(ParseAddCheckpoint(text + "\nc\n").ok());
  EXPECT_TRUE(absl::StrContains(ParseAddCheckpoint(text + kHash + "\nc\n").status().message(),
                                "line 65: more than 63"));
}

}  // namespace
}  // namespace hourbook
