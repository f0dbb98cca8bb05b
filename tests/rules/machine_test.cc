#include "ledger/rules/machine.h"

#include "tests/rules/town_machine.h"

namespace hourbook {
namespace {

using MachineTest = TownMachine;

TEST_F(MachineTest, PartiesOpenAndClose) {
  EXPECT_EQ(Send(OpenEntry(Named('V'), PartyKind::kVolunteer)), Verdict::kPartyExists);
  EXPECT_EQ(Send(OpenEntry(Named('N'), static_cast<PartyKind>(8))), Verdict::kWrongPartyKind);
  Entry close = Blank(Kind::kClose);
  close.credit = Named('N');
  EXPECT_EQ(Send(close), Verdict::kUnknownParty);
  Sent(Grant(50));
  close.credit = Named('V');
  EXPECT_EQ(Send(close), Verdict::kBalanceNotZero);
  const Entry hold = Sent(Hold(50));
  EXPECT_EQ(Send(close), Verdict::kBalanceNotZero);
  Sent(Second(Kind::kPost, hold));
  Sent(Service(480, 60));  // minutes stay with whoever served them
  Sent(close);
  EXPECT_EQ(Send(Grant(1)), Verdict::kPartyClosed);
  EXPECT_EQ(Send(OpenEntry(Named('V'), PartyKind::kVolunteer)), Verdict::kPartyExists);
}

TEST_F(MachineTest, ARetryIsToldFromAnotherEntryOfTheSameId) {
  Sent(Grant(50));
  const Entry entry = Sent(Hold(10, 60));
  const uint64_t index = size() - 1;
  const Outcome again = SendAll({entry})[0];
  EXPECT_EQ(again.verdict, Verdict::kExists);
  EXPECT_EQ(again.index, index);
  EXPECT_EQ(again.debit.debits_pending, 10u);
  const std::vector<std::pair<void (*)(Entry&), Verdict>> changes = {
      {[](Entry& e) { e.kind = static_cast<uint16_t>(Kind::kTransfer); },
       Verdict::kExistsWithDifferentKind},
      {[](Entry& e) { e.flags |= kFlagImported; }, Verdict::kExistsWithDifferentFlags},
      {[](Entry& e) { e.debit = Named('V', 2); }, Verdict::kExistsWithDifferentDebit},
      {[](Entry& e) { e.credit = Named('V', 2); }, Verdict::kExistsWithDifferentCredit},
      {[](Entry& e) { e.amount = 11; }, Verdict::kExistsWithDifferentAmount},
      {[](Entry& e) { e.code = 1; }, Verdict::kExistsWithDifferentCode},
      {[](Entry& e) { e.ref = Named('i'); }, Verdict::kExistsWithDifferentRef},
      {[](Entry& e) { e.activity = Named('a'); }, Verdict::kExistsWithDifferentActivity},
      {[](Entry& e) { e.recorder = Named('R'); }, Verdict::kExistsWithDifferentRecorder},
      {[](Entry& e) { e.occurred_at += 1; }, Verdict::kExistsWithDifferentOccurredAt},
      {[](Entry& e) { e.timeout = 61; }, Verdict::kExistsWithDifferentTimeout},
      {[](Entry& e) { e.evidence[0] = 1; }, Verdict::kExistsWithDifferentEvidence},
  };
  for (const auto& [change, verdict] : changes) {
    Entry changed = entry;
    change(changed);
    const Outcome outcome = SendAll({changed})[0];
    EXPECT_EQ(outcome.verdict, verdict) << NameOf(outcome.verdict);
    EXPECT_EQ(outcome.index, index);
  }
  Entry unit = Value(Kind::kTransfer, Named('V'), Named('V', 2), 1);
  Rule(Topic::kTransfer, kNoId, 2, 10);
  Sent(unit);
  unit.unit = static_cast<uint16_t>(Unit::kBankMinute);
  EXPECT_EQ(Send(unit), Verdict::kExistsWithDifferentUnit);
}

TEST_F(MachineTest, RecordedTimesOnlyIncrease) {
  Sent(Grant(1));
  const int64_t first = history_.entries().back().recorded_at;
  EXPECT_EQ(first, now_);
  Sent(Grant(1));
  EXPECT_EQ(history_.entries().back().recorded_at, first + 1);
  now_ -= kDay;
  Sent(Grant(1));
  EXPECT_EQ(history_.entries().back().recorded_at, first + 2);
  now_ = first + kDay;
  Sent(Grant(1));
  EXPECT_EQ(history_.entries().back().recorded_at, now_);
}

TEST_F(MachineTest, AnImportedEntryIsRecordedAtItsEvent) {
  const int64_t last = history_.entries().back().recorded_at;
  Entry grant = Grant(1);
  grant.flags = kFlagImported;
  grant.recorded_at = last + kMinute;
  Sent(grant);
  EXPECT_EQ(history_.entries().back().recorded_at, last + kMinute);
  grant = Grant(1);
  grant.flags = kFlagImported;
  grant.recorded_at = last;  // events of the same time are told apart
  Sent(grant);
  EXPECT_EQ(history_.entries().back().recorded_at, last + kMinute + 1);
  grant = Grant(1);
  grant.flags = kFlagImported;
  grant.recorded_at = now_ + 1;
  EXPECT_EQ(Send(grant), Verdict::kRecordedInFuture);
}

TEST_F(MachineTest, NothingIsRecordedBeforeItHappened) {
  Entry grant = Grant(1);
  grant.occurred_at = now_ + 1;
  EXPECT_EQ(Send(grant), Verdict::kOccurredInFuture);
  Sent(PolicyEntry(Topic::kGrant, Named('P'), kReport, 60, now_ + kDay));
}

TEST_F(MachineTest, LinkedEntriesStandOrFallTogether) {
  Sent(Grant(50));
  const uint64_t before = size();
  Entry a = Redeem(10);
  Entry b = Hold(10, 60);
  Entry c = Redeem(31);
  a.flags |= kFlagLinked;
  b.flags |= kFlagLinked;
  const auto fallen = SendAll({a, b, c, Redeem(1)});
  EXPECT_EQ(fallen[0].verdict, Verdict::kLinkedEntryFailed);
  EXPECT_EQ(fallen[1].verdict, Verdict::kLinkedEntryFailed);
  EXPECT_EQ(fallen[2].verdict, Verdict::kInsufficient);
  EXPECT_EQ(fallen[3].verdict, Verdict::kOk);  // the next is none of the chain
  EXPECT_EQ(fallen[3].index, before);
  EXPECT_EQ(machine_.state().holds.open(), 0u);
  c.amount = 29;
  for (const Outcome& outcome : SendAll({a, b, c})) EXPECT_EQ(outcome.verdict, Verdict::kOk);
  for (const Outcome& outcome : SendAll({a, b, c})) EXPECT_EQ(outcome.verdict, Verdict::kExists);
  EXPECT_EQ(Points(), 0u);
}

TEST_F(MachineTest, AChainMayEndInWhatExists) {
  Sent(Grant(50));
  const Entry there = Sent(Redeem(1));
  Entry fresh = Redeem(2);
  fresh.flags = kFlagLinked;
  const auto outcomes = SendAll({fresh, there});
  EXPECT_EQ(outcomes[0].verdict, Verdict::kOk);
  EXPECT_EQ(outcomes[1].verdict, Verdict::kExists);
}

TEST_F(MachineTest, AChainMustEndInItsBatch) {
  Sent(Grant(50));
  Entry open = Redeem(1);
  open.flags = kFlagLinked;
  Entry last = Redeem(1);
  last.flags = kFlagLinked;
  const auto outcomes = SendAll({open, last});
  EXPECT_EQ(outcomes[0].verdict, Verdict::kLinkedEntryFailed);
  EXPECT_EQ(outcomes[1].verdict, Verdict::kLinkedChainOpen);
  EXPECT_EQ(Points(), 50u);
}

TEST_F(MachineTest, AServiceAndItsAwardInOneChain) {
  Entry service = Service(480, 60);
  service.flags = kFlagLinked;
  for (const Outcome& outcome : SendAll({service, Award(service, 10)})) {
    EXPECT_EQ(outcome.verdict, Verdict::kOk);
  }
  Entry late = Service(600, 60);
  late.flags = kFlagLinked;
  const auto outcomes = SendAll({late, Award(late, 11)});
  EXPECT_EQ(outcomes[0].verdict, Verdict::kLinkedEntryFailed);
  EXPECT_EQ(outcomes[1].verdict, Verdict::kWrongAmount);
  EXPECT_EQ(Minutes(), 60u);
  Sent(Service(600, 60));
}

// Whoever says when an entry was recorded chooses what it is judged by.
TEST_F(MachineTest, ImportingEnds) {
  Rule(Topic::kBackdatingDays, kNoId, 0, 10);
  now_ = kMidnight + 200 * kDay;
  const auto imported = [&](int64_t start_minute) {
    Entry entry = Service(start_minute, 60);
    entry.flags = kFlagImported;
    entry.recorded_at = entry.occurred_at + 60 * kMinute;
    return entry;
  };
  EXPECT_EQ(Send(Service(100 * 1'440, 60)), Verdict::kLate);
  Sent(imported(100 * 1'440));
  // In force from when it is recorded, whatever it says.
  Sent(PolicyEntry(Topic::kImporting, kNoId, 0, 0, now_ + 100 * kDay));
  now_ += 50 * kDay;
  EXPECT_EQ(Send(imported(210 * 1'440)), Verdict::kImportingEnded);
  Entry again = PolicyEntry(Topic::kImporting, kNoId, 0, 1);
  again.flags = kFlagImported;
  again.recorded_at = now_;
  EXPECT_EQ(Send(again), Verdict::kImportingEnded);
  Sent(PolicyEntry(Topic::kImporting, kNoId, 0, 1));
  now_ += kDay;
  Entry last = imported(250 * 1'440);
  last.recorded_at = now_;
  Sent(last);
}

// What is in force is not rewritten for the same instant; before that it may be corrected.
TEST_F(MachineTest, PolicyInForceIsNotContradicted) {
  const auto cap = [&](uint64_t minutes, int64_t from) {
    return PolicyEntry(Topic::kDailyCapMinutes, kNoId, 0, minutes, from);
  };
  Sent(cap(400, now_ - kDay));
  EXPECT_EQ(Send(cap(300, now_ - kDay)), Verdict::kPolicyConflict);
  Sent(cap(400, now_ - kDay));
  Sent(cap(300, now_ - kDay + 1));
  Sent(cap(200, now_ + kDay));
  Sent(cap(100, now_ + kDay));
  now_ += 2 * kDay;
  EXPECT_EQ(Send(cap(200, now_ - kDay)), Verdict::kPolicyConflict) << "the correction holds";
  Sent(cap(100, now_ - kDay));
}

TEST_F(MachineTest, PolicyIsCheckedInItsLedger) {
  EXPECT_EQ(Send(PolicyEntry(Topic::kTariff, Named('P', 9), 1, 10)), Verdict::kUnknownParty);
  EXPECT_EQ(Send(PolicyEntry(Topic::kTariff, Named('T'), 1, 10)), Verdict::kWrongPartyKind);
  EXPECT_EQ(Send(PolicyEntry(Topic::kTariff, Named('P'), 0, 10)), Verdict::kWrongKey);
  // Local days that were judged by must not shift.
  EXPECT_EQ(Send(PolicyEntry(Topic::kUtcOffset, kNoId, 0, 3'600, now_ - 1)),
            Verdict::kPolicyBackdated);
  // Once there are categories, none is paid for that is not one of them.
  Entry category = PolicyEntry(Topic::kCategory, kNoId, kPatrol, 1);
  category.activity = {'p'};
  Sent(category);
  for (const Topic topic : {Topic::kTariff, Topic::kRounding}) {
    EXPECT_EQ(Send(PolicyEntry(topic, Named('P'), kUnpaid, 1)), Verdict::kUnknownCategory);
    Sent(PolicyEntry(topic, Named('P'), kPatrol, 1));
  }
  EXPECT_EQ(Send(PolicyEntry(Topic::kBankRate, kNoId, kUnpaid, 60)), Verdict::kUnknownCategory);
  Sent(PolicyEntry(Topic::kUtcOffset, kNoId, 0, 3'600, now_ + kDay));
}

TEST_F(MachineTest, BackLinksChainEachAccount) {
  Sent(Grant(10));
  const uint64_t first_index = size() - 1;
  Sent(Grant(5, Named('V', 2)));
  Sent(Redeem(3));
  const Entry& redeem = history_.entries().back();
  EXPECT_EQ(redeem.prev_debit, first_index);
  EXPECT_EQ(redeem.prev_credit, 0u);
  EXPECT_EQ(history_.entries()[first_index + 1].prev_debit, first_index);
  EXPECT_EQ(history_.entries()[first_index + 1].prev_credit, 0u);
}

TEST_F(MachineTest, ATrialLeavesNothingBehind) {
  Sent(Grant(50));
  const uint64_t before = size();
  const State::Mark mark = machine_.Begin();
  Sent(Redeem(50));
  Sent(PolicyEntry(Topic::kGrant, Named('P'), kReport, 1));
  Open(Named('N'), PartyKind::kVolunteer);
  machine_.RollBack(mark);
  EXPECT_EQ(size(), before);
  EXPECT_EQ(Points(), 50u);
  Sent(Grant(50));
  Open(Named('N'), PartyKind::kVolunteer);
}

class ReplayTest : public TownMachine {
 protected:
  ReplayTest() {
    Sent(Grant(50));
    Entry service = Service(480, 60);
    service.flags = kFlagLinked;
    SendAll({service, Award(service, 10)});
    Sent(Second(Kind::kPost, Sent(Hold(10)), 4));
    Sent(Hold(5, 1));
    now_ += 2'000'000'000;
    Sent(Redeem(20));
  }

  // What replaying the entries says.
  static absl::Status Replay(const std::vector<Entry>& entries) {
    MemoryHistory history;
    Machine machine(&history);
    for (const Entry& entry : entries) {
      if (absl::Status replayed = machine.Replay(entry); !replayed.ok()) return replayed;
    }
    return absl::OkStatus();
  }
};

TEST_F(ReplayTest, TakesInWhatWasWritten) {
  EXPECT_TRUE(Replay(history_.entries()).ok()) << Replay(history_.entries());
}

TEST_F(ReplayTest, RefusesEveryChangedByte) {
  const std::vector<Entry>& entries = history_.entries();
  size_t refused = 0;
  for (size_t i = 0; i < entries.size(); ++i) {
    for (const size_t field :
         {offsetof(Entry, debit), offsetof(Entry, amount), offsetof(Entry, index),
          offsetof(Entry, prev_debit), offsetof(Entry, prev_credit), offsetof(Entry, kind),
          offsetof(Entry, unit), offsetof(Entry, reserved)}) {
      std::vector<Entry> changed = entries;
      reinterpret_cast<uint8_t*>(&changed[i])[field] ^= 0x40;
      // The last entries' amounts may change to another that is just as good.
      if (!Replay(changed).ok()) ++refused;
    }
  }
  EXPECT_GE(refused, entries.size() * 8 * 9 / 10);
}

TEST_F(ReplayTest, RefusesWhatIsSwappedOrDropped) {
  for (size_t i = 1; i + 1 < history_.entries().size(); ++i) {
    std::vector<Entry> swapped = history_.entries();
    std::swap(swapped[i], swapped[i + 1]);
    EXPECT_FALSE(Replay(swapped).ok()) << i;
    std::vector<Entry> dropped = history_.entries();
    dropped.erase(dropped.begin() + static_cast<ptrdiff_t>(i));
    EXPECT_FALSE(Replay(dropped).ok()) << i;
  }
}

// Regression: an entry that was twice in a chain that failed was said to exist, and did not.
TEST_F(MachineTest, WhatFellWithItsChainDoesNotExist) {
  Entry grant = Grant(10);
  grant.flags |= kFlagLinked;
  const std::vector<Outcome> failed = SendAll({grant, grant, Grant(1'000)});
  EXPECT_EQ(failed[0].verdict, Verdict::kLinkedEntryFailed);
  EXPECT_EQ(failed[1].verdict, Verdict::kLinkedEntryFailed);
  const std::vector<Outcome> open = SendAll({grant, grant});
  EXPECT_EQ(open[0].verdict, Verdict::kLinkedEntryFailed);
  EXPECT_EQ(open[1].verdict, Verdict::kLinkedChainOpen);
  EXPECT_EQ(Points(), 0u);
}

// Regression: its accounts were told as they were in the middle of a chain that failed.
TEST_F(MachineTest, WhatExistsIsToldWithItsAccountsAsTheyAreAfterAChainFailed) {
  Entry there = Grant(20);
  there.flags |= kFlagLinked;
  ASSERT_EQ(SendAll({there, Grant(1)})[1].verdict, Verdict::kOk);
  Entry falls = Grant(5);
  falls.flags |= kFlagLinked;
  const std::vector<Outcome> outcomes = SendAll({falls, there, Grant(1'000)});
  EXPECT_EQ(outcomes[1].verdict, Verdict::kExists);
  EXPECT_EQ(outcomes[1].credit.credits_posted, 21u);
}

}  // namespace
}  // namespace hourbook
