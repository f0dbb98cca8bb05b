#include "tests/rules/town_machine.h"

#include <limits>

namespace hourbook {
namespace {

using ServiceTest = TownMachine;

TEST_F(ServiceTest, CreditsTheVolunteerFromTheTeam) {
  Sent(Service(480, 90));
  EXPECT_EQ(Minutes(), 90u);
  EXPECT_EQ(BalanceOf(Named('T'), Unit::kMinute).debits_posted, 90u);
}

TEST_F(ServiceTest, AYearOfTheTown) {
  // 8 teams of 19 and 7 of 20; 104 activities of 12 people and 90 minutes.
  constexpr uint64_t kTeams = 15;
  constexpr uint64_t kVolunteers = 292;
  for (uint64_t i = 0; i < kTeams; ++i) Open(Named('t', i), PartyKind::kTeam);
  for (uint64_t i = 0; i < kVolunteers; ++i) Open(Named('v', i), PartyKind::kVolunteer);
  now_ = kMidnight + 200 * kDay;
  uint64_t next = 0;
  for (int64_t activity = 0; activity < 104; ++activity) {
    for (int person = 0; person < 12; ++person, ++next) {
      Entry service = Service(activity * 1'440 + 600, 90);
      service.debit = Named('t', next % kTeams);
      service.credit = Named('v', next % kVolunteers);
      Sent(service);
    }
  }
  uint64_t minutes = 0;
  for (uint64_t i = 0; i < kTeams; ++i) {
    minutes += BalanceOf(Named('t', i), Unit::kMinute).debits_posted;
  }
  EXPECT_EQ(minutes, 112'320u);
}

TEST_F(ServiceTest, APatrolOfFiveForAMonth) {
  now_ = kMidnight + 40 * kDay;
  for (uint64_t person = 0; person < 5; ++person) Open(Named('p', person), PartyKind::kVolunteer);
  Entry first{};
  for (uint64_t person = 0; person < 5; ++person) {
    for (int64_t day = 0; day < 30; ++day) {
      Entry service = Service(day * 1'440 + 480, 60);
      service.credit = Named('p', person);
      Sent(service);
      if (first.id == kNoId) first = service;
    }
  }
  EXPECT_EQ(SendAll({first})[0].verdict, Verdict::kExists);
  Entry again = Service(510, 60);  // 08:30 to 09:30 over 08:00 to 09:00
  again.credit = Named('p', 0);
  EXPECT_EQ(Send(again), Verdict::kOverlap);
  EXPECT_EQ(BalanceOf(Named('T'), Unit::kMinute).debits_posted, 9'000u);
}

// Times that an operator made up and signed: the end of a service once wrapped around, so that
// services of one volunteer could overlap there.
TEST_F(ServiceTest, EndsNoLaterThanTimeItself) {
  now_ = std::numeric_limits<int64_t>::max() - 1'000;
  Entry last = Service(0, 60);
  last.occurred_at = now_ - kMinute;
  EXPECT_EQ(Send(last), Verdict::kOccurredInFuture) << "an hour, of which a minute is past";
  last.amount = 1;
  Sent(last);
  Entry again = Service(0, 1);
  again.occurred_at = last.occurred_at + 1;
  EXPECT_NE(Send(again), Verdict::kOk);
  Entry pending = PendingService(0, 60);
  pending.occurred_at = last.occurred_at + 1;
  EXPECT_EQ(Send(pending), Verdict::kOverlap);
}

TEST_F(ServiceTest, IntervalsAreHalfOpen) {
  Sent(Service(480, 60));
  Sent(Service(540, 60));
  Sent(Service(420, 60));
  EXPECT_EQ(Send(Service(479, 2)), Verdict::kOverlap);
  EXPECT_EQ(Send(Service(500, 1)), Verdict::kOverlap);
  EXPECT_EQ(Send(Service(400, 300)), Verdict::kOverlap);
  EXPECT_EQ(Minutes(), 180u);
}

TEST_F(ServiceTest, ANightShiftCountsOnTheDayItStarts) {
  Sent(Service(22 * 60 + 30, 150));
  Sent(Service(10 * 60, 330));  // 480 on the first day
  EXPECT_EQ(Send(Service(8 * 60, 1)), Verdict::kDailyCap);
  Sent(Service(24 * 60 + 60, 480));  // all of the second
}

TEST_F(ServiceTest, TheCapIsOfTheLocalDay) {
  // Midnight in the town is 16:00 UTC.
  Sent(Service(23 * 60, 60));
  Sent(Service(24 * 60, 480));
  EXPECT_EQ(Send(Service(32 * 60 + 1, 1)), Verdict::kDailyCap);
  Sent(Service(0, 420));
  EXPECT_EQ(Send(Service(420, 1)), Verdict::kDailyCap);
}

TEST_F(ServiceTest, LateRecordsAreJudgedByTheirOwnDay) {
  Sent(Service(10 * 1'440, 60));
  Sent(Service(2 * 1'440, 400));
  Sent(Service(1 * 1'440, 480));
  EXPECT_EQ(Send(Service(2 * 1'440 + 500, 81)), Verdict::kDailyCap);
  Sent(Service(2 * 1'440 + 500, 80));
  EXPECT_EQ(Send(Service(2 * 1'440 + 399, 1)), Verdict::kOverlap);
}

TEST_F(ServiceTest, WhatWasUndoneFreesItsTime) {
  const Entry service = Sent(Service(480, 480));
  EXPECT_EQ(Send(Service(480, 60)), Verdict::kOverlap);
  Sent(Reverse(service));
  const Entry pending = Sent(PendingService(480, 100));
  EXPECT_EQ(Send(Service(500, 60)), Verdict::kOverlap);
  Sent(Second(Kind::kVoid, pending));
  Sent(Service(480, 400));
  EXPECT_EQ(Send(Service(1'000, 81)), Verdict::kDailyCap);
  Sent(Service(1'000, 80));
}

TEST_F(ServiceTest, APartialPostFreesTheRest) {
  const Entry pending = Sent(PendingService(480, 480));
  EXPECT_EQ(Send(Service(1'000, 1)), Verdict::kDailyCap);
  Entry post = Second(Kind::kPost, pending, 60);
  post.recorder = Named('X');
  Sent(post);
  Sent(Service(540, 420));
  EXPECT_EQ(Send(Service(1'000, 1)), Verdict::kDailyCap);
  EXPECT_EQ(Minutes(), 480u);
}

TEST_F(ServiceTest, WhatLapsedFreesItsTime) {
  Sent(PendingService(480, 60, 10));
  EXPECT_EQ(Send(Service(480, 60)), Verdict::kOverlap);
  now_ += 11'000'000'000;
  Sent(Service(480, 60));
  EXPECT_EQ(Minutes(), 60u);
}

TEST_F(ServiceTest, ReasonsComeInTheTownsOrder) {
  Entry everything = Service(480, 0);
  everything.ref = everything.recorder;
  everything.credit = Named('V', 99);
  EXPECT_EQ(Send(everything), Verdict::kUnknownParty);
  everything.credit = Named('V');
  EXPECT_EQ(Send(everything), Verdict::kZeroDuration);
  everything.amount = 721;
  EXPECT_EQ(Send(everything), Verdict::kTooLong);
  Sent(Service(480, 60));
  everything.amount = 481;
  EXPECT_EQ(Send(everything), Verdict::kSelfVerified);
  everything.ref = Named('X');
  EXPECT_EQ(Send(everything), Verdict::kOverlap);
  everything.occurred_at += 120 * kMinute;
  EXPECT_EQ(Send(everything), Verdict::kDailyCap);
}

TEST_F(ServiceTest, NobodyVerifiesThemselves) {
  Entry own = Service(480, 60);
  own.ref = own.credit;
  EXPECT_EQ(Send(own), Verdict::kSelfVerified);
  // Who served may write it down, if another confirms.
  own = Service(480, 60);
  own.recorder = own.credit;
  Sent(own);
}

TEST_F(ServiceTest, PartiesMustBeOpenAndOfTheirKind) {
  Entry service = Service(480, 60);
  service.debit = Named('S');
  EXPECT_EQ(Send(service), Verdict::kWrongPartyKind);
  service = Service(480, 60);
  service.recorder = Named('R', 9);
  EXPECT_EQ(Send(service), Verdict::kUnknownParty);
  service = Service(480, 60);
  service.ref = Named('X', 9);
  EXPECT_EQ(Send(service), Verdict::kUnknownParty);
  Entry close = Blank(Kind::kClose);
  close.credit = Named('V');
  Sent(close);
  EXPECT_EQ(Send(Service(480, 60)), Verdict::kPartyClosed);
}

TEST_F(ServiceTest, WhatIsNotOverCannotBeRecordedAsDone) {
  constexpr int64_t kThirdDay = 3 * 1'440;
  now_ = kMidnight + (kThirdDay + 500) * kMinute;
  EXPECT_EQ(Send(Service(kThirdDay + 501, 60)), Verdict::kOccurredInFuture);
  EXPECT_EQ(Send(Service(kThirdDay + 441, 60)), Verdict::kOccurredInFuture);
  Sent(Service(kThirdDay + 440, 60));
  Sent(PendingService(kThirdDay + 500, 60));
}

TEST_F(ServiceTest, WithoutPolicyADayIsTheLimit) {
  MemoryHistory history;
  Machine bare(&history);
  ASSERT_TRUE(bare.Replay(*EncodeGenesis({"bare", "", 0, kMidnight})).ok());
  const std::vector<Entry> batch = {OpenEntry(Named('T'), PartyKind::kTeam),
                                    OpenEntry(Named('V'), PartyKind::kVolunteer),
                                    OpenEntry(Named('R'), PartyKind::kRecorder),
                                    OpenEntry(Named('X'), PartyKind::kRecorder),
                                    Service(0, 1'441), Service(0, 1'440)};
  std::vector<Outcome> outcomes(batch.size());
  ASSERT_TRUE(bare.Judge(batch, now_, absl::MakeSpan(outcomes)).ok());
  EXPECT_EQ(outcomes[4].verdict, Verdict::kTooLong);
  EXPECT_EQ(outcomes[5].verdict, Verdict::kOk);
}

}  // namespace
}  // namespace hourbook
