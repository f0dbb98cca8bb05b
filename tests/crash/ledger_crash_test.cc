// The power fails at every call that a ledger makes to its disk.
#include <sys/stat.h>

#include <algorithm>
#include <random>
#include <thread>

#include "ledger/base/error.h"
#include "ledger/engine/verify.h"
#include "tests/base/always.h"
#include "tests/base/effort.h"
#include "tests/crash/explore.h"
#include "tests/crash/other_process.h"
#include "tests/engine/town.h"

namespace hourbook::crash {
namespace {

constexpr uint64_t kVolunteers = 5;

LedgerOptions Options() {
  LedgerOptions options = TownOptions();
  options.map_size = uint64_t{1} << 24;
  options.state_period = 40;  // states are stored all the time
  return options;
}

// A program that has a ledger, and what the disk may hold of it.
class LedgerCrashTest : public testing::Test {
 protected:
  LedgerCrashTest() {
    EXPECT_EQ(::mkdir(disk().c_str(), 0755), 0);
    recording_ = std::make_unique<Recording>(disk());
    ledger_ = CreateTown(path(), Options());
    Promise();
    Append(Founding(kVolunteers));
  }

  std::string disk() const { return temp_ / "disk"; }
  std::string path() const { return disk() + "/ledger"; }
  std::string copy() const { return disk() + "/copy"; }

  // So many services, and awards for half of them.
  void Append(uint64_t services) {
    std::vector<Entry> entries;
    for (uint64_t i = 0; i < services; ++i, ++number_) {
      entries.push_back(Service(number_, number_ % kVolunteers));
      if (i % 2 == 0) entries.push_back(Grant(number_, number_ % kVolunteers, 10));
    }
    Append(entries);
  }

  void Append(const std::vector<Entry>& entries) {
    SendOk(*ledger_, entries);
    Promise();
  }

  void Reopen() {
    ledger_.reset();
    ledger_ = OpenTown(path(), Options());
  }

  // Days of all sorts, in an order that the seed chooses.
  void AppendAndReopen() {
    std::vector<uint64_t> days = {1, 1, 1, 1, 1, 1, 2, 30, 60, 200};
    std::shuffle(days.begin(), days.end(), std::mt19937_64(TestSeed()));
    for (const uint64_t services : days) Append(services);
    Reopen();
    for (const uint64_t services : {1, 60, 1}) Append(services);
  }

  // Ends the program. What it did.
  std::vector<Op> End() {
    {
      const auto snapshot = SnapshotOf(*ledger_);
      for (uint64_t i = 0; i < snapshot->size(); ++i) leaves_.push_back(snapshot->At(i)->leaf);
    }
    ledger_.reset();
    return recording_->Take();
  }

  // That it has all that was promised and nothing that was not sent, and goes on.
  absl::Status CheckSound(const std::string& ledger_path, uint64_t promised) const {
    const auto unsound = [](const auto&... parts) { return absl::DataLossError(absl::StrCat(parts...)); };
    uint64_t size = 0;
    {
      const auto ledger = Ledger::Open(ledger_path, Options());
      if (!ledger.ok()) return ledger.status();
      const auto snapshot = SnapshotOf(**ledger);
      size = snapshot->size();
      if (size < promised || size > leaves_.size()) return unsound("there are ", size, " entries");
      // It names all before it.
      if (snapshot->At(size - 1)->leaf != leaves_[size - 1]) return unsound("entry ", size - 1, " is another");
      absl::Status verified = Verify(*snapshot, Always);
      if (!verified.ok()) return verified;
      std::vector<Outcome> outcomes(1);
      const Entry next = Open(MakeId('T', 9), PartyKind::kTeam);
      absl::Status sent = (*ledger)->Append({next}, absl::InfiniteFuture(), absl::MakeSpan(outcomes));
      if (!sent.ok()) return sent;
      if (outcomes[0].index != size) return unsound("the next entry is ", outcomes[0].index);
    }
    const auto ledger = Ledger::Open(ledger_path, Options());
    if (!ledger.ok()) return ledger.status();
    const uint64_t after = SnapshotOf(**ledger)->size();
    return after == size + 1 ? absl::OkStatus() : unsound("of ", size + 1, " entries ", after, " are there");
  }

  // Before its making was promised a ledger may be none, and says so.
  absl::Status CheckNoneOrSound(const std::string& ledger_path) const {
    {
      const auto ledger = Ledger::Open(ledger_path, Options());
      if (!ledger.ok()) {
        const Failure failure = FailureOf(ledger.status());
        const bool says_so = failure == Failure::kNotFound || failure == Failure::kNotALedger ||
                             failure == Failure::kTruncated;
        return says_so ? absl::OkStatus() : ledger.status();
      }
    }
    return CheckSound(ledger_path, 1);
  }

  Explored ExploreLedger(const std::vector<Op>& ops, const Effort& effort) const {
    return Explore(ops, disk(), effort, [this](uint64_t promised) {
      return promised == 0 ? CheckNoneOrSound(path()) : CheckSound(path(), promised);
    });
  }

