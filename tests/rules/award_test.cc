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

// What is voided stays in a month's budget, so that its sum may pass what 64 bits hold.
TEST_F(AwardTest, WhatIsVoidedDoesNotWrapAMonthsBudget) {
  constexpr uint64_t kHalf = uint64_t{1} << 63;
  Rule(Topic::kBudget, Named('P'), 0, UINT64_MAX);
  Rule(Topic::kGrant, Named('P'), kReport, kHalf);
  for (int i = 0; i < 2; ++i) {
    Entry held = Grant(kHalf);
    held.flags = kFlagPending;
    Sent(Second(Kind::kVoid, Sent(held)));
  }
  Rule(Topic::kMonthBudget, Named('P'), 0, 100);
  EXPECT_EQ(Send(Grant(1)), Verdict::kBudgetExceeded);
  Rule(Topic::kMonthBudget, Named('P'), 0, UINT64_MAX);
  Rule(Topic::kYearBudget, Named('P'), 0, 100);
  EXPECT_EQ(Send(Grant(1)), Verdict::kBudgetExceeded);
}

TEST_F(AwardTest, TheHighestTariffDoesNotWrap) {
  Rule(Topic::kBudget, Named('P'), 0, UINT64_MAX);
  constexpr uint64_t kHighest = UINT64_MAX / 1'440;
  EXPECT_EQ(Send(PolicyEntry(Topic::kTariff, Named('P'), kPatrol, kHighest + 1)),
            Verdict::kValueOutOfRange);
  Rule(Topic::kTariff, Named('P'), kPatrol, kHighest);
  Rule(Topic::kDailyCapMinutes, kNoId, 0, 1'440);
  Rule(Topic::kMaxServiceMinutes, kNoId, 0, 1'440);
  Sent(Award(Sent(Service(0, 1'440)), kHighest * 24));
  Rule(Topic::kRounding, Named('P'), kPatrol, 1);
  // Of all services together no policy keeps the sum small.
  EXPECT_EQ(Send(Award(Sent(Service(1'440, 1'440)), 0)), Verdict::kOverflow);
}

// Twelve shifts of 50 minutes at a point an hour: none by itself is worth one, together they are 10.
class RoundingTest : public TownMachine {
 protected:
  RoundingTest() { Rule(Topic::kTariff, Named('P'), kPatrol, 1); }

  // Points for twelve shifts, each asked for without an amount.
  uint64_t PointsOfTwelve(uint64_t minutes) {
    for (int64_t day = 0; day < 12; ++day) {
      const Entry service = Sent(Service(day * 1'440 + 480, minutes));
      const Verdict verdict = Send(Award(service, 0));
      EXPECT_TRUE(verdict == Verdict::kOk || verdict == Verdict::kZeroAmount) << NameOf(verdict);
    }
    return Points();
  }
};

TEST_F(RoundingTest, EachEntryByItself) { EXPECT_EQ(PointsOfTwelve(50), 0u); }

TEST_F(RoundingTest, Cumulative) {
  Rule(Topic::kRounding, Named('P'), kPatrol, 1);
  EXPECT_EQ(PointsOfTwelve(50), 10u);
}

// Each service is rounded as its day has it: what was lost to rounding once is not paid later.
TEST_F(RoundingTest, CumulativeFromItsDayOn) {
  for (int64_t day = 0; day < 12; ++day) Sent(Service(day * 1'440 + 480, 50));
  Sent(PolicyEntry(Topic::kRounding, Named('P'), kPatrol, 1, kMidnight + 12 * kDay));
  EXPECT_EQ(Send(Award(Sent(Service(13 * 1'440, 59)), 0)), Verdict::kZeroAmount);
  Sent(Award(Sent(Service(14 * 1'440, 1)), 1));
}

TEST_F(RoundingTest, WholeHours) {
  Rule(Topic::kRounding, Named('P'), kPatrol, 2);
  Rule(Topic::kTariff, Named('P'), kPatrol, 10);
  EXPECT_EQ(PointsOfTwelve(119), 12 * 10u);
}

TEST_F(RoundingTest, CumulativeCountsWhatStandsAlone) {
  Rule(Topic::kRounding, Named('P'), kPatrol, 1);
  Sent(Reverse(Sent(Service(0, 50))));
  Sent(PendingService(1'440, 50));
  Sent(Service(4 * 1'440, 50, kUnpaid));  // of another category
  EXPECT_EQ(Send(Award(Sent(Service(2 * 1'440, 50)), 0)), Verdict::kZeroAmount);
  Sent(Award(Sent(Service(3 * 1'440, 50)), 1));
}

// Once, a service reversed and recorded anew, shorter, was paid a second time.
TEST_F(RoundingTest, ACorrectionNeitherGainsNorLoses) {
  Rule(Topic::kRounding, Named('P'), kPatrol, 1);
  const Entry first = Sent(Service(0, 50));
  Sent(Award(Sent(Service(1'440, 50)), 1));
  Sent(Reverse(first));
  EXPECT_EQ(Send(Award(Sent(Service(0, 40)), 1)), Verdict::kWrongAmount) << "90 minutes are one hour";
  const Entry later = Sent(Service(2 * 1'440, 30));
  Sent(Award(later, 0));  // 120 are two
  EXPECT_EQ(Points(), 2u);
}

TEST_F(RoundingTest, WhatWasPendingIsPaidWhenItIsPosted) {
  Rule(Topic::kRounding, Named('P'), kPatrol, 1);
  const Entry pending = Sent(PendingService(0, 50));
  Sent(Award(Sent(Service(1'440, 70)), 1));
  Entry post = Second(Kind::kPost, pending);
  post.recorder = Named('X');
  Sent(post);
  Sent(Award(pending, 1));  // 120 are two
}

TEST_F(RoundingTest, AnAmountLeftOutIsAnsweredAgain) {
  const Entry award = Sent(Award(Sent(Service(0, 120)), 0));
  EXPECT_EQ(Points(), 2u);
  EXPECT_EQ(Send(award), Verdict::kExists);
  Entry other = award;
  other.amount = 3;
  EXPECT_EQ(Send(other), Verdict::kExistsWithDifferentAmount);
}

// Budget 400; 22 awards of 20 asked: 20 succeed, 2 do not, nothing remains.
TEST_F(RoundingTest, ABudgetPaysWhatItHolds) {
  Rule(Topic::kBudget, Named('P'), 0, 400);
  int paid = 0;
  for (int i = 0; i < 22; ++i) {
    const Verdict verdict = Send(Grant(20));
    EXPECT_EQ(verdict, i < 20 ? Verdict::kOk : Verdict::kBudgetExceeded);
    paid += verdict == Verdict::kOk;
  }
  EXPECT_EQ(paid, 20);
  EXPECT_EQ(Points(), 400u);
}

class PeriodBudgetTest : public TownMachine {};

TEST_F(PeriodBudgetTest, AGrantLeftOutIsWhatThePolicyOfNowGives) {
  Sent(Grant(0));
  EXPECT_EQ(Points(), 50u);
  Sent(PolicyEntry(Topic::kGrant, Named('P'), kReport, 10, now_));
  now_ += kMinute;
  Entry backdated = Grant(50);
  backdated.occurred_at = kMidnight;
  EXPECT_EQ(Send(backdated), Verdict::kWrongAmount) << "nobody chooses the policy by a date";
}

TEST_F(PeriodBudgetTest, OfAMonthAndOfAYear) {
  Rule(Topic::kMonthBudget, Named('P'), 0, 60);
  Rule(Topic::kYearBudget, Named('P'), 0, 100);
  const Entry first = Sent(Grant(50));
  EXPECT_EQ(Send(Grant(11)), Verdict::kBudgetExceeded);
  Sent(Reverse(first));
  EXPECT_EQ(Send(Grant(11)), Verdict::kBudgetExceeded) << "what was issued was issued";
  Sent(Grant(10));
  now_ = kMidnight + 31 * kDay;  // 1 February
  Sent(Grant(40));
  EXPECT_EQ(Send(Grant(1)), Verdict::kBudgetExceeded) << "100 of the year are issued";
  now_ = kMidnight + 365 * kDay - 1'000'000'000;  // 31 December, a second before midnight
  EXPECT_EQ(Send(Grant(1)), Verdict::kBudgetExceeded);
  now_ = kMidnight + 365 * kDay;  // 1 January 2026
  Sent(Grant(50));
}

// Riders' reports: 60 valid at 10 points and 36 at 15, 14 sent twice, 10 rejected: 1,140 points, and
// no minutes. A report is paid once, whoever sends it again, for its id is the award's.
TEST_F(PeriodBudgetTest, ReportsOfRidersArePaidOnce) {
  constexpr uint16_t kHazard = 11, kRoad = 12;
  Rule(Topic::kBudget, Named('P'), 0, 10'000);
  Rule(Topic::kGrant, Named('P'), kHazard, 10);
  Rule(Topic::kGrant, Named('P'), kRoad, 15);
  for (const uint16_t code : {kHazard, kRoad}) Rule(Topic::kGrantOnce, Named('P'), code, 1);
  const auto report = [&](uint64_t number, uint16_t code, uint64_t points) {
    Entry entry = Grant(points);
    entry.id = Named('w', number);  // the work order's
    entry.ref = entry.id;
    entry.code = code;
    return entry;
  };
  for (uint64_t i = 0; i < 60; ++i) Sent(report(i, kHazard, 10));
  for (uint64_t i = 60; i < 96; ++i) Sent(report(i, kRoad, 15));
  for (uint64_t i = 0; i < 14; ++i) {
    Entry again = report(i, kHazard, 10);
    EXPECT_EQ(Send(again), Verdict::kExists);
    again.credit = Named('V', 2);
    EXPECT_EQ(Send(again), Verdict::kExistsWithDifferentCredit);
    again.id = Named('z', i);
    EXPECT_EQ(Send(again), Verdict::kAlreadyAwarded);
  }
  Entry other = report(200, kHazard, 10);
  other.id = Named('z', 200);
  EXPECT_EQ(Send(other), Verdict::kIdNotRef);
  EXPECT_EQ(Points(), 1'140u);
  EXPECT_EQ(Minutes(), 0u);
}

// A time bank: a fund gives an elder 100 minutes; who serves the elder is paid out of them.
class TimeBankTest : public TownMachine {
 protected:
  TimeBankTest() {
    Open(Named('B'), PartyKind::kBeneficiary);
    Rule(Topic::kBankRate, kNoId, kPatrol, 60);
    Rule(Topic::kBankBudget, Named('P'), 0, 300);
    Rule(Topic::kGrant, Named('P'), kReport, 100);
    Entry fund = Grant(100, Named('B'));
    fund.unit = static_cast<uint16_t>(Unit::kBankMinute);
    Sent(fund);
  }

  Entry BankAward(const Entry& service, const Id& payer, uint64_t minutes = 0) {
    Entry entry = Award(service, minutes);
    entry.debit = payer;
    entry.unit = static_cast<uint16_t>(Unit::kBankMinute);
    if (payer == Named('B')) entry.recorder = payer;
    return entry;
  }
  uint64_t Banked(const Id& party) const {
    return Available(BalanceOf(party, Unit::kBankMinute));
  }
};

TEST_F(TimeBankTest, WhoIsServedPays) {
  const Entry service = Sent(Service(480, 90));
  EXPECT_EQ(Send(BankAward(service, Named('B'), 91)), Verdict::kWrongAmount);
  Sent(BankAward(service, Named('B')));
  EXPECT_EQ(Banked(Named('V')), 90u);
  EXPECT_EQ(Banked(Named('B')), 10u);
  EXPECT_EQ(Send(BankAward(service, Named('P'))), Verdict::kAlreadyAwarded);
  EXPECT_EQ(Send(BankAward(Sent(Service(600, 11)), Named('B'))), Verdict::kInsufficient);
  Sent(BankAward(Sent(Service(660, 10)), Named('B')));
  Sent(Award(service, 15));  // points are another matter
  EXPECT_EQ(Minutes(), 111u) << "and minutes of service are never spent";
}

TEST_F(TimeBankTest, NobodyDrawsOnWhatIsAnothers) {
  Entry award = BankAward(Sent(Service(0, 60)), Named('B'));
  award.recorder = Named('R');
  EXPECT_EQ(Send(award), Verdict::kUnjustified);
  EXPECT_EQ(Banked(Named('B')), 100u);
}

TEST_F(TimeBankTest, AFundPaysWithinItsBudget) {
  const Entry service = Sent(Service(0, 200));
  Sent(BankAward(service, Named('P')));
  EXPECT_EQ(Banked(Named('V')), 200u);
  EXPECT_EQ(Send(BankAward(Sent(Service(300, 1)), Named('P'))), Verdict::kBudgetExceeded);
}

TEST_F(TimeBankTest, NobodyElsePaysNorWithoutAService) {
  const Entry service = Sent(Service(0, 60));
  EXPECT_EQ(Send(BankAward(service, Named('V', 2))), Verdict::kWrongPartyKind);
  Entry points = Award(service, 10);
  points.debit = Named('B');
  EXPECT_EQ(Send(points), Verdict::kWrongPartyKind) << "points are a programme's";
  Entry grant = Grant(10);
  grant.debit = Named('B');
  grant.unit = static_cast<uint16_t>(Unit::kBankMinute);
  EXPECT_EQ(Send(grant), Verdict::kUnjustified);
  grant.credit = Named('B');
  EXPECT_EQ(Send(grant), Verdict::kSameParty);
}

TEST_F(TimeBankTest, AServiceStandsAsLongAsItIsPaid) {
  const Entry service = Sent(Service(0, 60));
  const Entry award = Sent(BankAward(service, Named('B'), 60));
  EXPECT_EQ(Send(Reverse(service)), Verdict::kAwardStands);
  Sent(Reverse(award));
  EXPECT_EQ(Banked(Named('B')), 100u);
  Sent(Reverse(service));
}

}  // namespace
}  // namespace hourbook
