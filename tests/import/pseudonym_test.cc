#include "tools/hourbook/import/pseudonym.h"

#include <sys/stat.h>

#include <filesystem>
#include <numeric>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/import/scratch_file.h"
#include "tools/hourbook/hex.h"

namespace hourbook::cli {
namespace {

Secret CountingSecret() {
  Hash key;
  std::iota(key.begin(), key.end(), uint8_t{0});
  return Secret(key);
}

// Both expected values are from Python:
//   hmac.new(bytes(range(32)), b"volunteer\0V0001", hashlib.sha256).hexdigest()[:32]
//   hmac.new(bytes(range(32)), b"row" + b"".join(struct.pack("<I", len(f)) + f for f in fields), …)
TEST(PseudonymTest, IsTheHmacThatTheHeaderSays) {
  EXPECT_EQ(HexText(CountingSecret().Pseudonym("volunteer", "V0001")),
            "7aea11b2a109dde156aee440b3db8010");
  EXPECT_EQ(HexText(CountingSecret().Commit({"Q1", "", "何"})),
            "f29984faffd30da8c1a9eb42b96ee0db467b9d625db32065c97c5c164cec2cf3");
}

TEST(PseudonymTest, DomainsAndFieldsDoNotRunIntoEachOther) {
  const Secret secret = CountingSecret();
  EXPECT_NE(secret.Pseudonym("team", "1"), secret.Pseudonym("station", "1"));
  EXPECT_NE(secret.Pseudonym("a", "bc"), secret.Pseudonym("ab", "c"));
  EXPECT_NE(secret.Commit({"a", "bc"}), secret.Commit({"ab", "c"}));
  EXPECT_NE(secret.Commit({"a"}), secret.Commit({"a", ""}));
}

TEST(SecretTest, IsCreatedOnceForItsOwnerAlone) {
  const ScratchFile file("");
  std::filesystem::remove(file.path());
  Secret::Create(file.path());
  struct stat made;
  ASSERT_EQ(stat(file.path().c_str(), &made), 0);
  EXPECT_EQ(made.st_mode & 07777, 0600u);
  EXPECT_EQ(made.st_size, 65);
  const Id id = Secret::Load(file.path()).Pseudonym("team", "1");
  EXPECT_TRUE(absl::StrContains(ErrorOf([&] { Secret::Create(file.path()); }), "File exists"));
  EXPECT_EQ(Secret::Load(file.path()).Pseudonym("team", "1"), id);
}

TEST(SecretTest, WarnsWhereOthersMayReadIt) {
  const ScratchFile file(absl::StrCat(std::string(64, '0'), "\n"));
  for (const auto& [mode, warns] : {std::pair{0600u, false}, {0640u, true}, {0604u, true}}) {
    ASSERT_EQ(chmod(file.path().c_str(), mode), 0);
    testing::internal::CaptureStderr();
    Secret::Load(file.path());
    EXPECT_EQ(absl::StrContains(testing::internal::GetCapturedStderr(), "others can read"), warns);
  }
}

TEST(SecretTest, IsExactly64Digits) {
  for (const std::string& text : {std::string(), std::string(63, '0'), std::string(65, '0'),
                                  absl::StrCat(std::string(63, '0'), "g"),
                                  absl::StrCat("0x", std::string(62, '0'))}) {
    const ScratchFile file(text);
    EXPECT_TRUE(
        absl::StrContains(ErrorOf([&] { Secret::Load(file.path()); }), "64 hexadecimal digits"))
        << text;
  }
}

}  // namespace
}  // namespace hourbook::cli