  void Promise() { recording_->Promise(SnapshotOf(*ledger_)->size()); }

  TempDir temp_{TempDir::MemoryBase()};
  std::unique_ptr<Recording> recording_;
  std::unique_ptr<Ledger> ledger_;
  uint64_t number_ = 0;
  std::vector<Hash> leaves_;  // of the ledger at the program's end
};

TEST_F(LedgerCrashTest, NoAcknowledgedEntryIsMissingWhateverWasWritten) {
  AppendAndReopen();
  const Explored explored = ExploreLedger(End(), Given({.seed = 1}));
  EXPECT_EQ(explored.unsound, 0) << explored.first;
  EXPECT_GT(explored.states, 600);
}

// Callers that wait together, and groups that are judged while others are on their way.
TEST_F(LedgerCrashTest, OfManyCallersNoneIsAnsweredForWhatIsMissing) {
  constexpr uint64_t kThreads = 4;  // no more than volunteers
  std::vector<std::thread> threads;
  for (uint64_t thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([this, thread] {
      for (uint64_t number = 0; number < 2; ++number) {
        std::vector<Entry> batch;
        for (uint64_t i = 0; i < 600; ++i) batch.push_back(Service(1'000 + thread * 3'000 + number * 600 + i, thread));
        std::vector<Outcome> outcomes(batch.size());
        ASSERT_TRUE(ledger_->Append(batch, absl::InfiniteFuture(), absl::MakeSpan(outcomes)).ok());
        recording_->Promise(outcomes.back().index + 1);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  const Explored explored = ExploreLedger(End(), Given({.seed = 2, .mixtures = 2, .most_alone = 2}));
  EXPECT_EQ(explored.unsound, 0) << explored.first;
  EXPECT_GT(explored.states, 100);
}

// Each takes in what the other wrote, and writes on.
TEST_F(LedgerCrashTest, OfTwoProcessesNeitherIsAnsweredForWhatIsMissing) {
  ledger_.reset();
  OtherProcess other(*recording_, [this](uint64_t services) {
    if (ledger_ == nullptr) {
      ledger_ = OpenTown(path(), Options());
      number_ = 50'000;
    }
    Append(services);
    return SnapshotOf(*ledger_)->size();
  });
  ledger_ = OpenTown(path(), Options());
  for (const uint64_t services : {1, 30, 2, 1, 70, 1}) {
    const uint64_t before = SnapshotOf(*ledger_)->size();
    ASSERT_EQ(other.Do(services), before + services + (services + 1) / 2);
    Append(services);
  }
  const Explored explored = ExploreLedger(End(), Given({.seed = 4}));
  EXPECT_EQ(explored.unsound, 0) << explored.first;
  EXPECT_GT(explored.states, 400);
}

TEST_F(LedgerCrashTest, NothingIsMissingWhereTheMapGrew) {
  LedgerOptions small = Options();
  small.map_size = uint64_t{1} << 18;
  ledger_.reset();
  ledger_ = OpenTown(path(), small);
  const uint64_t before = ledger_->Stat()->map_bytes;
  for (const uint64_t services : {1, 300, 1, 400, 1}) Append(services);
  EXPECT_GT(ledger_->Stat()->map_bytes, before);
  const Explored explored = ExploreLedger(End(), Given({.seed = 5, .mixtures = 2, .most_alone = 3}));
  EXPECT_EQ(explored.unsound, 0) << explored.first;
  EXPECT_GT(explored.states, 200);
}

TEST_F(LedgerCrashTest, ABackupIsWholeOnceItIsPromisedAndNoLedgerBefore) {
  Append(100);
  const uint64_t before = SnapshotOf(*ledger_)->size();
  ASSERT_TRUE(ledger_->Backup(copy()).ok());
  recording_->Promise(before + 1);  // this much is in the ledger after, and so it says that there is a copy
  const Explored explored = Explore(End(), disk(), Given({.seed = 3}), [&](uint64_t promised) {
    return promised <= before ? CheckNoneOrSound(copy()) : CheckSound(copy(), before);
  });
  EXPECT_EQ(explored.unsound, 0) << explored.first;
  EXPECT_GT(explored.states, 100);
}

// That what is looked at would show a loss: were LMDB's sync before its head page left out, or that of the
// head page, or the sync of the directory.
TEST_F(LedgerCrashTest, WithoutAnyOneKindOfSyncThereAreLosses) {
  AppendAndReopen();
  const std::vector<Op> ops = End();
  for (const Op::Kind left_out : {Op::Kind::kSync, Op::Kind::kSyncedWrite, Op::Kind::kSyncDirectory}) {
    EXPECT_GT(ExploreLedger(Without(left_out, ops), {.seed = 1, .ends_at_unsound = true}).unsound, 0);
  }
}

}  // namespace
}  // namespace hourbook::crash
