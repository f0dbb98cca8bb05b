#include "tests/rules/town_machine.h"

namespace hourbook {
namespace {

class PendingTest : public TownMachine {
 protected:
  PendingTest() { Sent(Grant(50)); }
};

TEST_F(PendingTest, PostedInFullInPartOrNotAtAll) {
  const Entry full = Sent(Hold(10));
  const Entry part = Sent(Hold(10));
  const Entry none = Sent(Hold(10));
  EXPECT_EQ(Points(), 20u);
  Sent(Second(Kind::kPost, full));
  EXPECT_EQ(Send(Second(Kind::kPost, part, 11)), Verdict::kExceedsPending);
  Sent(Second(Kind::kPost, part, 4));
  Sent(Second(Kind::kVoid, none));
  EXPECT_EQ(Points(), 36u);
  EXPECT_EQ(machine_.state().holds.open(), 0u);
}

TEST_F(PendingTest, TheLedgerFillsInWhatTheCallerLeavesOut) {
  const Entry hold = Sent(Hold(10));
  Sent(Second(Kind::kPost, hold));
  const Entry& post = history_.entries().back();
  EXPECT_EQ(post.debit, hold.debit);
  EXPECT_EQ(post.credit, hold.credit);
  EXPECT_EQ(post.unit, hold.unit);
  EXPECT_EQ(post.amount, 10u);
  EXPECT_EQ(post.prev_debit, size() - 2);
  EXPECT_EQ(post.prev_credit, size() - 2);
}

TEST_F(PendingTest, WhatTheCallerSaysMustAgree) {
  const Entry hold = Sent(Hold(10));
  Entry post = Second(Kind::kPost, hold);
  post.debit = hold.credit;
  EXPECT_EQ(Send(post), Verdict::kNotAMirror);
  Entry cancel = Second(Kind::kVoid, hold, 9);
  EXPECT_EQ(Send(cancel), Verdict::kNotAMirror);
  cancel.amount = 10;
  Sent(cancel);
}

TEST_F(PendingTest, ResolvedOnce) {
  const Entry posted = Sent(Hold(10));
  const Entry voided = Sent(Hold(10));
  const Entry lapsed = Sent(Hold(10, 5));
  Sent(Second(Kind::kPost, posted));
  Sent(Second(Kind::kVoid, voided));
  now_ += 6'000'000'000;
  for (const Kind kind : {Kind::kPost, Kind::kVoid}) {
    EXPECT_EQ(Send(Second(kind, posted)), Verdict::kAlreadyPosted);
    EXPECT_EQ(Send(Second(kind, voided)), Verdict::kAlreadyVoided);
    EXPECT_EQ(Send(Second(kind, lapsed)), Verdict::kLapsed);
    EXPECT_EQ(Send(Second(kind, Redeem(1))), Verdict::kUnknownRef);
    EXPECT_EQ(Send(Second(kind, Sent(Redeem(1)))), Verdict::kNotPending);
  }
}

TEST_F(PendingTest, LapsesAtItsDeadlineAndNotBefore) {
  const Entry hold = Sent(Hold(50, 5));
  const int64_t recorded = history_.entries().back().recorded_at;
  now_ = recorded + 4'999'999'999;
  EXPECT_EQ(Send(Redeem(1)), Verdict::kInsufficient);
  now_ = recorded + 5'000'000'000;
  EXPECT_EQ(Send(Second(Kind::kPost, hold)), Verdict::kLapsed);
  Sent(Redeem(1));
}

TEST_F(PendingTest, ARefusedEntryLetsNothingLapse) {
  Sent(Hold(50, 5));
  const int64_t before = now_;
  now_ += 6'000'000'000;
  EXPECT_EQ(Send(Redeem(51)), Verdict::kInsufficient);
  EXPECT_EQ(machine_.state().holds.open(), 1u);
  now_ = before;  // the clock is set back
  EXPECT_EQ(Send(Redeem(1)), Verdict::kInsufficient);
  now_ += 6'000'000'000;
  Sent(Redeem(1));
  EXPECT_EQ(machine_.state().holds.open(), 0u);
}

TEST_F(PendingTest, AServiceNeedsASecondPerson) {
  const Entry pending = Sent(PendingService(480, 60));
  Entry post = Second(Kind::kPost, pending);
  EXPECT_EQ(Send(post), Verdict::kFieldMissing);
  post.recorder = pending.recorder;
  EXPECT_EQ(Send(post), Verdict::kSelfVerified);
  post.recorder = pending.credit;
  EXPECT_EQ(Send(post), Verdict::kSelfVerified);
  post.recorder = Named('R', 9);
  EXPECT_EQ(Send(post), Verdict::kUnknownParty);
  post.recorder = Named('X');
  Sent(post);
  EXPECT_EQ(Minutes(), 60u);
}

TEST_F(PendingTest, ATimeoutPastTheEndOfTimeIsNever) {
  MemoryHistory history;
  Machine late(&history);
  constexpr int64_t kLate = INT64_MAX - kDay;
  ASSERT_TRUE(late.Replay(*EncodeGenesis({"late", "", 0, kLate})).ok());
  std::vector<Entry> batch = {OpenEntry(Named('T'), PartyKind::kTeam),
                              OpenEntry(Named('V'), PartyKind::kVolunteer),
                              OpenEntry(Named('R'), PartyKind::kRecorder),
                              PendingService(0, 60, UINT32_MAX)};
  std::vector<Outcome> outcomes(batch.size());
  ASSERT_TRUE(late.Judge(batch, kLate + 1, absl::MakeSpan(outcomes)).ok());
  EXPECT_EQ(outcomes[3].verdict, Verdict::kOk);
  EXPECT_FALSE(late.state().holds.FirstDue(INT64_MAX - 1).has_value());
}

}  // namespace
}  // namespace hourbook
