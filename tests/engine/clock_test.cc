// A clock that goes backwards: what is recorded does not.
#include <atomic>

#include "ledger/engine/verify.h"
#include "tests/base/always.h"
#include "tests/engine/town.h"

namespace hourbook {
namespace {

std::atomic<int64_t> now{0};

LedgerOptions Options() {
  LedgerOptions options;
  options.clock = [] { return now.load(); };
  return options;
}

class ClockTest : public testing::Test {
 protected:
  ClockTest() {
    now = kStart + 1'000 * 60 * kMinute;
    ledger_ = CreateTown(temp_ / "ledger", Options());
    SendOk(*ledger_, Founding(2));
  }

  // When the ledger says that the entry was recorded; the same in its answer and in the log.
  int64_t Record(const Entry& entry) {
    const Outcome outcome = Send(*ledger_, {entry})[0];
    EXPECT_EQ(outcome.verdict, Verdict::kOk) << NameOf(outcome.verdict);
    EXPECT_EQ(SnapshotOf(*ledger_)->At(outcome.index)->entry.recorded_at, outcome.recorded_at);
    return outcome.recorded_at;
  }

  const TempDir temp_{TempDir::MemoryBase()};
  std::unique_ptr<Ledger> ledger_;
};

TEST_F(ClockTest, WhatIsRecordedNeverGoesBack) {
  now += kMinute;
  const int64_t first = Record(Service(0, 0));
  EXPECT_EQ(first, now);
  now -= 60 * kMinute;
  EXPECT_EQ(Record(Service(1, 0)), first + 1);
  EXPECT_EQ(Record(Service(2, 0)), first + 2);
  ledger_.reset();  // nor over processes
  ledger_ = OpenTown(temp_ / "ledger", Options());
  EXPECT_EQ(Record(Service(3, 0)), first + 3);
  now = first + kMinute;
  EXPECT_EQ(Record(Service(4, 0)), first + kMinute) << "and goes on with the clock once that is ahead again";
  EXPECT_TRUE(Verify(*SnapshotOf(*ledger_), Always).ok());
}

// What lapsed stays lapsed, and what holds goes on holding as long as recorded time says.
TEST_F(ClockTest, HoldsGoByRecordedTime) {
  SendOk(*ledger_, {Grant(0, 0, 100)});
  Entry redeem = Redeem(0, 0, 40, true);
  redeem.timeout = 60;  // seconds
  now += kMinute;
  Record(redeem);
  EXPECT_EQ(PointsOf(*SnapshotOf(*ledger_), 0), 60u);
  now += 2 * kMinute;
  Record(Service(0, 0));
  EXPECT_EQ(PointsOf(*SnapshotOf(*ledger_), 0), 100u) << "it has lapsed";
  now -= 10 * kMinute;
  Record(Service(1, 0));
  EXPECT_EQ(PointsOf(*SnapshotOf(*ledger_), 0), 100u);
  EXPECT_TRUE(Verify(*SnapshotOf(*ledger_), Always).ok());
}

}  // namespace
}  // namespace hourbook
