#include "ledger/rules/balance.h"

#include "gtest/gtest.h"

namespace hourbook {
namespace {

TEST(BalanceTest, SumsStopAtTheirLimit) {
  EXPECT_EQ(AddChecked(UINT64_MAX, 0), UINT64_MAX);
  EXPECT_EQ(AddChecked(UINT64_MAX, 1), std::nullopt);
  EXPECT_EQ(AddChecked(UINT64_MAX, UINT64_MAX), std::nullopt);
}

TEST(BalanceTest, AHoldTakesFromWhatIsAvailable) {
  Balance balance{};
  ASSERT_TRUE(Credit(balance, 100, false));
  ASSERT_TRUE(Debit(balance, 30, true));
  EXPECT_EQ(Available(balance), 70u);
  EndDebitHold(balance, 30, 20);  // collected in part
  EXPECT_EQ(Available(balance), 80u);
  EXPECT_EQ(balance, (Balance{20, 100, 0, 0}));
}

TEST(BalanceTest, AVoidedHoldLeavesNoTrace) {
  Balance balance{};
  ASSERT_TRUE(Credit(balance, 100, false));
  const Balance before = balance;
  ASSERT_TRUE(Debit(balance, 30, true));
  EndDebitHold(balance, 30, 0);
  EXPECT_EQ(balance, before);
}

TEST(BalanceTest, WhatIsOnlyPromisedCannotBeSpent) {
  Balance balance{};
  ASSERT_TRUE(Credit(balance, 50, true));
  EXPECT_EQ(Available(balance), 0u);
  EndCreditHold(balance, 50, 50);
  EXPECT_EQ(Available(balance), 50u);
}

TEST(BalanceTest, ASourceBelowZeroHasNothingAvailable) {
  Balance team{};
  ASSERT_TRUE(Debit(team, 90, false));
  EXPECT_EQ(Available(team), 0u);
}

TEST(BalanceTest, OverflowIsRefusedWithNothingChanged) {
  for (const bool pending : {false, true}) {
    Balance balance{};
    ASSERT_TRUE(Debit(balance, UINT64_MAX - 1, !pending));
    ASSERT_TRUE(Credit(balance, UINT64_MAX - 1, !pending));
    const Balance before = balance;
    EXPECT_FALSE(Debit(balance, 2, pending));
    EXPECT_FALSE(Credit(balance, 2, pending));
    EXPECT_EQ(balance, before);
    EXPECT_TRUE(Debit(balance, 1, pending));
    EXPECT_TRUE(Credit(balance, 1, pending));
  }
}

TEST(BalanceDeathTest, AHoldEndsForAtMostWhatItHeld) {
  Balance balance{};
  ASSERT_TRUE(Debit(balance, 30, true));
  EXPECT_DEATH(EndDebitHold(balance, 30, 31), "a hold ends once");
  EXPECT_DEATH(EndDebitHold(balance, 31, 0), "a hold ends once");
}

}  // namespace
}  // namespace hourbook
