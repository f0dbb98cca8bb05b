#include "tests/rules/town_machine.h"

namespace hourbook {
namespace {

using ReverseTest = TownMachine;

TEST_F(ReverseTest, AnExactMirrorOnce) {
  const Entry service = Sent(Service(480, 60));
  Entry wrong = Reverse(service);
  wrong.amount = 59;
  EXPECT_EQ(Send(wrong), Verdict::kNotAMirror);
  wrong = Reverse(service);
  std::swap(wrong.debit, wrong.credit);
  EXPECT_EQ(Send(wrong), Verdict::kNotAMirror);
  Sent(Reverse(service));
  EXPECT_EQ(Send(Reverse(service)), Verdict::kAlreadyReversed);
  const Balance balance = BalanceOf(Named('V'), Unit::kMinute);
  EXPECT_EQ(balance.credits_posted, balance.debits_posted);
}

TEST_F(ReverseTest, WithAReason) {
  Entry reverse = Reverse(Sent(Service(480, 60)));
  reverse.code = 0;
  EXPECT_EQ(Send(reverse), Verdict::kFieldMissing);
}

TEST_F(ReverseTest, OnlyWhatWasPosted) {
  Sent(Grant(50));
  const Entry hold = Sent(Hold(10));
  EXPECT_EQ(Send(Reverse(hold)), Verdict::kNotReversible);
  Sent(Second(Kind::kPost, hold));
  const Entry post = history_.entries().back();
  const Entry reverse = Sent(Reverse(post));
  EXPECT_EQ(Send(Reverse(post)), Verdict::kAlreadyReversed);
  EXPECT_EQ(Send(Reverse(reverse)), Verdict::kNotReversible);
  EXPECT_EQ(Send(Reverse(Redeem(1))), Verdict::kUnknownRef);
  EXPECT_EQ(Points(), 50u);
}

TEST_F(ReverseTest, SpentPointsCannotBeTakenBack) {
  const Entry grant = Sent(Grant(50));
  const Entry redeem = Sent(Redeem(10));
  EXPECT_EQ(Send(Reverse(grant)), Verdict::kInsufficient);
  Sent(Reverse(redeem));
  Sent(Reverse(grant));
  EXPECT_EQ(Points(), 0u);
}

TEST_F(ReverseTest, AClosedPartyIsGivenNothingBack) {
  Sent(Grant(10));
  const Entry redeem = Sent(Redeem(10));
  Entry close = Blank(Kind::kClose);
  close.credit = Named('V');
  Sent(close);
  EXPECT_EQ(Send(Reverse(redeem)), Verdict::kPartyClosed);
  EXPECT_EQ(Points(), 0u);
}

TEST_F(ReverseTest, AClosedTeamTakesItsMinutesBack) {
  const Entry service = Sent(Service(480, 60));
  Entry close = Blank(Kind::kClose);
  close.credit = Named('T');
  Sent(close);
  Sent(Reverse(service));
}

TEST_F(ReverseTest, ASettlementWithTheProgrammeCanBeTakenBack) {
  Sent(Grant(50));
  Sent(Redeem(30));
  const Entry settle = Sent(Value(Kind::kSettle, Named('S'), Named('P'), 30));
  Sent(Reverse(settle));
  EXPECT_EQ(Available(BalanceOf(Named('S'), Unit::kPoint)), 30u);
}

TEST_F(ReverseTest, AServiceGoesOnlyAfterItsAward) {
  const Entry service = Sent(Service(480, 60));
  const Entry award = Sent(Award(service, 10));
  EXPECT_EQ(Send(Reverse(service)), Verdict::kAwardStands);
  Sent(Reverse(award));
  Sent(Reverse(service));
}

TEST_F(ReverseTest, APostedServiceIsReversedByItsPost) {
  const Entry pending = Sent(PendingService(480, 60));
  Entry post = Second(Kind::kPost, pending, 30);
  post.recorder = Named('X');
  Sent(post);
  const Entry posted = history_.entries().back();
  const Entry award = Sent(Award(pending, 5));
  EXPECT_EQ(Send(Reverse(posted)), Verdict::kAwardStands);
  Sent(Reverse(award));
  Sent(Reverse(posted));
  EXPECT_EQ(Send(Award(pending, 5)), Verdict::kUnjustified);
  Sent(Service(480, 60));
}

TEST_F(ReverseTest, PolicyMayLetAPersonOweWhatIsGone) {
  const Entry granted = Sent(Grant(50));
  Sent(Redeem(30));
  EXPECT_EQ(Send(Reverse(granted)), Verdict::kInsufficient);
  Rule(Topic::kDebtLimit, kNoId, 2, 29);
  EXPECT_EQ(Send(Reverse(granted)), Verdict::kInsufficient) << "30 would be owed";
  Rule(Topic::kDebtLimit, kNoId, 2, 30);
  Sent(Reverse(granted));
  EXPECT_EQ(Points(), 0u);
  Entry close = Blank(Kind::kClose);
  close.credit = Named('V');
  EXPECT_EQ(Send(close), Verdict::kBalanceNotZero) << "a debt is a balance";
  Sent(Grant(40));  // 30 of it are what was owed
  EXPECT_EQ(Points(), 10u);
  EXPECT_EQ(Send(Redeem(11)), Verdict::kInsufficient);
  Sent(Redeem(10));
}

TEST_F(ReverseTest, AStationOwesNothing) {
  Rule(Topic::kDebtLimit, kNoId, 2, 1'000);
  Sent(Grant(50));
  const Entry redeemed = Sent(Redeem(30));
  Sent(Value(Kind::kSettle, Named('S'), Named('P'), 30));
  EXPECT_EQ(Send(Reverse(redeemed)), Verdict::kInsufficient);
}

TEST_F(ReverseTest, AServiceAndItsAwardGoTogetherOrNotAtAll) {
  const Entry service = Sent(Service(480, 60));
  const Entry award = Sent(Award(service, 10));
  Sent(Redeem(5));
  Entry points = Reverse(award);
  points.flags = kFlagLinked;
  std::vector<Outcome> outcomes = SendAll({points, Reverse(service)});
  EXPECT_EQ(outcomes[0].verdict, Verdict::kInsufficient);
  EXPECT_EQ(outcomes[1].verdict, Verdict::kLinkedEntryFailed);
  EXPECT_EQ(Minutes(), 60u);
  Sent(Grant(5));
  outcomes = SendAll({points, Reverse(service)});
  EXPECT_EQ(outcomes[0].verdict, Verdict::kOk);
  EXPECT_EQ(outcomes[1].verdict, Verdict::kOk);
  EXPECT_EQ(BalanceOf(Named('T'), Unit::kMinute).credits_posted, 60u);
}

}  // namespace
}  // namespace hourbook
