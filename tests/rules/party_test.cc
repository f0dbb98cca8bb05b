#include "tests/rules/town_machine.h"

namespace hourbook {
namespace {

class PartyTest : public TownMachine {
 protected:
  Entry Freeze(const Id& party, uint64_t amount = 1) {
    Entry entry = Blank(Kind::kFreeze);
    entry.credit = party;
    entry.amount = amount;
    entry.code = 3;
    return entry;
  }
};

TEST_F(PartyTest, OfWhoIsFrozenNothingIsRecorded) {
  Sent(Grant(50));
  const Entry held = Sent(Hold(10));
  Sent(Freeze(Named('V')));
  EXPECT_EQ(Send(Redeem(5)), Verdict::kPartyFrozen);
  EXPECT_EQ(Send(Grant(5)), Verdict::kPartyFrozen);
  EXPECT_EQ(Send(Service(480, 60)), Verdict::kPartyFrozen);
  EXPECT_EQ(Send(Second(Kind::kPost, held)), Verdict::kPartyFrozen);
  EXPECT_EQ(Points(), 40u);
  Sent(Second(Kind::kVoid, held));  // what is held goes back
  EXPECT_EQ(Points(), 50u);
  Sent(Freeze(Named('V'), 0));
  Sent(Redeem(5));
}

TEST_F(PartyTest, ARecorderThatIsFrozenRecordsNothing) {
  Sent(Freeze(Named('R')));
  EXPECT_EQ(Send(Service(480, 60)), Verdict::kPartyFrozen);
}

TEST_F(PartyTest, WhoIsFrozenMayBeClosed) {
  Sent(Freeze(Named('V')));
  Entry close = Blank(Kind::kClose);
  close.credit = Named('V');
  close.code = 3;
  Sent(close);
  EXPECT_EQ(Send(Freeze(Named('V'), 0)), Verdict::kPartyClosed);
  EXPECT_EQ(Send(Grant(5)), Verdict::kPartyClosed);
}

TEST_F(PartyTest, FreezesOnceAndLiftsOnce) {
  EXPECT_EQ(Send(Freeze(Named('V'), 0)), Verdict::kPartyNotFrozen);
  Sent(Freeze(Named('V')));
  EXPECT_EQ(Send(Freeze(Named('V'))), Verdict::kPartyFrozen);
  EXPECT_EQ(Send(Freeze(Named('V'), 2)), Verdict::kWrongAmount);
  EXPECT_EQ(Send(Freeze(Named('?'))), Verdict::kUnknownParty);
  Entry own = Freeze(Named('V'), 0);
  own.recorder = Named('R');
  Sent(Freeze(Named('R')));
  EXPECT_EQ(Send(own), Verdict::kPartyFrozen);
  Entry lifted = Freeze(Named('R'), 0);
  lifted.recorder = Named('X');
  Sent(lifted);
  Sent(own);
}

TEST_F(PartyTest, NobodyFreezesThemselves) {
  Entry own = Freeze(Named('R'));
  own.recorder = Named('R');
  EXPECT_EQ(Send(own), Verdict::kSelfVerified);
}

TEST_F(PartyTest, AReasonIsANumber) {
  Entry without = Freeze(Named('V'));
  without.code = 0;
  EXPECT_EQ(Send(without), Verdict::kFieldMissing);
}

TEST_F(PartyTest, AFreezeIsUndoneWithItsLinkedChain) {
  Entry freeze = Freeze(Named('V'));
  freeze.flags = kFlagLinked;
  const std::vector<Outcome> outcomes = SendAll({freeze, Grant(5)});
  EXPECT_EQ(outcomes[1].verdict, Verdict::kPartyFrozen);
  EXPECT_EQ(outcomes[0].verdict, Verdict::kLinkedEntryFailed);
  Sent(Grant(5));
}

// Two ids that turn out to be one person's.
class LinkTest : public TownMachine {
 protected:
  Entry ServiceOf(const Id& volunteer, int64_t start, uint64_t minutes) {
    Entry entry = Service(start, minutes);
    entry.credit = volunteer;
    return entry;
  }
};

TEST_F(LinkTest, OneIdStandsForBoth) {
  Sent(Grant(50, Named('V', 2)));
  Sent(Link(Named('V', 2), Named('V')));
  EXPECT_EQ(Send(Grant(5, Named('V', 2))), Verdict::kPartyLinked);
  EXPECT_EQ(Send(ServiceOf(Named('V', 2), 0, 60)), Verdict::kPartyLinked);
  EXPECT_EQ(Send(Redeem(50)), Verdict::kInsufficient);
  Sent(Value(Kind::kTransfer, Named('V', 2), Named('V'), 50));  // no policy permits gifts
  Sent(Redeem(50));
}

TEST_F(LinkTest, NobodyServesTwiceAtATimeUnderTwoIds) {
  Sent(ServiceOf(Named('V', 2), 480, 60));
  Sent(Link(Named('V', 2), Named('V')));
  EXPECT_EQ(Send(Service(500, 60)), Verdict::kOverlap);
  Sent(Service(540, 60));
  EXPECT_EQ(Send(Service(1'000, 361)), Verdict::kDailyCap) << "480 a day, of which 120 are served";
  Sent(Service(1'000, 360));
}

TEST_F(LinkTest, LimitsAreOfThePerson) {
  Rule(Topic::kMostHeld, kNoId, 2, 60);
  Rule(Topic::kMonthlyCapPoints, kNoId, 0, 80);
  Rule(Topic::kRedeemFrom, kNoId, 0, 90);
  Sent(ServiceOf(Named('V', 2), 480, 60));
  Sent(Grant(40, Named('V', 2)));
  Sent(Service(0, 40));
  Sent(Link(Named('V', 2), Named('V')));
  EXPECT_EQ(Send(Grant(21)), Verdict::kMostHeld);
  Sent(Grant(20));
  Sent(Redeem(20));
  EXPECT_EQ(Send(Grant(21)), Verdict::kMonthlyCap);
  Sent(Grant(20));
}

TEST_F(LinkTest, AServiceOfTheOtherIdIsAwardedOnce) {
  const Entry awarded = Sent(ServiceOf(Named('V', 2), 480, 60));
  const Entry open = Sent(ServiceOf(Named('V', 2), 600, 60));
  Sent(Award(awarded, 10));
  Sent(Link(Named('V', 2), Named('V')));
  Entry again = Award(awarded, 10);
  again.credit = Named('V');
  EXPECT_EQ(Send(again), Verdict::kAlreadyAwarded);
  Entry late = Award(open, 10);
  late.credit = Named('V');
  Sent(late);
  EXPECT_EQ(Send(Reverse(open)), Verdict::kAwardStands);
}

TEST_F(LinkTest, IsOfTwoPersonsIdsOnceAndByAThird) {
  Open(Named('V', 3), PartyKind::kVolunteer);
  Open(Named('B'), PartyKind::kBeneficiary);
  EXPECT_EQ(Send(Link(Named('V'), Named('V'))), Verdict::kSameParty);
  EXPECT_EQ(Send(Link(Named('S'), Named('V'))), Verdict::kWrongPartyKind);
  EXPECT_EQ(Send(Link(Named('B'), Named('V'))), Verdict::kWrongPartyKind);
  EXPECT_EQ(Send(Link(Named('?'), Named('V'))), Verdict::kUnknownParty);
  Entry own = Link(Named('V', 2), Named('V'));
  own.recorder = Named('V');
  EXPECT_EQ(Send(own), Verdict::kSelfVerified);
  Sent(Link(Named('V', 2), Named('V')));
  EXPECT_EQ(Send(Link(Named('V', 2), Named('V', 3))), Verdict::kPartyLinked);
  EXPECT_EQ(Send(Link(Named('V'), Named('V', 3))), Verdict::kPartyLinked) << "another stands behind it";
  Sent(Link(Named('V', 3), Named('V')));
}

TEST_F(LinkTest, ClosesWithNothingLeftUnderAnyId) {
  Sent(Grant(5, Named('V', 2)));
  Sent(Link(Named('V', 2), Named('V')));
  Entry close = Blank(Kind::kClose);
  close.credit = Named('V');
  EXPECT_EQ(Send(close), Verdict::kBalanceNotZero);
  Sent(Value(Kind::kTransfer, Named('V', 2), Named('V'), 5));
  Sent(Redeem(5));
  Sent(close);
}

// A link once let who recorded a service post it themselves under their other id.
TEST_F(LinkTest, ASecondPersonIsAnotherPerson) {
  Entry pending = PendingService(480, 60);
  pending.credit = Named('V', 2);
  Sent(pending);
  Sent(Link(Named('V', 2), Named('V')));
  Entry post = Second(Kind::kPost, pending);
  post.recorder = Named('V');
  EXPECT_EQ(Send(post), Verdict::kSelfVerified);
}

TEST_F(LinkTest, WhoIsFrozenIsSoUnderEveryId) {
  Sent(Grant(50, Named('V', 2)));
  Entry hold = Hold(10);
  hold.debit = Named('V', 2);
  Sent(hold);
  Sent(Link(Named('V', 2), Named('V')));
  Entry freeze = Blank(Kind::kFreeze);
  freeze.credit = Named('V');
  freeze.amount = 1;
  freeze.code = 1;
  Sent(freeze);
  EXPECT_EQ(Send(Second(Kind::kPost, hold)), Verdict::kPartyFrozen);
}

// Points moved to the other id and their award reversed: the debt would be nobody's.
TEST_F(LinkTest, LeavesNoDebtBehind) {
  Rule(Topic::kDebtLimit, kNoId, 2, 50);
  const Entry granted = Sent(Grant(50, Named('V', 2)));
  Sent(Link(Named('V', 2), Named('V')));
  Sent(Value(Kind::kTransfer, Named('V', 2), Named('V'), 50));
  EXPECT_EQ(Send(Reverse(granted)), Verdict::kInsufficient);
  Sent(Value(Kind::kTransfer, Named('V'), Named('V', 2), 50));  // back, and then
  Sent(Reverse(granted));
}

TEST_F(LinkTest, IsAnAuthoritysWhereThereIsOne) {
  Sent(PolicyEntry(Topic::kAuthority, Named('X'), 0, 1));
  EXPECT_EQ(Send(Link(Named('V', 2), Named('V'))), Verdict::kNoAuthority);
  Entry link = Link(Named('V', 2), Named('V'));
  link.recorder = Named('X');
  Sent(link);
}

TEST_F(LinkTest, IsUndoneWithItsChain) {
  Entry link = Link(Named('V', 2), Named('V'));
  link.flags = kFlagLinked;
  EXPECT_EQ(SendAll({link, Grant(99)})[0].verdict, Verdict::kLinkedEntryFailed);
  Sent(Grant(5, Named('V', 2)));
}

// Who may write policy: anybody until an authority is named, from then on authorities alone.
class AuthorityTest : public TownMachine {
 protected:
  Entry By(const Id& recorder, Entry entry) {
    entry.recorder = recorder;
    return entry;
  }
  Entry Authority(const Id& party, bool is) {
    return PolicyEntry(Topic::kAuthority, party, 0, is ? 1 : 0);
  }
  Entry Tariff() { return PolicyEntry(Topic::kTariff, Named('P'), 2, 12); }
};

TEST_F(AuthorityTest, AuthoritiesAloneWritePolicy) {
  Sent(Tariff());
  Sent(Authority(Named('R'), true));
  EXPECT_EQ(Send(Tariff()), Verdict::kNoAuthority);
  EXPECT_EQ(Send(By(Named('X'), Tariff())), Verdict::kNoAuthority);
  Sent(By(Named('R'), Tariff()));
}

TEST_F(AuthorityTest, AuthoritiesNameAndEndEachOther) {
  Sent(Authority(Named('R'), true));
  EXPECT_EQ(Send(By(Named('X'), Authority(Named('X'), true))), Verdict::kNoAuthority);
  EXPECT_EQ(Send(By(Named('R'), Authority(Named('R'), false))), Verdict::kNoAuthority)
      << "one is always left";
  Sent(By(Named('R'), Authority(Named('X'), true)));
  Sent(By(Named('X'), Authority(Named('R'), false)));
  EXPECT_EQ(Send(By(Named('R'), Tariff())), Verdict::kNoAuthority);
  Sent(By(Named('X'), Tariff()));
}

// Whatever day it names: two could end each other on one to come, and leave nobody.
TEST_F(AuthorityTest, IsOfTheMomentItIsRecorded) {
  Sent(Authority(Named('R'), true));
  Entry later = Authority(Named('X'), true);
  later.occurred_at = now_ + kDay;
  Sent(By(Named('R'), later));
  Entry ended = Authority(Named('R'), false);
  ended.occurred_at = now_ + kDay;
  Sent(By(Named('X'), ended));
  EXPECT_EQ(Send(By(Named('R'), Authority(Named('X'), false))), Verdict::kNoAuthority);
  EXPECT_EQ(Send(By(Named('R'), Tariff())), Verdict::kNoAuthority);
}

TEST_F(AuthorityTest, TheFirstEntryGivesIt) {
  EXPECT_EQ(Send(Authority(Named('R'), false)), Verdict::kNoAuthority);
  Sent(Tariff());
}

TEST_F(AuthorityTest, IsFrozenOrClosedByAnotherAlone) {
  Sent(Authority(Named('R'), true));
  Entry freeze = Blank(Kind::kFreeze);
  freeze.credit = Named('R');
  freeze.amount = 1;
  freeze.code = 1;
  EXPECT_EQ(Send(freeze), Verdict::kNoAuthority);
  EXPECT_EQ(Send(By(Named('X'), freeze)), Verdict::kNoAuthority);
  Entry close = Blank(Kind::kClose);
  close.credit = Named('R');
  EXPECT_EQ(Send(close), Verdict::kNoAuthority);
  EXPECT_EQ(Send(By(Named('R'), close)), Verdict::kNoAuthority);
  Sent(By(Named('R'), Authority(Named('X'), true)));
  Sent(By(Named('X'), close));
}

// The genesis names the first: nobody is before it.
TEST(GenesisAuthorityTest, AloneWritesPolicyFromTheStart) {
  MemoryHistory history;
  Machine machine(&history);
  const Id named = Named('R');
  ASSERT_TRUE(
      machine.Replay(*EncodeGenesis({"town", "", kShanghai, kMidnight, named})).ok());
  uint64_t sent = 0;
  const auto send = [&](Kind kind, const Id& credit, uint16_t code, uint64_t amount,
                        const Id& recorder) {
    Entry entry{};
    entry.id = Named('e', ++sent);
    entry.kind = static_cast<uint16_t>(kind);
    entry.credit = credit;
    entry.code = code;
    entry.amount = amount;
    entry.recorder = recorder;
    entry.occurred_at = kMidnight;
    Outcome outcome;
    EXPECT_TRUE(machine.Judge({&entry, 1}, kMidnight + kDay, {&outcome, 1}).ok());
    return outcome.verdict;
  };
  const auto cap = [&](const Id& recorder) {
    return send(Kind::kPolicy, kNoId, static_cast<uint16_t>(Topic::kDailyCapMinutes), 480, recorder);
  };
  const auto authority = [&](const Id& party, uint64_t is, const Id& recorder) {
    return send(Kind::kPolicy, party, static_cast<uint16_t>(Topic::kAuthority), is, recorder);
  };
  constexpr auto kRecorder = static_cast<uint16_t>(PartyKind::kRecorder);
  EXPECT_EQ(cap(kNoId), Verdict::kNoAuthority);
  EXPECT_EQ(cap(named), Verdict::kUnknownParty) << "it has to be opened first";
  EXPECT_EQ(send(Kind::kOpen, Named('X'), kRecorder, 0, kNoId), Verdict::kOk);
  EXPECT_EQ(cap(Named('X')), Verdict::kNoAuthority);
  EXPECT_EQ(authority(Named('X'), 1, Named('X')), Verdict::kNoAuthority);
  EXPECT_EQ(send(Kind::kOpen, named, kRecorder, 0, kNoId), Verdict::kOk);
  EXPECT_EQ(cap(named), Verdict::kOk);
  EXPECT_EQ(send(Kind::kFreeze, named, 1, 1, Named('X')), Verdict::kNoAuthority);
  EXPECT_EQ(send(Kind::kClose, named, 1, 0, Named('X')), Verdict::kNoAuthority);
  EXPECT_EQ(send(Kind::kClose, named, 1, 0, named), Verdict::kNoAuthority);
  EXPECT_EQ(authority(named, 0, named), Verdict::kNoAuthority) << "one is always left";
  EXPECT_EQ(authority(Named('X'), 1, named), Verdict::kOk);
  EXPECT_EQ(authority(named, 0, Named('X')), Verdict::kOk);
  EXPECT_EQ(cap(named), Verdict::kNoAuthority);
  EXPECT_EQ(cap(Named('X')), Verdict::kOk);
}

TEST_F(AuthorityTest, MustBeAPartyThatIsOpen) {
  EXPECT_EQ(Send(Authority(Named('?'), true)), Verdict::kUnknownParty);
  EXPECT_EQ(Send(PolicyEntry(Topic::kAuthority, Named('R'), 0, 2)), Verdict::kValueOutOfRange);
}

}  // namespace
}  // namespace hourbook
