// What is recorded beside service, with the numbers of the page.
#include "tests/rules/town_machine.h"

namespace hourbook {
namespace {

constexpr uint16_t kTrainingMinute = 16, kPerformance = 17, kAttendance = 18, kFen = 19,
                   kGiftPack = 20, kInspected = 21;

class RecordTest : public TownMachine {
 protected:
  RecordTest() {
    Open(Named('B'), PartyKind::kBeneficiary);
    for (uint16_t unit = kTrainingMinute; unit <= kInspected; ++unit) {
      Entry counted = PolicyEntry(Topic::kUnit, kNoId, unit, 1);
      counted.activity = {'u'};
      Sent(counted);
    }
  }

  Entry Record(Kind kind, const Id& from, const Id& to, uint16_t unit, uint64_t amount) {
    Entry entry = Blank(kind);
    entry.debit = from;
    entry.credit = to;
    entry.recorder = Named('R');
    entry.unit = unit;
    entry.amount = amount;
    return entry;
  }
  uint64_t Counted(const Id& party, uint16_t unit) const {
    return BalanceOf(party, static_cast<Unit>(unit)).credits_posted;
  }
};

// Rehearsals of 12 people, three times 120 minutes, are training: 4,320. A show of theirs, 90 minutes
// each, is service: 1,080, which alone counts for stars.
TEST_F(RecordTest, RehearsalsAreTraining) {
  for (uint64_t person = 0; person < 12; ++person) {
    Open(Named('p', person), PartyKind::kVolunteer);
    for (int rehearsal = 0; rehearsal < 3; ++rehearsal) {
      Sent(Record(Kind::kTraining, Named('T'), Named('p', person), kTrainingMinute, 120));
    }
    Entry show = Service(600, 90);
    show.credit = Named('p', person);
    Sent(show);
  }
  EXPECT_EQ(BalanceOf(Named('T'), static_cast<Unit>(kTrainingMinute)).debits_posted, 4'320u);
  EXPECT_EQ(BalanceOf(Named('T'), Unit::kMinute).debits_posted, 1'080u);
}

TEST_F(RecordTest, NobodyConfirmsTheirOwnTraining) {
  Entry training = Record(Kind::kTraining, Named('T'), Named('V'), kTrainingMinute, 60);
  const std::pair<Id, Verdict> confirmers[] = {{Named('V'), Verdict::kSelfVerified},
                                               {Named('R'), Verdict::kSelfVerified},
                                               {Named('?'), Verdict::kUnknownParty},
                                               {Named('X'), Verdict::kOk}};
  for (const auto& [confirmer, verdict] : confirmers) {
    training.ref = confirmer;
    EXPECT_EQ(Send(training), verdict);
  }
}

// 7,000 shows of 27 years before an audience of 1,400,000 are claims: no minute is minted by them.
TEST_F(RecordTest, OldShowsAreClaims) {
  Sent(Record(Kind::kLegacy, Named('T'), Named('V'), kPerformance, 7'000));
  Sent(Record(Kind::kLegacy, Named('T'), Named('V'), kAttendance, 1'400'000));
  EXPECT_EQ(Counted(Named('V'), kPerformance), 7'000u);
  EXPECT_EQ(Counted(Named('V'), kAttendance), 1'400'000u);
  EXPECT_EQ(Minutes(), 0u);
}

// As the troupe imports them: 7,000 shows one by one, 200 in the audience of each; and then a new one,
// of 24 people for 150 minutes, which alone is service: 3,600 minutes.
TEST_F(RecordTest, AnImportedShowIsNoNewOne) {
  for (uint64_t show = 0; show < 7'000; ++show) {
    for (const auto& [unit, count] : {std::pair(kPerformance, 1), std::pair(kAttendance, 200)}) {
      Entry claim = Record(Kind::kLegacy, Named('T'), Named('P'), unit, static_cast<uint64_t>(count));
      claim.activity = Named('s', show);
      Sent(claim);
    }
  }
  EXPECT_EQ(Counted(Named('P'), kPerformance), 7'000u);
  EXPECT_EQ(Counted(Named('P'), kAttendance), 1'400'000u);
  EXPECT_EQ(BalanceOf(Named('T'), Unit::kMinute).debits_posted, 0u);
  for (uint64_t person = 0; person < 24; ++person) {
    Open(Named('p', person), PartyKind::kVolunteer);
    Entry service = Service(19 * 60, 150);
    service.credit = Named('p', person);
    Sent(service);
  }
  EXPECT_EQ(BalanceOf(Named('T'), Unit::kMinute).debits_posted, 3'600u);
}

// The captain's own 30,000 yuan: recorded, and worth no points.
TEST_F(RecordTest, AContributionBuysNothing) {
  Sent(Record(Kind::kContribution, Named('V'), Named('T'), kFen, 3'000'000));
  EXPECT_EQ(Counted(Named('T'), kFen), 3'000'000u);
  EXPECT_EQ(Points(), 0u);
  Entry close = Blank(Kind::kClose);
  close.credit = Named('V');
  EXPECT_EQ(Send(close), Verdict::kOk) << "what was given is not owed";
}

// 11 grids twice a day for 31 days are 682 inspections; 679 were logged.
TEST_F(RecordTest, InspectionsAreDuty) {
  for (int i = 0; i < 679; ++i) {
    Sent(Record(Kind::kInspection, Named('T'), Named('X'), kInspected, 1));
  }
  EXPECT_EQ(31 * 11 * 2 - Counted(Named('X'), kInspected), 3u);
  EXPECT_EQ(BalanceOf(Named('T'), Unit::kMinute).debits_posted, 0u);
}

// 707 households, one gift pack each; another for household 12 is refused.
TEST_F(RecordTest, AGiftPackForEachHousehold) {
  const auto pack = [&](uint64_t household) {
    Entry entry = Record(Kind::kDistribution, Named('P'), Named('h', household), kGiftPack, 1);
    entry.activity = Named('a');
    return entry;
  };
  for (uint64_t i = 0; i < 707; ++i) {
    Open(Named('h', i), PartyKind::kBeneficiary);
    Sent(pack(i));
  }
  EXPECT_EQ(Send(pack(12)), Verdict::kAlreadyDistributed);
  EXPECT_EQ(BalanceOf(Named('P'), static_cast<Unit>(kGiftPack)).debits_posted, 707u);
  Entry next_year = pack(12);
  next_year.activity = Named('a', 2);
  const Entry given = Sent(next_year);
  Sent(Reverse(given));
  next_year.id = Named('e', 99'999);
  Sent(next_year);  // what was taken back may be given
}

TEST_F(RecordTest, OnlyUnitsThatPolicyDefinesAreCounted) {
  EXPECT_EQ(Send(Record(Kind::kTraining, Named('T'), Named('V'), 99, 1)), Verdict::kUnknownUnit);
  EXPECT_EQ(Send(Record(Kind::kTraining, Named('T'), Named('V'), 1, 1)), Verdict::kUnknownUnit)
      << "service minutes are for service";
  Entry ended = PolicyEntry(Topic::kUnit, kNoId, kFen, 0, kMidnight + kDay);
  ended.activity = {'x'};
  Sent(ended);
  Entry late = Record(Kind::kContribution, Named('V'), Named('T'), kFen, 5);
  Sent(late);  // of the day before
  late.id = Named('e', 99'999);
  late.occurred_at = kMidnight + kDay;
  EXPECT_EQ(Send(late), Verdict::kUnknownUnit);
}

TEST_F(RecordTest, UnitsAndCategoriesHaveNames) {
  EXPECT_EQ(Send(PolicyEntry(Topic::kUnit, kNoId, 30, 1)), Verdict::kWrongName);
  Entry named = PolicyEntry(Topic::kUnit, kNoId, 30, 1);
  named.activity = {0xff};
  EXPECT_EQ(Send(named), Verdict::kWrongName) << "no UTF-8";
  named.activity = {0xe7, 0xb1, 0xb3};
  Sent(named);
  Entry built_in = named;
  built_in.id = Named('e', 99'999);
  built_in.ref[0] = 2;
  EXPECT_EQ(Send(built_in), Verdict::kWrongKey);
  Entry tariff = PolicyEntry(Topic::kTariff, Named('P'), kPatrol, 10);
  tariff.activity = {'x'};
  EXPECT_EQ(Send(tariff), Verdict::kWrongName);
}

TEST_F(RecordTest, OnceCategoriesAreDefinedThereAreNoOthers) {
  Sent(Service(0, 60, kUnpaid));
  Entry patrol = PolicyEntry(Topic::kCategory, kNoId, kPatrol, 1);
  patrol.activity = {'p'};
  Sent(patrol);
  Entry to_come = PolicyEntry(Topic::kCategory, kNoId, 77, 1, kMidnight + 300 * kDay);
  to_come.activity = {'q'};
  Sent(to_come);
  Sent(Service(60, 60));
  EXPECT_EQ(Send(Service(120, 60, kUnpaid)), Verdict::kUnknownCategory);
  Sent(Service(-120, 60, kUnpaid));  // before the day of the first
  Entry training = Record(Kind::kTraining, Named('T'), Named('V'), kTrainingMinute, 30);
  EXPECT_EQ(Send(training), Verdict::kUnknownCategory);
  training.code = kPatrol;
  Sent(training);
}

// Time banks: to direct relatives by name, or to a pool for others.
class GiftTest : public RecordTest {
 protected:
  GiftTest() { Sent(Grant(50)); }

  Entry Gift(const Id& to, uint64_t points) {
    return Value(Kind::kTransfer, Named('V'), to, points);
  }
  Entry Relative(const Id& person, uint64_t most) {
    Entry entry = PolicyEntry(Topic::kRelative, Named('V'), 0, most);
    entry.ref = person;
    return entry;
  }
};

TEST_F(GiftTest, GoesToARelativeWhoIsNamed) {
  EXPECT_EQ(Send(Gift(Named('B'), 5)), Verdict::kTransferNotPermitted);
  Sent(Relative(Named('B'), 20));
  Sent(Gift(Named('B'), 20));
  EXPECT_EQ(Send(Gift(Named('B'), 21)), Verdict::kTransferNotPermitted);
  EXPECT_EQ(Send(Gift(Named('V', 2), 5)), Verdict::kTransferNotPermitted);
  EXPECT_EQ(Send(Value(Kind::kTransfer, Named('B'), Named('V'), 5)),
            Verdict::kTransferNotPermitted)
      << "not the other way round";
  Entry ended = Relative(Named('B'), 0);
  ended.occurred_at = kMidnight + 1;
  Sent(ended);
  EXPECT_EQ(Send(Gift(Named('B'), 1)), Verdict::kTransferNotPermitted);
  EXPECT_EQ(Send(Relative(Named('?'), 5)), Verdict::kUnknownParty);
  EXPECT_EQ(Send(Relative(Named('S'), 5)), Verdict::kWrongPartyKind);
  EXPECT_EQ(Send(Relative(kNoId, 5)), Verdict::kWrongKey);
}

TEST_F(GiftTest, GoesToAPool) {
  EXPECT_EQ(Send(Gift(Named('F'), 5)), Verdict::kTransferNotPermitted);
  Rule(Topic::kPool, kNoId, 2, 30);
  Sent(Gift(Named('F'), 30));
  EXPECT_EQ(Send(Gift(Named('P'), 21)), Verdict::kInsufficient);
  EXPECT_EQ(Send(Gift(Named('S'), 5)), Verdict::kWrongPartyKind);
}

}  // namespace
}  // namespace hourbook
