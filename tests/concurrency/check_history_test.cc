// Each thing that can be wrong with a history is planted, and found as what it is.
#include "tests/concurrency/check_history.h"

#include <algorithm>

#include "gtest/gtest.h"
#include "ledger/rules/judging.h"
#include "tests/base/temp_dir.h"
#include "tests/engine/town.h"
#include "tests/rules/memory_history.h"

namespace hourbook {
namespace {

constexpr int64_t kNow = kStart + int64_t{1'000} * 60 * kMinute;

// A ledger that is as plain as can be, and callers whose calls overlap as a test says.
class CheckHistoryTest : public testing::Test {
 protected:
  CheckHistoryTest() : machine_(&memory_) {
    EXPECT_TRUE(machine_.Replay(EncodeGenesis(TownGenesis()).value()).ok());
    Append(Founding(2), 1, 2);
  }

  // Takes effect now, whenever its caller says that it was.
  Operation& Append(const std::vector<Entry>& batch, int64_t invoked, int64_t responded) {
    Operation& operation = Add(invoked, responded);
    operation.batch = batch;
    operation.outcomes.resize(batch.size());
    EXPECT_TRUE(machine_.Judge(batch, kNow, absl::MakeSpan(operation.outcomes)).ok());
    return operation;
  }

  Operation& Read(int64_t invoked, int64_t responded) {
    Operation& operation = Add(invoked, responded);
    operation.kind = Operation::Kind::kRead;
    operation.size = memory_.entries().size();
    const Slot account = AccountOf(machine_.state(), Volunteer(0), Unit::kPoint);
    operation.balances = {
        {Volunteer(0), Unit::kPoint,
         account == kNoSlot ? Balance{} : machine_.state().accounts.account(account).balance},
        {Volunteer(9), Unit::kPoint, std::nullopt}};
    operation.entries = {{MakeId('g', 1), memory_.Find(MakeId('g', 1)).value()}};
    return operation;
  }

  // What is wrong with it, as it stands or with another log.
  Fault Check() const { return Check(memory_.entries()); }
  Fault Check(const std::vector<Entry>& log) const {
    const HistoryFinding finding = CheckHistory({operations_.begin(), operations_.end()}, log, kNow);
    EXPECT_EQ(finding.fault == Fault::kNone, finding.what.empty());
    return finding.fault;
  }

  std::vector<Entry> log() const { return memory_.entries(); }

  std::deque<Operation> operations_;

 private:
  Operation& Add(int64_t invoked, int64_t responded) {
    Operation& operation = operations_.emplace_back();
    operation.answer = Operation::Answer::kGiven;
    operation.number = operations_.size();
    operation.invoked = invoked;
    operation.responded = responded;
    return operation;
  }

  MemoryHistory memory_;
  Machine machine_;
};

TEST_F(CheckHistoryTest, CallsThatOverlapMayTakeEffectInAnyOrder) {
  Append({Grant(1, 0, 50)}, 10, 100);
  Append({Redeem(1, 0, 30), Redeem(2, 0, 30)}, 9, 90);
  Read(11, 12);
  Append({Grant(2, 1, 5)}, 8, 13);
  Append({Redeem(3, 0, 21)}, 14, 15);
  Read(16, 17);
  EXPECT_EQ(Check(), Fault::kNone);
}

TEST_F(CheckHistoryTest, CountsWhatItHasSeen) {
  Append({Grant(1, 0, 50)}, 10, 20).answer = Operation::Answer::kNone;
  Append({Redeem(1, 0, 60)}, 30, 40);
  Read(50, 60);
  HistoryCounts counts;
  EXPECT_EQ(CheckHistory({operations_.begin(), operations_.end()}, log(), kNow, &counts).what, "");
  EXPECT_EQ(counts.batches, 2u);
  EXPECT_EQ(counts.unanswered, 1u);
  EXPECT_EQ(counts.refusals, 1u);
  EXPECT_EQ(counts.reads, 1u);
}

TEST_F(CheckHistoryTest, WhatWasAcknowledgedIsLost) {
  Append({Grant(1, 0, 50)}, 10, 20);
  std::vector<Entry> shorter = log();
  shorter.pop_back();
  EXPECT_EQ(Check(shorter), Fault::kLost);
}

TEST_F(CheckHistoryTest, WhatWasSeenIsLost) {
  Append({Grant(1, 0, 50)}, 10, kNever).answer = Operation::Answer::kNone;
  Read(15, 16);
  std::vector<Entry> shorter = log();
  EXPECT_EQ(Check(), Fault::kNone);
  shorter.pop_back();
  EXPECT_EQ(Check(shorter), Fault::kLost);
}

TEST_F(CheckHistoryTest, AnEntryIsThereTwice) {
  Append({Grant(1, 0, 50)}, 10, 20);
  std::vector<Entry> longer = log();
  longer.push_back(longer.back());
  EXPECT_EQ(Check(longer), Fault::kDuplicated);
}

TEST_F(CheckHistoryTest, TwoAreToldToHaveWrittenTheSame) {
  const Operation first = Append({Grant(1, 0, 50)}, 10, 20);
  Append({Grant(1, 0, 50)}, 11, 21);
  EXPECT_EQ(Check(), Fault::kNone) << "one was told that it exists";
  operations_.back().outcomes = first.outcomes;
  EXPECT_EQ(Check(), Fault::kDuplicated);
}

TEST_F(CheckHistoryTest, AnEntryThatNobodySent) {
  Append({Grant(1, 0, 50)}, 10, 20);
  operations_.pop_back();
  EXPECT_EQ(Check(), Fault::kNeverSent);
}

TEST_F(CheckHistoryTest, AnEntryThatWasSentOtherwise) {
  Operation& sent = Append({Grant(1, 0, 50)}, 10, kNever);
  sent.answer = Operation::Answer::kNone;
  EXPECT_EQ(Check(), Fault::kNone);
  sent.batch[0].amount = 51;
  EXPECT_EQ(Check(), Fault::kNeverSent);
}

TEST_F(CheckHistoryTest, APartOfABatch) {
  Append({Grant(1, 0, 50), Grant(2, 0, 50)}, 10, kNever).answer = Operation::Answer::kNone;
  EXPECT_EQ(Check(), Fault::kNone);
  std::vector<Entry> shorter = log();
  shorter.pop_back();
  EXPECT_EQ(Check(shorter), Fault::kTornBatch);
}

TEST_F(CheckHistoryTest, ALookAtAPartOfABatch) {
  Append({Grant(1, 0, 50), Grant(2, 0, 50)}, 10, 20);
  --Read(15, 16).size;
  EXPECT_EQ(Check(), Fault::kWrongRead);
}

TEST_F(CheckHistoryTest, AnAnswerThatTheRulesDoNotGive) {
  Operation& granted = Append({Grant(1, 0, 50)}, 10, 20);
  ++granted.outcomes[0].credit.credits_posted;
  EXPECT_EQ(Check(), Fault::kWrongAnswer);
}

TEST_F(CheckHistoryTest, ARefusalIsJustifiedAtSomePlaceInItsWindow) {
  Operation& refused = Append({Redeem(1, 0, 50)}, 10, 20);
  Append({Grant(1, 0, 50)}, 12, 14);
  EXPECT_EQ(Check(), Fault::kNone) << "before the grant";
  refused.invoked = 16;
  EXPECT_EQ(Check(), Fault::kUnjustified) << "the grant was there";
}

TEST_F(CheckHistoryTest, ARefusalIsNotJustifiedByWhatComesAfter) {
  Append({Grant(1, 0, 50)}, 10, 11);
  Append({Redeem(1, 0, 50)}, 20, 30);
  Operation& refused = Append({Redeem(2, 0, 1)}, 22, 25);
  EXPECT_EQ(Check(), Fault::kNone);
  refused.invoked = 12;
  refused.responded = 19;
  EXPECT_EQ(Check(), Fault::kUnjustified) << "there were 50 points, all of that time";
}

TEST_F(CheckHistoryTest, WhatWasToldNotToBeWritten) {
  Append({Grant(1, 0, 50)}, 10, 20).answer = Operation::Answer::kNothing;
  EXPECT_EQ(Check(), Fault::kWritten);
}

TEST_F(CheckHistoryTest, OneThatBeganAfterAnotherWasOverStandsBeforeIt) {
  Append({Grant(1, 0, 50)}, 30, 40);
  Append({Grant(2, 0, 50)}, 10, 20);
  EXPECT_EQ(Check(), Fault::kReordered);
  operations_.back().responded = 30;
  EXPECT_EQ(Check(), Fault::kNone) << "at one moment";
}

TEST_F(CheckHistoryTest, ALookWithoutWhatWasOver) {
  Operation& read = Read(10, 20);
  Append({Grant(1, 0, 50)}, 12, 14);
  EXPECT_EQ(Check(), Fault::kNone);
  read.invoked = 15;
  EXPECT_EQ(Check(), Fault::kStaleRead);
}

TEST_F(CheckHistoryTest, ALookThatGoesBackBehindAnother) {
  Operation& read = Read(10, 20);
  Append({Grant(1, 0, 50)}, 12, kNever).answer = Operation::Answer::kNone;
  Read(13, 14);
  EXPECT_EQ(Check(), Fault::kNone);
  read.invoked = 15;
  EXPECT_EQ(Check(), Fault::kStaleRead);
}

TEST_F(CheckHistoryTest, ALookWithWhatHadNotBegun) {
  Append({Grant(1, 0, 50)}, 12, 14);
  Operation& read = Read(10, 20);
  EXPECT_EQ(Check(), Fault::kNone);
  read.responded = 11;
  EXPECT_EQ(Check(), Fault::kFutureRead);
}

TEST_F(CheckHistoryTest, ALookAtAnotherStateThanItsPlaces) {
  Append({Grant(1, 0, 50)}, 10, 20);
  const Operation sound = Read(30, 40);
  Operation& read = operations_.back();
  read.balances[0].balance->credits_posted = 49;
  EXPECT_EQ(Check(), Fault::kWrongRead);
  read = sound;
  read.balances[1].balance = Balance{};
  EXPECT_EQ(Check(), Fault::kWrongRead) << "nobody has opened it";
  read = sound;
  read.entries[0].index.reset();
  EXPECT_EQ(Check(), Fault::kWrongRead) << "it is there";
  read = sound;
  EXPECT_EQ(Check(), Fault::kNone);
}

TEST_F(CheckHistoryTest, AFileHasWhatWasWrittenBeforeItsWriterWasKilled) {
  const TempDir temp;
  const std::string path = temp / "history";
  {
    CallHistory history(7, path);
    Operation& first = history.Begin({Grant(1, 0, 50), Grant(2, 0, 50)});
    history.Begin({Grant(3, 1, 5)});
    first.outcomes[1].index = 12;
    history.End(first, Operation::Answer::kGiven);
    history.Add(Read(30, 40));
  }
  std::vector<Operation> read = ReadCallHistory(path);
  ASSERT_EQ(read.size(), 3u);
  EXPECT_EQ(read[0].caller, 7u);
  EXPECT_EQ(read[0].answer, Operation::Answer::kGiven);
  EXPECT_EQ(read[0].outcomes.at(1).index, 12u);
  EXPECT_GE(read[0].responded, read[1].invoked);
  EXPECT_EQ(read[1].answer, Operation::Answer::kNone);
  EXPECT_EQ(read[1].responded, kNever);
  EXPECT_EQ(read[1].batch.at(0), Grant(3, 1, 5));
  EXPECT_EQ(read[2].kind, Operation::Kind::kRead);
  EXPECT_EQ(read[2].balances.size(), 2u);
  EXPECT_EQ(read[2].entries.at(0).id, MakeId('g', 1));
  for (uint64_t cut = std::filesystem::file_size(path); cut-- > 0;) {
    std::filesystem::resize_file(path, cut);
    EXPECT_LE(ReadCallHistory(path).size(), 3u);
  }
  EXPECT_TRUE(ReadCallHistory(path).empty());
}

}  // namespace
}  // namespace hourbook
