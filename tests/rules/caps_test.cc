// What policy limits, with numbers of real programmes.
#include "absl/time/civil_time.h"
#include "tests/rules/town_machine.h"

namespace hourbook {
namespace {

uint16_t DayNumber(int year, int month, int day) {
  return static_cast<uint16_t>(absl::CivilDay(year, month, day) - absl::CivilDay(1970, 1, 1));
}

// Noon in the town's time zone.
int64_t NoonOf(int year, int month, int day) {
  return (int64_t{DayNumber(year, month, day)} * 1'440 + 12 * 60 - 8 * 60) * kMinute;
}

class CapsTest : public TownMachine {
 protected:
  Entry ServiceAt(int64_t start, uint64_t minutes) {
    Entry entry = Service(0, minutes);
    entry.occurred_at = start;
    return entry;
  }
};

TEST_F(CapsTest, MinutesOfALocalMonth) {
  Rule(Topic::kMonthlyCapMinutes, kNoId, 0, 600);
  for (int64_t day = 0; day < 10; ++day) Sent(Service(day * 1'440 + 480, 60));
  EXPECT_EQ(Send(Service(10 * 1'440, 1)), Verdict::kMonthlyCap);
  now_ += 5 * kDay;
  const Entry last = Sent(Service(31 * 1'440, 480));  // 1 February, 00:00
  EXPECT_EQ(Send(Service(31 * 1'440 - 1, 1)), Verdict::kMonthlyCap) << "still January";
  Sent(Service(32 * 1'440, 120));
  EXPECT_EQ(Send(Service(33 * 1'440, 1)), Verdict::kMonthlyCap);
  Sent(Reverse(last));  // what is reversed frees its cap
  Sent(Service(33 * 1'440, 480));
}

TEST_F(CapsTest, AServiceVoidedFreesItsMonthAndItsTime) {
  Rule(Topic::kMonthlyCapMinutes, kNoId, 0, 120);
  const Entry held = Sent(PendingService(480, 120));
  EXPECT_EQ(Send(Service(1'440, 60)), Verdict::kMonthlyCap);
  Sent(Second(Kind::kVoid, held));
  Sent(Service(480, 120));
}

TEST_F(CapsTest, PointsOfALocalMonth) {
  Rule(Topic::kMonthlyCapPoints, kNoId, 0, 60);
  Sent(Grant(50));
  EXPECT_EQ(Send(Grant(11)), Verdict::kMonthlyCap);
  const Entry second = Sent(Grant(10));
  EXPECT_EQ(Send(Grant(1)), Verdict::kMonthlyCap);
  Sent(Grant(50, Named('V', 2)));  // each has a cap of their own
  Sent(Reverse(second));
  Entry held = Grant(10);
  held.flags = kFlagPending;
  Sent(held);
  EXPECT_EQ(Send(Grant(1)), Verdict::kMonthlyCap) << "what is held counts";
  now_ = kMidnight + 31 * kDay;  // 1 February, 00:00
  Sent(Grant(50));
}

// Guangzhou's time bank: at most 1,500 points held, redeeming from 100 hours on.
TEST_F(CapsTest, AsInGuangzhou) {
  Rule(Topic::kMostHeld, kNoId, 2, 1'500);
  Rule(Topic::kRedeemFrom, kNoId, 0, 6'000);
  Rule(Topic::kBudget, Named('P'), 0, 100'000);
  Rule(Topic::kGrant, Named('P'), kReport, 2'000);
  Sent(Grant(1'400));
  EXPECT_EQ(Send(Grant(101)), Verdict::kMostHeld);
  Sent(Grant(100));
  EXPECT_EQ(Send(Redeem(10)), Verdict::kNotYetRedeemable);
  for (int64_t day = 0; day < 20; ++day) Sent(Service(day * 1'440 + 480, 300));
  const Entry redeemed = Sent(Redeem(10));
  Sent(Grant(10));
  EXPECT_EQ(Send(Grant(1)), Verdict::kMostHeld);
  Sent(Hold(500));
  EXPECT_EQ(Send(Grant(1)), Verdict::kMostHeld) << "a hold may be voided";
  EXPECT_EQ(redeemed.amount, 10u);
}

TEST_F(CapsTest, ATransferPassesNobodysMost) {
  Rule(Topic::kTransfer, kNoId, 2, 100);
  Rule(Topic::kMostHeld, kNoId, 2, 50);
  Sent(Grant(40));
  Sent(Grant(40, Named('V', 2)));
  EXPECT_EQ(Send(Value(Kind::kTransfer, Named('V'), Named('V', 2), 11)), Verdict::kMostHeld);
  Sent(Value(Kind::kTransfer, Named('V'), Named('V', 2), 10));
}

TEST_F(CapsTest, RedemptionsOfALocalDay) {
  Rule(Topic::kDailyRedemptions, kNoId, 0, 2);
  Sent(Grant(50));
  Sent(Redeem(1));
  const Entry held = Sent(Hold(1));
  EXPECT_EQ(Send(Redeem(1)), Verdict::kRedemptionLimit);
  Sent(Second(Kind::kVoid, held));
  Sent(Redeem(1));
  EXPECT_EQ(Send(Redeem(1)), Verdict::kRedemptionLimit);
  now_ += kDay;
  Sent(Redeem(1));
}

TEST_F(CapsTest, ALongServiceWaitsForASecondPerson) {
  Rule(Topic::kSecondPerson, kNoId, 0, 240);
  Sent(Service(0, 240));
  EXPECT_EQ(Send(Service(1'440, 241)), Verdict::kNeedsSecondPerson);
  const Entry held = Sent(PendingService(1'440, 241));
  Entry post = Second(Kind::kPost, held);
  post.recorder = Named('R');
  EXPECT_EQ(Send(post), Verdict::kSelfVerified) << "who recorded it is no second person";
  post.recorder = Named('X');
  Sent(post);
  EXPECT_EQ(Minutes(), 481u);
}

// Nobody keeps a day free for later: what is posted late is marked, whenever it was held.
TEST_F(CapsTest, APostThatComesLateIsMarked) {
  Rule(Topic::kBackdatingDays, kNoId, 0, 10);
  const Entry first = Sent(PendingService(29 * 1'440, 60));
  const Entry second = Sent(PendingService(29 * 1'440 + 60, 60));
  EXPECT_EQ(history_.entries().back().flags, kFlagPending);
  const auto post = [&](const Entry& held) {
    Entry entry = Second(Kind::kPost, held);
    entry.recorder = Named('X');
    Sent(entry);
    return history_.entries().back().flags;
  };
  EXPECT_EQ(post(first), 0);
  now_ = kMidnight + 60 * kDay;
  EXPECT_EQ(post(second), kFlagLate);
}

// The cap is soft where policy says so: a second person may post what goes beyond it, never beyond a day.
TEST_F(CapsTest, ASecondPersonMayPassTheDailyCap) {
  EXPECT_EQ(Send(PendingService(0, 481)), Verdict::kDailyCap);
  Rule(Topic::kSecondPersonCap, kNoId, 0, 600);
  Sent(Service(0, 480));
  EXPECT_EQ(Send(Service(480, 60)), Verdict::kNeedsSecondPerson);
  EXPECT_EQ(Send(PendingService(480, 121)), Verdict::kDailyCap);
  const Entry held = Sent(PendingService(480, 120));
  Entry post = Second(Kind::kPost, held);
  post.recorder = Named('X');
  Sent(post);
  EXPECT_EQ(Minutes(), 600u);
  EXPECT_EQ(Send(PendingService(600, 1)), Verdict::kDailyCap);
  EXPECT_EQ(Send(PolicyEntry(Topic::kSecondPersonCap, kNoId, 0, 1'441)),
            Verdict::kValueOutOfRange);
}

// What is held while it goes on is posted at once, or only when it is over.
TEST_F(CapsTest, AServiceIsPostedWhenItIsOver) {
  const auto post = [&](const Entry& held, uint64_t minutes) {
    Entry entry = Second(Kind::kPost, held, minutes);
    entry.recorder = Named('X');
    return entry;
  };
  const auto going_on = [&](int64_t start_minute) {
    Entry entry = PendingService(start_minute, 120);
    entry.occurred_at = now_ - 60 * kMinute;
    return entry;
  };
  Sent(post(Sent(going_on(0)), 0));
  Rule(Topic::kPostWhenOver, kNoId, 0, 1);
  now_ += kDay;
  const Entry held = Sent(going_on(1'440));
  EXPECT_EQ(Send(post(held, 0)), Verdict::kOccurredInFuture);
  EXPECT_EQ(Send(post(held, 61)), Verdict::kOccurredInFuture);
  Sent(post(held, 60));  // who left early
  EXPECT_EQ(Minutes(), 180u);
}

// Whoever adds up several ids of one person has sums that 64 bits need not hold.
TEST_F(CapsTest, SumsOverIdsDoNotWrap) {
  Rule(Topic::kGrant, Named('P'), kReport, UINT64_MAX);
  Open(Named('P', 2), PartyKind::kProgramme);
  for (const Id& programme : {Named('P'), Named('P', 2)}) {
    Rule(Topic::kBudget, programme, 0, UINT64_MAX);
    Rule(Topic::kGrant, programme, kReport, UINT64_MAX);
  }
  Sent(Grant(UINT64_MAX - 5, Named('V', 2)));
  Entry large = Grant(UINT64_MAX - 5);
  large.debit = Named('P', 2);
  Sent(large);
  Sent(Link(Named('V', 2), Named('V')));
  Rule(Topic::kMostHeld, kNoId, 2, UINT64_MAX);
  EXPECT_EQ(Send(Grant(1)), Verdict::kMostHeld);
  Rule(Topic::kMonthlyCapPoints, kNoId, 0, UINT64_MAX - 1);
  EXPECT_EQ(Send(Grant(1)), Verdict::kMonthlyCap);
}

// O67 art. 11: within ten working days. For 2025-12-19 that is 2026-01-05: 1 to 3 January were days
// off, and Sunday 4 January was worked to make up for one. The calendar is policy.
TEST_F(CapsTest, DumplingDayIsRecordedWithinTenWorkingDays) {
  now_ = NoonOf(2025, 12, 1);
  Rule(Topic::kBackdatingDays, kNoId, 0, 10);
  for (const int day : {1, 2, 3}) {
    Rule(Topic::kCalendarDay, kNoId, DayNumber(2026, 1, day), 1);
  }
  Rule(Topic::kCalendarDay, kNoId, DayNumber(2026, 1, 4), 2);
  const int64_t start = NoonOf(2025, 12, 19);
  now_ = NoonOf(2026, 1, 5);
  Sent(ServiceAt(start, 60));
  Sent(ServiceAt(NoonOf(2025, 12, 20), 60));  // a Saturday: its ten begin on Monday, as Friday's do
  now_ = NoonOf(2026, 1, 6);
  EXPECT_EQ(Send(ServiceAt(start + 60 * kMinute, 60)), Verdict::kLate);
  Entry late = ServiceAt(start + 60 * kMinute, 60);
  late.ref = kNoId;
  late.flags = kFlagPending;
  Sent(late);
  EXPECT_EQ(history_.entries().back().flags, kFlagPending | kFlagLate) << "and is marked so";
  EXPECT_EQ(Send(late), Verdict::kExists);
  late.flags |= kFlagLate;
  EXPECT_EQ(Send(late), Verdict::kUnknownFlag) << "the mark is the ledger's to give";
  Entry post = Second(Kind::kPost, late);
  post.recorder = Named('X');
  Sent(post);
  EXPECT_EQ(Minutes(), 180u);
}

TEST_F(CapsTest, ACalendarThatIsMendedHoldsFromItsDayOn) {
  now_ = NoonOf(2026, 3, 2);
  Rule(Topic::kBackdatingDays, kNoId, 0, 1);
  Entry off = PolicyEntry(Topic::kCalendarDay, kNoId, DayNumber(2026, 3, 4), 1, NoonOf(2026, 3, 5));
  Sent(off);
  now_ = NoonOf(2026, 3, 4);  // by the calendar as it stood on this day it is the second working day
  EXPECT_EQ(Send(ServiceAt(NoonOf(2026, 3, 2), 30)), Verdict::kLate);
  now_ = NoonOf(2026, 3, 5);
  EXPECT_EQ(Send(ServiceAt(NoonOf(2026, 3, 2), 30)), Verdict::kLate);
  Sent(ServiceAt(NoonOf(2026, 3, 3), 30));  // 4 March is off since noon
}

}  // namespace
}  // namespace hourbook
