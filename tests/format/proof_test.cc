#include "ledger/format/proof.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace hourbook {
namespace {

const std::string kHash = absl::StrCat("gSKyXoYZUgZ6jduWYrkDOARinOMGJveXjgMkBTcdPlQ=", "\n");

TEST(ProofTest, ReadsWhatItWrites) {
  for (const absl::string_view extra : {"", "more"}) {
    const Proof proof{.index = 73'894,
                      .hashes = {Hash{1}, Hash{2}},
                      .checkpoint = "origin\n1\nroot\n\n— a b\n",
                      .extra = std::string(extra)};
    const absl::StatusOr<Proof> again = ParseProof(FormatProof(proof));
    ASSERT_TRUE(again.ok()) << again.status();
    EXPECT_EQ(again->index, proof.index);
    EXPECT_EQ(again->hashes, proof.hashes);
    EXPECT_EQ(again->checkpoint, proof.checkpoint);
    EXPECT_EQ(again->extra, extra);
  }
}

TEST(ProofTest, WrittenAsTheStandardSays) {
  EXPECT_EQ(FormatProof({.index = 0, .hashes = {}, .checkpoint = "c\n", .extra = ""}),
            "c2sp.org/tlog-proof@v1\nindex 0\n\nc\n");
  EXPECT_EQ(FormatProof({.index = 7, .hashes = {Hash{}}, .checkpoint = "c\n", .extra = "f"}),
            "c2sp.org/tlog-proof@v1\nextra Zg==\nindex 7\n"
            "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\nc\n");
}

TEST(ProofTest, SaysWhichLineIsWrong) {
  const std::string header = "c2sp.org/tlog-proof@v1\n";
  const std::pair<std::string, absl::string_view> cases[] = {
      {"", "line 1: a proof begins"},
      {"c2sp.org/tlog-proof@v2\nindex 0\n\nc\n", "line 1: a proof begins"},
      {header, "line 2: no index"},
      {header + "extra Zg\nindex 0\n\nc\n", "line 2: extra data"},
      {header + "extra \nindex 0\n\nc\n", "line 2: extra data"},
      {header + "extra Zg==\n\nc\n", "line 3: no index"},
      {header + "index 00\n\nc\n", "line 2: not an index"},
      {header + "index 1\n" + kHash, "line 4: missing"},
      {header + "index 1\n" + kHash + "x\n\nc\n", "line 4: not a hash"},
      {header + "index 1\n" + kHash + "\n", "line 5: no checkpoint"},
  };
  for (const auto& [text, says] : cases) {
    const absl::Status status = ParseProof(text).status();
    EXPECT_TRUE(absl::StrContains(status.message(), says)) << text << status;
  }
}

TEST(ProofTest, TakesUpTo63Hashes) {
  std::string text = "c2sp.org/tlog-proof@v1\nindex 1\n";
  for (size_t i = 0; i < kProofMaxHashes; ++i) text += kHash;
  EXPECT_TRUE(ParseProof(text + "\nc\n").ok());
  EXPECT_TRUE(absl::StrContains(ParseProof(text + kHash + "\nc\n").status().message(),
                                "line 66: more than 63"));
}

}  // namespace
}  // namespace hourbook
