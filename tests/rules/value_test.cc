#include "tests/rules/town_machine.h"

namespace hourbook {
namespace {

using ValueTest = TownMachine;

TEST_F(ValueTest, ARedemptionMovesPointsThatAreThere) {
  Sent(Grant(50));
  EXPECT_EQ(Send(Redeem(51)), Verdict::kInsufficient);
  EXPECT_EQ(Send(Redeem(0)), Verdict::kZeroAmount);
  Sent(Redeem(30));
  EXPECT_EQ(Points(), 20u);
  EXPECT_EQ(BalanceOf(Named('S'), Unit::kPoint).credits_posted, 30u);
}

TEST_F(ValueTest, WhatIsHeldCannotBeSpentNorWhatIsAboutToCome) {
  Sent(Grant(50));
  Sent(Hold(30));
  EXPECT_EQ(Send(Redeem(21)), Verdict::kInsufficient);
  Entry grant = Grant(40);
  grant.flags = kFlagPending;
  Sent(grant);
  EXPECT_EQ(Send(Redeem(21)), Verdict::kInsufficient);
  Sent(Redeem(20));
}

TEST_F(ValueTest, ElevenStations) {
  // 25 holds of 30: 22 captured, 2 released, 1 timed out.
  Rule(Topic::kBudget, Named('P'), 0, 2'000);
  for (int i = 0; i < 23; ++i) Sent(Grant(50));
  std::vector<Entry> holds;
  for (int i = 0; i < 25; ++i) holds.push_back(Sent(Hold(30, 60)));
  for (int i = 0; i < 22; ++i) Sent(Second(Kind::kPost, holds[static_cast<size_t>(i)]));
  Sent(Second(Kind::kVoid, holds[22]));
  Sent(Second(Kind::kVoid, holds[23]));
  now_ += 61'000'000'000;
  Sent(Grant(1));
  EXPECT_EQ(BalanceOf(Named('S'), Unit::kPoint).credits_posted, 660u);
  EXPECT_EQ(Points(), 23 * 50 + 1 - 660u);
}

TEST_F(ValueTest, AStationSettlesWhatItTookIn) {
  Sent(Grant(50));
  Sent(Redeem(30));
  EXPECT_EQ(Send(Value(Kind::kSettle, Named('S'), Named('F'), 31)), Verdict::kInsufficient);
  Sent(Value(Kind::kSettle, Named('S'), Named('F'), 30));
  EXPECT_EQ(Send(Value(Kind::kSettle, Named('V'), Named('F'), 1)), Verdict::kWrongPartyKind);
}

TEST_F(ValueTest, TransfersNeedAPolicy) {
  Sent(Grant(50));
  const auto transfer = [&](uint64_t points) {
    return Value(Kind::kTransfer, Named('V'), Named('V', 2), points);
  };
  EXPECT_EQ(Send(transfer(10)), Verdict::kTransferNotPermitted);
  Rule(Topic::kTransfer, kNoId, static_cast<uint16_t>(Unit::kPoint), 20);
  EXPECT_EQ(Send(transfer(21)), Verdict::kTransferNotPermitted);
  Sent(transfer(20));
  Entry minutes = transfer(1);
  minutes.unit = static_cast<uint16_t>(Unit::kMinute);
  EXPECT_EQ(Send(minutes), Verdict::kUnknownUnit) << "minutes are a record";
  EXPECT_EQ(Send(Value(Kind::kTransfer, Named('V'), Named('V'), 1)), Verdict::kSameParty);
  EXPECT_EQ(Available(BalanceOf(Named('V', 2), Unit::kPoint)), 20u);
}

}  // namespace
}  // namespace hourbook
