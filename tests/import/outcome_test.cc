#include "tools/hourbook/import/outcome.h"

#include <vector>

#include "gtest/gtest.h"

namespace hourbook::cli {
namespace {

using Fate = RowOutcome::Fate;

RowOutcome Of(const std::vector<hbk_status>& statuses) {
  std::vector<hbk_result> results;
  for (const hbk_status status : statuses) {
    results.push_back({});
    results.back().status = status;
  }
  return OutcomeOf(results);
}

TEST(OutcomeTest, ARowIsNewWhereAnyOfItsEntriesIs) {
  EXPECT_EQ(Of({HBK_OK}).fate, Fate::kAccepted);
  EXPECT_EQ(Of({HBK_OK, HBK_OK}).fate, Fate::kAccepted);
  EXPECT_EQ(Of({HBK_EXISTS, HBK_OK}).fate, Fate::kAccepted);
  EXPECT_EQ(Of({HBK_EXISTS, HBK_EXISTS}).fate, Fate::kExists);
  EXPECT_EQ(Of({HBK_PARTY_EXISTS}).fate, Fate::kExists);
}

TEST(OutcomeTest, TheReasonIsOfTheEntryThatTheOthersFellWith) {
  EXPECT_EQ(Of({HBK_LINKED_ENTRY_FAILED, HBK_BUDGET_EXCEEDED}).reason, "budget_exceeded");
  EXPECT_EQ(Of({HBK_OVERLAP, HBK_LINKED_ENTRY_FAILED}).reason, "overlap");
  EXPECT_EQ(Of({HBK_OVERLAP}).fate, Fate::kRefused);
  EXPECT_EQ(Of({HBK_OVERLAP}).message, hbk_status_message(HBK_OVERLAP));
}

TEST(OutcomeTest, WhicheverFieldDiffersItIsAnotherRowOfTheSameKey) {
  for (hbk_status status = HBK_EXISTS_WITH_DIFFERENT_KIND;
       status <= HBK_EXISTS_WITH_DIFFERENT_EVIDENCE; ++status) {
    EXPECT_EQ(Of({status, HBK_LINKED_ENTRY_FAILED}).reason, "exists_with_different") << status;
  }
}

}  // namespace
}  // namespace hourbook::cli
