#include "ledger/rules/verdict.h"

#include <set>
#include <string>

#include "gtest/gtest.h"

namespace hourbook {
namespace {

TEST(VerdictTest, EveryVerdictHasANameOfItsOwnAndASentence) {
  std::set<std::string> names;
  int known = 0;
  for (uint32_t number = 0; number < 1000; ++number) {
    const auto verdict = static_cast<Verdict>(number);
    const absl::string_view name = NameOf(verdict);
    if (name == "unknown") continue;
    ++known;
    EXPECT_TRUE(names.insert(std::string(name)).second) << name << " is given twice";
    EXPECT_EQ(MessageOf(verdict).back(), '.') << name;
  }
  EXPECT_EQ(known, 79) << "as many as verdict.h lists; a new one needs its text in verdict.cc";
}

TEST(VerdictTest, NamesAreThoseThatReportsPrint) {
  EXPECT_EQ(NameOf(Verdict::kOk), "ok");
  EXPECT_EQ(NameOf(Verdict::kExistsWithDifferentOccurredAt), "exists_with_different_occurred_at");
  EXPECT_EQ(NameOf(Verdict::kSelfVerified), "self_verified");
  EXPECT_EQ(NameOf(Verdict::kNoAuthority), "no_authority");
  EXPECT_EQ(NameOf(static_cast<Verdict>(99)), "unknown");
  EXPECT_EQ(NameOf(static_cast<Verdict>(UINT32_MAX)), "unknown");
}

TEST(VerdictTest, AKnownIdStandsOnlyWithTheSameBody) {
  EXPECT_TRUE(Stands(Verdict::kOk));
  EXPECT_TRUE(Stands(Verdict::kExists));
  EXPECT_FALSE(Stands(Verdict::kExistsWithDifferentAmount));
  EXPECT_TRUE(IsExisting(Verdict::kExistsWithDifferentEvidence));
  EXPECT_FALSE(IsExisting(Verdict::kLinkedEntryFailed));
  EXPECT_FALSE(IsExisting(Verdict::kOk));
}

}  // namespace
}  // namespace hourbook
