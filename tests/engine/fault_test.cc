// What the disk may do to a ledger: calls that fail when a test says so.
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <thread>

#include "ledger/base/error.h"
#include "ledger/chain/frontier.h"
#include "ledger/engine/verify.h"
#include "tests/base/always.h"
#include "tests/calls/calls.h"
#include "tests/engine/town.h"

namespace hourbook {
namespace {

std::atomic<int> sync_error{0};        // errno of a sync, or 0
std::atomic<unsigned> sync_micros{0};  // how much longer it takes
std::atomic<int> write_error{0};       // errno of a write, or 0

int Gate(Call call) {
  if (call == Call::kSync && sync_micros != 0) ::usleep(sync_micros);
  if (call == Call::kSync) return sync_error;
  return call == Call::kWrite ? write_error.load() : 0;
}

class FaultTest : public testing::Test {
 protected:
  FaultTest() {
    SetCallGate(Gate);
    ledger_ = CreateTown(path());
    SendOk(*ledger_, Founding(2));
    SendOk(*ledger_, {Service(0, 0)});
  }
  ~FaultTest() override {
    sync_error = 0;
    write_error = 0;
    sync_micros = 0;
    SetCallGate(nullptr);
  }

  std::string path() const { return temp_ / "ledger"; }

  absl::Status TrySend(const Entry& entry) {
    std::vector<Outcome> outcomes(1);
    return ledger_->Append({entry}, absl::InfiniteFuture(), absl::MakeSpan(outcomes));
  }

  // What a caller does after a failure that it cannot judge.
  void ReopenAndSendAgain() {
    ledger_.reset();
    ledger_ = OpenTown(path());
    const auto first = Send(*ledger_, {Service(0, 0)});
    EXPECT_EQ(first[0].verdict, Verdict::kExists) << "an acknowledged entry is there";
    EXPECT_TRUE(Stands(Send(*ledger_, {Service(1, 1)})[0].verdict));
    const auto snapshot = SnapshotOf(*ledger_);
    EXPECT_EQ(MinutesOf(*snapshot, 1), 60u);
    EXPECT_TRUE(Verify(*snapshot, Always).ok());
  }

