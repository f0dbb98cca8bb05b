// The public cases of inclusion and consistency proofs, good and bad (tests/data/vectors).
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "gtest/gtest.h"
#include "ledger/chain/verify.h"
#include "ledger/format/base64.h"

namespace hourbook {
namespace {

using Json = nlohmann::json;

std::vector<Json> Cases(const std::string& name) {
  std::ifstream file(HOURBOOK_TEST_DATA "/vectors/" + name);
  std::vector<Json> cases;
  for (std::string line; std::getline(file, line);) cases.push_back(Json::parse(line));
  return cases;
}

// Nothing where one is not a hash of 32 bytes, or is null.
std::optional<std::vector<Hash>> Hashes(const Json& texts) {
  std::vector<Hash> hashes;
  for (const Json& text : texts) {
    const std::optional<Hash> hash =
        text.is_string() ? Base64DecodeHash(text.get<std::string>()) : std::nullopt;
    if (!hash) return std::nullopt;
    hashes.push_back(*hash);
  }
  return hashes;
}

TEST(PublicProofsTest, Inclusion) {
  const std::vector<Json> cases = Cases("inclusion.jsonl");
  ASSERT_EQ(cases.size(), 98);
  size_t good = 0;
  for (const Json& c : cases) {
    const auto ends = Hashes({c["leafHash"], c["root"]});
    const auto proof = Hashes(c["proof"]);
    const bool verifies =
        ends && proof &&
        VerifyInclusion(c["leafIdx"], c["treeSize"], (*ends)[0], (*ends)[1], *proof).ok();
    EXPECT_EQ(verifies, !c["wantErr"].get<bool>()) << c["file"] << c["desc"];
    good += verifies;
  }
  EXPECT_GT(good, 5);
}

TEST(PublicProofsTest, Consistency) {
  const std::vector<Json> cases = Cases("consistency.jsonl");
  ASSERT_EQ(cases.size(), 98);
  size_t good = 0;
  for (const Json& c : cases) {
    const auto roots = Hashes({c["root1"], c["root2"]});
    const auto proof = Hashes(c["proof"]);
    const bool verifies =
        roots && proof &&
        VerifyConsistency(c["size1"], c["size2"], (*roots)[0], (*roots)[1], *proof).ok();
    // Good in its own project, where a root may have any length.
    const bool has_short_roots =
        c["file"] == "consistency/additional/sizes-are-equal-one-and-proof-is-empty.json";
    EXPECT_EQ(verifies, !c["wantErr"].get<bool>() && !has_short_roots) << c["file"] << c["desc"];
    good += verifies;
  }
  EXPECT_GT(good, 4);
}

}  // namespace
}  // namespace hourbook
