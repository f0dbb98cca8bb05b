#include "ledger/chain/evidence.h"

#include <set>
#include <string>

#include "absl/status/status.h"
#include "gtest/gtest.h"
#include "ledger/format/opening.h"

namespace hourbook {
namespace {

// RFC 4231 has no case with a key of 32 bytes; this one is from OpenSSL's command line:
// printf 'sign-in sheet' | openssl dgst -sha256 -mac HMAC -macopt hexkey:0101...01 (32 bytes)
TEST(EvidenceTest, IsHmacSha256WithTheSaltAsKey) {
  Hash salt;
  salt.fill(0x01);
  EXPECT_EQ(HexEncode(Commit(salt, "sign-in sheet")), "5b3fb4ccb2178b6b8f38e23c626eec37158c1f6358a96a77961eebfd47fad047");
  EXPECT_EQ(HexEncode(Commit(salt, "")), "2e72eb6626e1d4f7fc6dff111585898f2e37c471a68862f07f10aa2824d57c75");
}

TEST(EvidenceTest, AnOpeningShowsThePayloadOfItsCommitmentAlone) {
  const Hash salt = *NewSalt();
  const std::string payload("photo\0of a report\n", 18);
  const std::string opening = FormatOpening({.salt = salt, .payload = payload});
  const Hash commitment = Commit(salt, payload);
  const absl::StatusOr<absl::string_view> opened = OpenEvidence(opening, commitment);
  ASSERT_TRUE(opened.ok()) << opened.status();
  EXPECT_EQ(*opened, payload);
  EXPECT_EQ(OpenEvidence(opening, Hash{}).status().code(), absl::StatusCode::kDataLoss);
  for (size_t i = 0; i < opening.size(); ++i) {
    std::string changed = opening;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_FALSE(OpenEvidence(changed, commitment).ok()) << "byte " << i;
  }
  for (size_t size = 0; size < opening.size(); ++size) {
    EXPECT_FALSE(OpenEvidence(opening.substr(0, size), commitment).ok()) << size;
  }
}

TEST(EvidenceTest, SaltsAreNeverTheSame) {
  std::set<Hash> salts;
  for (int i = 0; i < 1'000; ++i) salts.insert(*NewSalt());
  EXPECT_EQ(salts.size(), 1'000u);
}

}  // namespace
}  // namespace hourbook