  TempDir temp_;
  std::unique_ptr<Ledger> ledger_;
};

TEST_F(FaultTest, AFailedSyncIsNeverRetriedIntoASuccess) {
  sync_error = EIO;
  EXPECT_EQ(FailureOf(TrySend(Service(1, 1))), Failure::kIoError);
  sync_error = 0;
  // The system may have dropped the pages that it could not write: a sync that succeeds now says
  // nothing of them.
  EXPECT_EQ(FailureOf(TrySend(Service(1, 1))), Failure::kPoisoned);
  EXPECT_EQ(FailureOf(TrySend(Service(0, 0))), Failure::kPoisoned);
  EXPECT_EQ(FailureOf(ledger_->OpenSnapshot().status()), Failure::kPoisoned);
  EXPECT_EQ(FailureOf(ledger_->Backup(temp_ / "copy")), Failure::kPoisoned);
  ReopenAndSendAgain();
}

TEST_F(FaultTest, AFullDiskIsToldAndLosesNothing) {
  write_error = ENOSPC;
  EXPECT_EQ(FailureOf(TrySend(Service(1, 1))), Failure::kDiskFull);
  write_error = 0;
  EXPECT_EQ(FailureOf(TrySend(Service(1, 1))), Failure::kPoisoned);
  ReopenAndSendAgain();
}

TEST_F(FaultTest, AFailedWriteIsToldAndLosesNothing) {
  write_error = EIO;
  EXPECT_EQ(FailureOf(TrySend(Service(1, 1))), Failure::kIoError);
  write_error = 0;
  ReopenAndSendAgain();
}

TEST_F(FaultTest, ASnapshotFromBeforeTheFailureGoesOnReading) {
  const auto snapshot = SnapshotOf(*ledger_);
  sync_error = EIO;
  EXPECT_FALSE(TrySend(Service(1, 1)).ok());
  EXPECT_EQ(MinutesOf(*snapshot, 0), 60u);
  EXPECT_EQ(MinutesOf(*snapshot, 1), 0u);
}

TEST_F(FaultTest, EveryWaitingCallerIsToldOfTheFailure) {
  sync_error = EIO;
  std::atomic<int> told{0};
  std::vector<std::thread> threads;
  for (uint64_t i = 1; i <= 8; ++i) {
    threads.emplace_back([&, i] {
      const absl::Status sent = TrySend(Service(i, 1));
      if (!sent.ok()) ++told;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(told, 8);
  sync_error = 0;
  ReopenAndSendAgain();
}

TEST_F(FaultTest, WhatWasSubmittedIsToldOfTheFailure) {
  constexpr int kBatches = 20;
  std::vector<std::vector<Entry>> batches;
  std::vector<std::vector<Outcome>> outcomes(kBatches, std::vector<Outcome>(600));
  for (uint64_t number = 0; number < kBatches; ++number) {
    batches.emplace_back();
    for (uint64_t i = 0; i < 600; ++i) batches.back().push_back(Service(1 + number * 600 + i, 1));
  }
  std::atomic<int> good{0}, failed{0};
  int taken = 0;
  for (int i = 0; i < kBatches; ++i) {
    if (i == 3) sync_error = EIO;
    const absl::Status submitted = ledger_->Submit(
        batches[i], absl::InfiniteFuture(), absl::MakeSpan(outcomes[i]),
        [&](const absl::Status& status) { ++(status.ok() ? good : failed); });
    taken += submitted.ok();
    EXPECT_TRUE(submitted.ok() || FailureOf(submitted) == Failure::kPoisoned) << submitted;
  }
  ledger_.reset();
  sync_error = 0;
  EXPECT_EQ(good + failed, taken);
  EXPECT_GT(failed, 0);
  ledger_ = OpenTown(path());
  EXPECT_GE(MinutesOf(*SnapshotOf(*ledger_), 1), static_cast<uint64_t>(good) * 600 * 60);
  EXPECT_TRUE(Verify(*SnapshotOf(*ledger_), Always).ok());
}

// A sync that fails while another group is judged: nobody is told that theirs is on disk who is not, no
// later group is written, and the ledger opens again at the last one that was.
TEST_F(FaultTest, AFailedSyncEndsEverythingOnItsWay) {
  constexpr uint64_t kThreads = 4, kBatch = 1'200;
  const std::vector<Entry> founding = Founding(2 + kThreads);
  SendOk(*ledger_, {founding.end() - kThreads, founding.end()});
  const auto hours = [](uint64_t thread, uint64_t number) {
    std::vector<Entry> entries;
    for (uint64_t i = 0; i < kBatch; ++i) {
      entries.push_back(Service(1'000 + thread * 20'000 + number * kBatch + i, 2 + thread));
    }
    return entries;
  };
  std::atomic<uint64_t> acknowledged[kThreads] = {};
  std::vector<std::thread> threads;
  for (uint64_t thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, thread] {
      for (uint64_t number = 0; number < 15; ++number) {
        std::vector<Outcome> outcomes(kBatch);
        const absl::Status sent = ledger_->Append(hours(thread, number), absl::InfiniteFuture(),
                                                  absl::MakeSpan(outcomes));
        if (!sent.ok()) return;
        ++acknowledged[thread];
      }
    });
  }
  while (acknowledged[0] < 2) std::this_thread::yield();
  sync_error = EIO;
  for (std::thread& thread : threads) thread.join();
  sync_error = 0;
  EXPECT_EQ(FailureOf(TrySend(Service(1, 1))), Failure::kPoisoned);
  ledger_.reset();
  ledger_ = OpenTown(path());
  const auto snapshot = SnapshotOf(*ledger_);
  EXPECT_TRUE(Verify(*snapshot, Always).ok());
  for (uint64_t thread = 0; thread < kThreads; ++thread) {
    EXPECT_LT(acknowledged[thread], 15u) << "the failure came too late to show anything";
    // What was not acknowledged may be on disk or not; what was, is.
    EXPECT_GE(MinutesOf(*snapshot, 2 + thread), acknowledged[thread] * kBatch * 60);
  }
  SendOk(*ledger_, {Service(1, 1)});
}

// Each call in turn fails once, or from there on, while a ledger is appended to, copied and opened again:
// what was answered is there, and the ledger is whole.
class EveryCallTest : public testing::TestWithParam<std::tuple<int, bool>> {
 protected:
  ~EveryCallTest() override { FailCalls(0, 0, 0); }

  // What an application does. Takes note of what it was answered.
  void Use(const TempDir& temp) {
    const auto append = [this](Ledger& ledger, const Entry& entry) {
      std::vector<Outcome> outcomes(1);
      if (!ledger.Append({entry}, absl::InfiniteFuture(), absl::MakeSpan(outcomes)).ok()) return;
      if (Stands(outcomes[0].verdict)) answered_.push_back(entry);
    };
    for (uint64_t i = 0; i < 2; ++i) {
      const auto ledger = Ledger::Open(temp / "ledger", TownOptions());
      if (!ledger.ok()) continue;
      append(**ledger, Service(2 * i, 0));
      (void)(*ledger)->Backup(temp / "copy" + std::to_string(i));
      append(**ledger, Service(2 * i + 1, 1));
    }
  }

  std::vector<Entry> answered_;
};

TEST_P(EveryCallTest, MayFailAndLosesNothing) {
  const auto [error, for_ever] = GetParam();
  uint64_t refused = 0;
  for (uint64_t call = 1;; ++call) {
    SCOPED_TRACE(testing::Message() << "call " << call);
    const TempDir temp(TempDir::MemoryBase());
    SendOk(*CreateTown(temp / "ledger"), Founding(2));
    answered_.clear();
    FailCalls(call, for_ever ? UINT64_MAX : call, error);
    Use(temp);
    const bool is_reached = CountedCalls() >= call;
    FailCalls(0, 0, 0);
    refused += answered_.size() < 4;
    const auto ledger = OpenTown(temp / "ledger");
    ASSERT_NE(ledger, nullptr);
    for (const Entry& entry : answered_) EXPECT_EQ(Send(*ledger, {entry})[0].verdict, Verdict::kExists);
    const absl::Status verified = Verify(*SnapshotOf(*ledger), Always);
    EXPECT_TRUE(verified.ok()) << verified;
    SendOk(*ledger, {Service(100, 0)});
    for (const char* const copy : {"copy0", "copy1"}) {  // a copy is whole, or none
      const auto opened = Ledger::Open(temp / copy, TownOptions());
      if (opened.ok()) {
        EXPECT_TRUE(Verify(*SnapshotOf(**opened), Always).ok());
      }
    }
    if (!is_reached) break;
  }
  EXPECT_GT(refused, 10) << "calls whose failure was noticed";
}

INSTANTIATE_TEST_SUITE_P(Errors, EveryCallTest,
                         testing::Combine(testing::Values(EIO, ENOSPC, EMFILE), testing::Bool()));

// On a slow disk whoever leads has chained all of a group before the one before it is synced.
class SlowDiskTest : public FaultTest {
 protected:
  static constexpr uint64_t kThreads = 6, kBatches = 4, kBatch = 4'096;

  SlowDiskTest() {
    const std::vector<Entry> founding = Founding(2 + kThreads);
    SendOk(*ledger_, {founding.end() - kThreads, founding.end()});
    sync_micros = 20'000;
  }

  // Looks at every commit: whether its root is that of the leaves so far. How many there were.
  uint64_t WatchRoots(const std::atomic<bool>& over) {
    Frontier frontier;
    uint64_t commits = 0;
    for (bool is_last = false; !is_last;) {
      is_last = over;
      const auto snapshot = SnapshotOf(*ledger_);
      if (snapshot->size() == frontier.size()) continue;
      while (frontier.size() < snapshot->size()) frontier.Append(snapshot->At(frontier.size())->leaf);
      EXPECT_EQ(frontier.Root(), snapshot->root()) << "at " << frontier.size();
      ++commits;
    }
    return commits;
  }

  // Has each thread append batch after batch until one fails. How many stood.
  uint64_t AppendFromAll() {
    std::vector<std::thread> threads;
    for (uint64_t thread = 0; thread < kThreads; ++thread) {
      threads.emplace_back([this, thread] {
        std::vector<Outcome> outcomes(kBatch);
        for (uint64_t number = 0; number < kBatches; ++number) {
          std::vector<Entry> batch;
          for (uint64_t i = 0; i < kBatch; ++i) {
            batch.push_back(Service(1'000 + (thread * kBatches + number) * kBatch + i, 2 + thread));
          }
          if (!ledger_->Append(batch, absl::InfiniteFuture(), absl::MakeSpan(outcomes)).ok()) return;
          ++stood_;
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    return stood_;
  }

  void ExpectWhatStood() {
    const auto snapshot = SnapshotOf(*ledger_);
    uint64_t minutes = 0;
    for (uint64_t thread = 0; thread < kThreads; ++thread) minutes += MinutesOf(*snapshot, 2 + thread);
    EXPECT_GE(minutes, stood_ * kBatch * 60) << "what was answered is there";
    const absl::Status verified = Verify(*snapshot, Always);
    EXPECT_TRUE(verified.ok()) << verified;
  }

  std::atomic<uint64_t> stood_{0};
};

TEST_F(SlowDiskTest, WhatTheLeaderChainedHasTheRightHashes) {
  std::atomic<bool> over{false};
  std::thread reader([&] { EXPECT_GT(WatchRoots(over), kThreads * kBatches / 4); });
  EXPECT_EQ(AppendFromAll(), kThreads * kBatches);
  over = true;
  reader.join();
  ExpectWhatStood();
}

TEST_F(SlowDiskTest, AFailureEndsWhatTheLeaderChains) {
  std::thread disk([this] {
    while (stood_ < kThreads) std::this_thread::yield();
    sync_error = EIO;
  });
  EXPECT_LT(AppendFromAll(), kThreads * kBatches);
  disk.join();
  sync_error = 0;
  ledger_.reset();
  ledger_ = OpenTown(path());
  ExpectWhatStood();
}

// The map is full while the leader chains what comes after; what is chained is written as it is.
TEST_F(SlowDiskTest, AFullMapLosesNoHash) {
  ledger_.reset();
  LedgerOptions options = TownOptions();
  options.map_size = 1 << 20;
  ledger_ = OpenTown(path(), options);
  EXPECT_EQ(AppendFromAll(), kThreads * kBatches);
  EXPECT_GT(ledger_->Stat()->map_bytes, uint64_t{8} << 20);
  ExpectWhatStood();
}

}  // namespace
}  // namespace hourbook
