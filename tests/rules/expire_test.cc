#include "tests/rules/town_machine.h"

namespace hourbook {
namespace {

class ExpireTest : public TownMachine {
 protected:
  ExpireTest() {
    Rule(Topic::kExpiryDays, kNoId, 2, 365);
    Rule(Topic::kBudget, Named('P'), 0, 100'000);
  }

  int64_t RecordedLast() const { return history_.entries().back().recorded_at; }

  // What was credited by then, as of now.
  Entry Expire(int64_t cutoff, uint64_t amount = 0) {
    Entry entry = Value(Kind::kExpire, Named('V'), Named('P'), amount);
    entry.occurred_at = cutoff;
    return entry;
  }
};

TEST_F(ExpireTest, WhatIsOldAndUnspentGoes) {
  Sent(Grant(50));
  const int64_t first = RecordedLast();
  now_ += 100 * kDay;
  Sent(Grant(40));
  Sent(Redeem(20));  // out of the 50
  now_ = first + 365 * kDay - 1;
  EXPECT_EQ(Send(Expire(first)), Verdict::kNotExpired) << "a year is not over";
  now_ = first + 366 * kDay;
  EXPECT_EQ(Send(Expire(first, 31)), Verdict::kWrongAmount);
  Sent(Expire(first));
  EXPECT_EQ(Points(), 40u);
  EXPECT_EQ(Send(Expire(first)), Verdict::kNotExpired) << "once";
  EXPECT_EQ(BalanceOf(Named('P'), Unit::kPoint).credits_posted, 30u);
}

TEST_F(ExpireTest, NothingGoesFromUnderAHold) {
  Sent(Grant(50));
  const int64_t first = RecordedLast();
  const Entry hold = Sent(Hold(45));
  now_ += 400 * kDay;
  Sent(Expire(first));
  EXPECT_EQ(BalanceOf(Named('V'), Unit::kPoint).debits_posted, 5u);
  Sent(Second(Kind::kPost, hold));
  EXPECT_EQ(Points(), 0u);
}

TEST_F(ExpireTest, WhatAHoldGivesBackGoesLater) {
  Sent(Grant(50));
  const int64_t first = RecordedLast();
  const Entry hold = Sent(Hold(45));
  now_ += 400 * kDay;
  Sent(Expire(first));
  Sent(Second(Kind::kVoid, hold));
  EXPECT_EQ(Points(), 45u);
  Sent(Expire(first));
  EXPECT_EQ(Points(), 0u);
}

TEST_F(ExpireTest, APostCountsFromItsOwnTime) {
  Entry pending = Grant(30);
  pending.flags = kFlagPending;
  Sent(pending);
  const int64_t recorded = RecordedLast();
  now_ += 10 * kDay;
  Sent(Second(Kind::kPost, pending));
  const int64_t posted = RecordedLast();
  now_ = recorded + 366 * kDay;
  EXPECT_EQ(Send(Expire(recorded)), Verdict::kNotExpired);
  now_ += 10 * kDay;
  Sent(Expire(posted));
  EXPECT_EQ(Points(), 0u);
}

// What a person moves from one id to another grows no younger, nor is it safe under an id that is used no
// more.
TEST_F(ExpireTest, IsOfAPersonsIdsTogether) {
  const auto points_of = [&](const Id& id) { return Available(BalanceOf(id, Unit::kPoint)); };
  Sent(Grant(50));
  Sent(Grant(30, Named('V', 2)));
  const int64_t first = RecordedLast();
  now_ += 300 * kDay;
  Sent(Link(Named('V', 2), Named('V')));
  Sent(Value(Kind::kTransfer, Named('V'), Named('V', 2), 45));
  Sent(Value(Kind::kTransfer, Named('V', 2), Named('V'), 25));
  Sent(Redeem(10));
  Sent(Grant(40));
  EXPECT_EQ(points_of(Named('V')), 60u);
  EXPECT_EQ(points_of(Named('V', 2)), 50u);
  now_ = first + 366 * kDay;
  Entry under_the_other = Expire(first);
  under_the_other.debit = Named('V', 2);
  Sent(under_the_other);
  EXPECT_EQ(points_of(Named('V', 2)), 0u);
  Sent(Expire(first));
  EXPECT_EQ(Points(), 40u) << "what is new";
  EXPECT_EQ(Send(Expire(first)), Verdict::kNotExpired);
}

TEST_F(ExpireTest, AMistakeIsReversed) {
  Sent(Grant(50));
  const int64_t first = RecordedLast();
  now_ += 400 * kDay;
  Sent(Expire(first));
  Entry expired = Expire(first, 50);
  expired.id = Named('e', next_id_ - 1);  // as it was recorded
  Sent(Reverse(expired));
  EXPECT_EQ(Points(), 50u);
  EXPECT_EQ(Send(Expire(first)), Verdict::kNotExpired) << "given back, it is new";
}

TEST_F(ExpireTest, OnlyWherePolicyLetsIt) {
  Sent(Grant(50));
  const int64_t first = RecordedLast();
  now_ += 400 * kDay;
  Entry minutes = Expire(first);
  minutes.unit = static_cast<uint16_t>(Unit::kMinute);
  EXPECT_EQ(Send(minutes), Verdict::kUnknownUnit) << "minutes are a record";
  Entry to_a_station = Expire(first);
  to_a_station.credit = Named('S');
  EXPECT_EQ(Send(to_a_station), Verdict::kWrongPartyKind);
  Entry of_a_station = Expire(first);
  of_a_station.debit = Named('S');
  EXPECT_EQ(Send(of_a_station), Verdict::kWrongPartyKind);
}

}  // namespace
}  // namespace hourbook
