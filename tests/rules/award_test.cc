#include "tests/rules/town_machine.h"

namespace hourbook {
namespace {

using AwardTest = TownMachine;

TEST_F(AwardTest, ByTheTariffRoundedDown) {
  const Entry service = Sent(Service(480, 59));  // 59 * 10 / 60 = 9.83
  EXPECT_EQ(Send(Award(service, 10)), Verdict::kWrongAmount);
  EXPECT_EQ(Send(Award(service, 8)), Verdict::kWrongAmount);
  Sent(Award(service, 9));
  EXPECT_EQ(Points(), 9u);
}

TEST_F(AwardTest, ByTheTariffOfTheServicesDay) {
  Sent(PolicyEntry(Topic::kTariff, Named('P'), kPatrol, 20, kMidnight + 10 * kDay));
  const Entry before = Sent(Service(10 * 1'440 - 60, 60));
  const Entry after = Sent(Service(10 * 1'440, 60));
  EXPECT_EQ(Send(Award(before, 20)), Verdict::kWrongAmount);
  Sent(Award(before, 10));
  Sent(Award(after, 20));
}

TEST_F(AwardTest, OnceForAService) {
  const Entry service = Sent(Service(480, 60));
  const Entry award = Sent(Award(service, 10));
  EXPECT_EQ(Send(Award(service, 10)), Verdict::kAlreadyAwarded);
  Sent(Reverse(award));
  Sent(Award(service, 10));
  EXPECT_EQ(Send(Award(service, 10)), Verdict::kAlreadyAwarded);
  EXPECT_EQ(Points(), 10u);
}

TEST_F(AwardTest, AVoidedOrLapsedAwardMayBeGivenAgain) {
  const Entry service = Sent(Service(480, 60));
  Entry award = Award(service, 10);
  award.flags = kFlagPending;
  Sent(award);
  EXPECT_EQ(Send(Award(service, 10)), Verdict::kAlreadyAwarded);
  Sent(Second(Kind::kVoid, award));
  award = Award(service, 10);
  award.flags = kFlagPending;
  award.timeout = 5;
  Sent(award);
  now_ += 6'000'000'000;
  Sent(Award(service, 10));
  EXPECT_EQ(Points(), 10u);
}

TEST_F(AwardTest, NeverWithoutAReason) {
  const Entry service = Sent(Service(480, 60));
  Entry award = Award(service, 10);
  award.credit = Named('V', 2);  // another's service
  EXPECT_EQ(Send(award), Verdict::kUnjustified);
  award = Award(service, 10);
  award.code = kUnpaid;  // another category
  EXPECT_EQ(Send(award), Verdict::kUnjustified);
  const Entry unpaid = Sent(Service(600, 60, kUnpaid));
  EXPECT_EQ(Send(Award(unpaid, 10)), Verdict::kUnjustified);
  const Entry pending = Sent(PendingService(700, 60));
  EXPECT_EQ(Send(Award(pending, 10)), Verdict::kUnjustified);
  Entry grant = Grant(10);
  grant.code = kReport + 1;
  EXPECT_EQ(Send(grant), Verdict::kUnjustified);
  grant = Grant(10);
  grant.ref = Sent(Grant(1)).id;  // an entry, but no service
  EXPECT_EQ(Send(grant), Verdict::kUnjustified);
  EXPECT_EQ(Points(), 1u);
}

TEST_F(AwardTest, OfAPendingServiceByWhatWasPosted) {
  const Entry pending = Sent(PendingService(480, 120));
  Entry post = Second(Kind::kPost, pending, 60);
  post.recorder = Named('X');
  Sent(post);
  EXPECT_EQ(Send(Award(pending, 20)), Verdict::kWrongAmount);
  Sent(Award(pending, 10));
}

TEST_F(AwardTest, OfAReversedServiceIsUnjustified) {
  const Entry service = Sent(Service(480, 60));
  Sent(Reverse(service));
  EXPECT_EQ(Send(Award(service, 10)), Verdict::kUnjustified);
}

TEST_F(AwardTest, AGrantHasALimit) {
  EXPECT_EQ(Send(Grant(51)), Verdict::kWrongAmount);
  Sent(Grant(50));
  EXPECT_EQ(Send(Grant(0)), Verdict::kZeroAmount);
}

TEST_F(AwardTest, ABudgetOf400) {
  Rule(Topic::kBudget, Named('P'), 0, 400);
  int ok = 0;
  int exceeded = 0;
  for (int i = 0; i < 22; ++i) {
    const Verdict verdict = Send(Grant(20));
    ok += verdict == Verdict::kOk;
    exceeded += verdict == Verdict::kBudgetExceeded;
  }
  EXPECT_EQ(ok, 20);
  EXPECT_EQ(exceeded, 2);
}

TEST_F(AwardTest, WhatWasTakenBackIsInTheBudgetAgainWhatWasSettledIsNot) {
  Rule(Topic::kBudget, Named('P'), 0, 50);
  const Entry grant = Sent(Grant(50));
  EXPECT_EQ(Send(Grant(1)), Verdict::kBudgetExceeded);
  Sent(Reverse(grant));
  Entry held = Grant(50);
  held.flags = kFlagPending;
  Sent(held);
  EXPECT_EQ(Send(Grant(1)), Verdict::kBudgetExceeded);
  Sent(Second(Kind::kPost, held, 40));
  Sent(Grant(10));
  EXPECT_EQ(Send(Grant(1)), Verdict::kBudgetExceeded);
  Sent(Redeem(50));
  Sent(Value(Kind::kSettle, Named('S'), Named('P'), 50));
  EXPECT_EQ(Send(Grant(1)), Verdict::kBudgetExceeded);
}

TEST_F(AwardTest, AProgrammeWithoutABudgetIssuesNothing) {
  Open(Named('P', 2), PartyKind::kProgramme);
  Rule(Topic::kGrant, Named('P', 2), kReport, 50);
  Entry grant = Grant(1);
  grant.debit = Named('P', 2);
  EXPECT_EQ(Send(grant), Verdict::kBudgetExceeded);
}

TEST_F(AwardTest, SumsOf64BitsDoNotWrap) {
  Rule(Topic::kBudget, Named('P'), 0, UINT64_MAX);
  Rule(Topic::kGrant, Named('P'), kReport, UINT64_MAX);
  Sent(Grant(UINT64_MAX));
  EXPECT_EQ(Send(Grant(1)), Verdict::kBudgetExceeded);
  Open(Named('P', 2), PartyKind::kProgramme);
  Rule(Topic::kGrant, Named('P', 2), kReport, UINT64_MAX);
  Rule(Topic::kBudget, Named('P', 2), 0, UINT64_MAX);
  Entry more = Grant(1);
  more.debit = Named('P', 2);
  EXPECT_EQ(Send(more), Verdict::kOverflow);
  EXPECT_EQ(Points(), UINT64_MAX);
}

}  // namespace
}  // namespace hourbook
