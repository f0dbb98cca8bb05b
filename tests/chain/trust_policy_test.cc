#include "ledger/chain/trust_policy.h"

#include <map>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gtest/gtest.h"

namespace hourbook {
namespace {

// Any 32 bytes do: whether they are a key's is seen when something is verified.
Verifier Key(const std::string& name, SignatureType type, uint32_t number) {
  Verifier verifier{.name = name, .type = type, .public_key = {}};
  for (int i = 0; i < 4; ++i) verifier.public_key[i] = static_cast<uint8_t>(number >> (8 * i));
  return verifier;
}

std::string LogKey(uint32_t number = 0) {
  return FormatVkey(Key("town.example/hours", SignatureType::kEd25519, number));
}

std::string WitnessKey(uint32_t number) {
  return FormatVkey(Key("witness.example", SignatureType::kCosignature, number));
}

std::string WitnessLine(const std::string& name, uint32_t number) {
  return absl::StrCat("witness ", name, " ", WitnessKey(number), "\n");
}

// Six witnesses of two organisations, as the standard's own example has it.
std::string TwoOrganisations() {
  std::string text = absl::StrCat("log ", LogKey(), " https://town.example/\n\n");
  uint32_t number = 1;
  for (const char* name : {"X1", "X2", "X3", "Y1", "Y2", "Y3"}) text += WitnessLine(name, number++);
  return text + "group X-witnesses 2 X1 X2 X3\n"
                "group Y-witnesses any Y1 Y2 Y3\n"
                "\t# a comment\n"
                "  group\tX-and-Y  all X-witnesses Y-witnesses\t \n"
                "quorum X-and-Y\n";
}

TEST(TrustPolicyTest, ReadsAllKindsOfLines) {
  const absl::StatusOr<TrustPolicy> policy = ParseTrustPolicy(TwoOrganisations());
  ASSERT_TRUE(policy.ok()) << policy.status();
  ASSERT_EQ(policy->logs.size(), 1);
  EXPECT_EQ(policy->logs[0].key.name, "town.example/hours");
  EXPECT_EQ(policy->logs[0].url, "https://town.example/");
  ASSERT_EQ(policy->witnesses.size(), 6);
  EXPECT_EQ(policy->witnesses[4].name, "Y2");
  EXPECT_EQ(FormatVkey(policy->witnesses[4].key), WitnessKey(5));
  EXPECT_EQ(policy->witnesses[4].url, "");
  ASSERT_EQ(policy->groups.size(), 3);
  EXPECT_EQ(policy->groups[0].threshold, 2);
  EXPECT_EQ(policy->groups[1].threshold, 1);
  EXPECT_EQ(policy->groups[2].threshold, 2);
  EXPECT_EQ(policy->groups[1].members[0].kind, TrustPolicy::Member::kWitness);
  EXPECT_EQ(policy->groups[1].members[0].index, 3);
  EXPECT_EQ(policy->groups[2].members[1].kind, TrustPolicy::Member::kGroup);
  EXPECT_EQ(policy->groups[2].members[1].index, 1);
  EXPECT_EQ(NameOf(*policy, policy->quorum), "X-and-Y");
}

TEST(TrustPolicyTest, NeedsNoMoreThanAQuorum) {
  const absl::StatusOr<TrustPolicy> policy = ParseTrustPolicy("quorum none\n");
  ASSERT_TRUE(policy.ok()) << policy.status();
  EXPECT_TRUE(policy->logs.empty());
  EXPECT_EQ(NameOf(*policy, policy->quorum), "none");
  const absl::StatusOr<TrustPolicy> one = ParseTrustPolicy(WitnessLine("w", 1) + "quorum w\n");
  ASSERT_TRUE(one.ok()) << one.status();
  EXPECT_EQ(NameOf(*one, one->quorum), "w");
}

TEST(TrustPolicyTest, NamesAreOctets) {
  const std::string policy =
      absl::StrCat(WitnessLine("all", 1), WitnessLine("\xe2\x84\xaa", 2), WitnessLine("K", 3),
                   WitnessLine("\xff", 4),
                   "# \xfe\ngroup any all all \xe2\x84\xaa K \xff\nquorum any\n");
  EXPECT_TRUE(ParseTrustPolicy(policy).ok()) << ParseTrustPolicy(policy).status();
}

TEST(TrustPolicyTest, TheQuorumMayStandAboveOtherLines) {
  const std::string policy = absl::StrCat(WitnessLine("a", 1), "quorum a\n", WitnessLine("b", 2),
                                          "group g all a b\n");
  EXPECT_TRUE(ParseTrustPolicy(policy).ok()) << ParseTrustPolicy(policy).status();
}

TEST(TrustPolicyTest, SaysWhichLineIsWrong) {
  const std::string a = WitnessLine("a", 1), b = WitnessLine("b", 2), none = "quorum none\n";
  const struct {
    std::string policy;
    absl::string_view says;
  } cases[] = {
      {"", "line 1: no quorum"},
      {a, "line 2: no quorum"},
      {"# only a comment\n\n", "line 3: no quorum"},
      {"quorum none", "line 1: the last line does not end in a newline"},
      {none + "#", "line 2: the last line does not end in a newline"},
      {none + none, "line 2: a second quorum"},
      {none + "\n" + a + "quorum a\n", "line 4: a second quorum"},
      {"quorum\n", "line 1: not of the form: quorum"},
      {"quorum none none\n", "line 1: not of the form: quorum"},
      {"quorum a\n" + a, "line 1: no witness or group above has the name a"},
      {a + "quorum A\n", "line 2: no witness or group above has the name A"},
      {"quorum none\r\n", "line 1: a control character"},
      {none + "# bell \a\n", "line 2: a control character"},
      {none + "# \x7f\n", "line 2: a control character"},
      {none + std::string("# \0\n", 4), "line 2: a control character"},
      {"Quorum none\n", "line 1: a line begins with"},
      {none + "witnesses\n", "line 2: a line begins with"},
      {"log\n", "line 1: not of the form: log"},
      {absl::StrCat("log ", LogKey(), " url more\n"), "line 1: not of the form: log"},
      {"log town.example\n", "line 1: vkey: not of the form"},
      {absl::StrCat("log ", WitnessKey(1), "\n"), "line 1: a log's key has type 1"},
      {absl::StrCat("log ", LogKey(), "\nlog ", LogKey(), " url\n"),
       "line 2: the key is given twice"},
      {absl::StrCat("log ", LogKey(7), "\nlog ",
                    FormatVkey(Key("other", SignatureType::kEd25519, 7)), "\n"),
       "line 2: the key is given twice"},
      {"witness a\n", "line 1: not of the form: witness"},
      {absl::StrCat("witness a ", WitnessKey(1), " url # no comment\n"),
       "line 1: not of the form: witness"},
      {absl::StrCat("witness a ", LogKey(), "\n"), "line 1: a witness's key has type 4"},
      {absl::StrCat("witness none ", WitnessKey(1), "\n"), "line 1: none is not a name"},
      {a + WitnessLine("b", 1), "line 2: the key is given twice"},
      {absl::StrCat(a, "witness b ",
                    FormatVkey(Key("other", SignatureType::kCosignature, 1)), "\n"),
       "line 2: the key is given twice"},
      {a + WitnessLine("a", 2), "line 2: the name a is given twice"},
      {a + b + "group a all b\n", "line 3: the name a is given twice"},
      {a + b + "group g all a\n" + "group g all b\n", "line 4: the name g is given twice"},
      {a + "group none all a\n", "line 2: none is not a name"},
      {a + "group g all\n", "line 2: not of the form: group"},
      {a + "group g a b\n", "line 2: after the group's name comes all, any"},
      {a + "group g 0 a\n", "line 2: after the group's name comes all, any"},
      {a + "group g 2 a\n", "line 2: after the group's name comes all, any"},
      {a + "group g 01 a\n", "line 2: after the group's name comes all, any"},
      {a + "group g +1 a\n", "line 2: after the group's name comes all, any"},
      {a + "group g ALL a\n", "line 2: after the group's name comes all, any"},
      {a + "group g any none\n", "line 2: no witness or group above has the name none"},
      {a + "group g any b\n" + b, "line 2: no witness or group above has the name b"},
      {a + "group g any g\n", "line 2: no witness or group above has the name g"},
      {a + "group g any a a\n", "line 2: a is in a group already"},
      {a + b + "group g any a\ngroup h any b a\n", "line 4: a is in a group already"},
      {a + "group g any a\ngroup h any g\ngroup i any g\n", "line 4: g is in a group already"},
      {none + std::string(kTrustPolicyMaxSize, '\n'), "line 1: the policy has 100012 bytes"},
  };
  for (const auto& c : cases) {
    const absl::Status refused = ParseTrustPolicy(c.policy).status();
    ASSERT_EQ(refused.code(), absl::StatusCode::kInvalidArgument) << c.policy;
    EXPECT_TRUE(absl::StrContains(refused.message(), absl::StrCat("policy, ", c.says)))
        << c.policy << refused;
  }
}

TEST(TrustPolicyTest, TakesUpToItsMaximumOfEach) {
  const std::string none = "quorum none\n";
  std::string logs, witnesses, groups;
  for (uint32_t i = 0; i < kTrustPolicyMaxOfEach; ++i) {
    absl::StrAppend(&logs, "log ", LogKey(i), "\n");
    absl::StrAppend(&witnesses, WitnessLine(absl::StrCat("w", i), i));
    absl::StrAppend(&groups, "group g", i, " all w", i, "\n");
  }
  EXPECT_TRUE(ParseTrustPolicy(logs + witnesses + groups + none).ok());
  const uint32_t other = kTrustPolicyMaxOfEach;
  for (const auto& [policy, says] : std::map<std::string, absl::string_view>{
           {absl::StrCat(logs, "log ", LogKey(other), "\n"), "line 61: more than 60 logs"},
           {witnesses + WitnessLine("w", other), "line 61: more than 60 witnesses"},
           {witnesses + groups + "group g any g1\n", "line 121: more than 60 groups"}}) {
    const absl::Status refused = ParseTrustPolicy(policy + none).status();
    EXPECT_TRUE(absl::StrContains(refused.message(), says)) << refused;
  }
}

TEST(TrustPolicyTest, KeysThatSignaturesCannotTellApart) {
  std::map<uint32_t, uint32_t> numbers;  // by key id; two meet after some 2^16
  for (uint32_t i = 0;; ++i) {
    const auto [met, is_new] =
        numbers.emplace(Key("witness.example", SignatureType::kCosignature, i).key_id(), i);
    if (is_new) continue;
    const absl::Status refused =
        ParseTrustPolicy(WitnessLine("a", met->second) + WitnessLine("b", i)).status();
    EXPECT_TRUE(absl::StrContains(refused.message(), "line 2: another key has the same name"))
        << refused;
    break;
  }
}

// What is still read is a policy like any other; nothing else matters here than that it ends well.
TEST(TrustPolicyTest, AnyByteChangedOrMissing) {
  const std::string policy = TwoOrganisations();
  size_t refused = 0;
  for (size_t at = 0; at < policy.size(); ++at) {
    for (int change = 1; change < 256; ++change) {
      std::string changed = policy;
      changed[at] = static_cast<char>(changed[at] + change);
      const absl::StatusOr<TrustPolicy> read = ParseTrustPolicy(changed);
      refused += !read.ok();
      if (read.ok()) EXPECT_NE(NameOf(*read, read->quorum), "");
      else EXPECT_TRUE(absl::StrContains(read.status().message(), "policy, line "));
    }
    EXPECT_FALSE(ParseTrustPolicy(policy.substr(0, at)).ok()) << at;
    static_cast<void>(ParseTrustPolicy(policy.substr(at)));
  }
  EXPECT_GT(refused, policy.size() * 100);
}

}  // namespace
}  // namespace hourbook
