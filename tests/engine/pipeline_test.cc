// Much at once: groups that are judged while others are on their way to the disk.
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <deque>
#include <stdexcept>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "ledger/base/error.h"
#include "ledger/engine/verify.h"
#include "tests/base/always.h"
#include "tests/engine/town.h"

namespace hourbook {
namespace {

constexpr uint64_t kBatch = 1'500;  // enough to be written by the writer thread

class PipelineTest : public testing::Test {
 protected:
  std::string path() const { return temp_ / "ledger"; }

  // The number-th batch of a thread: hours of a volunteer of its own.
  static std::vector<Entry> Hours(uint64_t thread, uint64_t number) {
    std::vector<Entry> entries;
    for (uint64_t i = 0; i < kBatch; ++i) {
      entries.push_back(Service(thread * 20'000 + number * kBatch + i, thread));
    }
    return entries;
  }

  TempDir temp_;
};

TEST_F(PipelineTest, EachCallerGetsItsOwnAnswersAndReadersSeeWholeGroups) {
  constexpr uint64_t kThreads = 6, kBatches = 8;
  const auto ledger = CreateTown(path());
  SendOk(*ledger, Founding(kThreads));
  std::atomic<bool> over{false};
  std::thread reader([&] {
    while (!over) {
      const auto snapshot = SnapshotOf(*ledger);
      uint64_t minutes = 0;
      for (uint64_t i = 0; i < kThreads; ++i) minutes += MinutesOf(*snapshot, i);
      // Every entry beyond the founding is an hour: the balances are those of just this size.
      ASSERT_EQ(minutes, (snapshot->size() - 1 - Founding(kThreads).size()) * 60);
      ASSERT_TRUE(snapshot->At(snapshot->size() - 1).ok());
    }
  });
  std::vector<std::thread> writers;
  std::vector<std::vector<Outcome>> outcomes(kThreads);
  for (uint64_t thread = 0; thread < kThreads; ++thread) {
    writers.emplace_back([&, thread] {
      for (uint64_t number = 0; number < kBatches; ++number) {
        for (const Outcome& outcome : Send(*ledger, Hours(thread, number))) {
          outcomes[thread].push_back(outcome);
        }
      }
    });
  }
  for (std::thread& writer : writers) writer.join();
  over = true;
  reader.join();
  const auto snapshot = SnapshotOf(*ledger);
  for (uint64_t thread = 0; thread < kThreads; ++thread) {
    ASSERT_EQ(outcomes[thread].size(), kBatches * kBatch);
    for (uint64_t i = 0; i < outcomes[thread].size(); i += 97) {
      const Outcome& outcome = outcomes[thread][i];
      ASSERT_EQ(outcome.verdict, Verdict::kOk) << NameOf(outcome.verdict);
      EXPECT_EQ(outcome.credit.credits_posted, (i + 1) * 60) << "as of this entry";
      EXPECT_EQ(snapshot->At(outcome.index)->entry.id, Service(thread * 20'000 + i, thread).id);
    }
  }
  EXPECT_TRUE(Verify(*snapshot, Always).ok());
}

TEST_F(PipelineTest, WhatIsOnItsWayIsJudgedByAndNeverTwice) {
  const auto ledger = CreateTown(path());
  SendOk(*ledger, Founding(1));
  // All send the same: each entry is written once, whoever was first.
  std::atomic<uint64_t> ok{0}, exists{0};
  std::vector<std::thread> writers;
  for (int i = 0; i < 4; ++i) {
    writers.emplace_back([&] {
      for (uint64_t number = 0; number < 6; ++number) {
        for (const Outcome& outcome : Send(*ledger, Hours(0, number))) {
          ok += outcome.verdict == Verdict::kOk;
          exists += outcome.verdict == Verdict::kExists;
        }
      }
    });
  }
  for (std::thread& writer : writers) writer.join();
  EXPECT_EQ(ok, 6 * kBatch);
  EXPECT_EQ(exists, 3 * 6 * kBatch);
  EXPECT_EQ(MinutesOf(*SnapshotOf(*ledger), 0), 6 * kBatch * 60);
}

// Two groups on their way, the second judged in full, and more that waits: the leader has no room.
class ChainingTest : public testing::Test {
 protected:
  static constexpr size_t kEntries = 1'000;

  // The test is the leader and whoever writes, one after the other, and says so to clang.
  void PlayBoth() ABSL_ASSERT_EXCLUSIVE_LOCK(pipeline_.leading)
      ABSL_ASSERT_EXCLUSIVE_LOCK(pipeline_.on_way) {}

  void SetUp() override {
    PlayBoth();
    for (int i = 0; i < 3; ++i) {
      auto request = std::make_unique<Request>();
      request->batch = batch_;
      request->tell = [](const absl::Status&) {};
      ASSERT_TRUE(pipeline_.Submit(std::move(request), absl::InfiniteFuture()).ok());
      if (i == 2) break;
      ASSERT_TRUE(pipeline_.Reserve(false, absl::InfiniteFuture(), NotCalled).ok());
      Group& group = pipeline_.Take(Pipeline::NewGroup(), true);
      ASSERT_EQ(group.requests.size(), 1);
      groups_.push_back(&group);
      pipeline_.Accept(group, kEntries);
      pipeline_.EndJudging(group, absl::OkStatus());
    }
  }
  void TearDown() override {
    PlayBoth();
    while (finished_ < groups_.size()) FinishNext(absl::OkStatus());
    ASSERT_TRUE(pipeline_.Reserve(false, absl::InfiniteFuture(), NotCalled).ok());
    Group& last = pipeline_.Take(Pipeline::NewGroup(), true);
    pipeline_.EndJudging(last, absl::OkStatus());
    pipeline_.Finish(last, absl::OkStatus(), AtEnd);
  }

  void FinishNext(const absl::Status& status) {
    PlayBoth();
    pipeline_.Finish(*groups_[finished_++], status, AtEnd);
  }

  static void NotCalled(Group&, size_t) { ADD_FAILURE() << "there is nothing to chain"; }
  static void AtEnd(const absl::Status&) {}

  // What a leader chains of each group until its deadline.
  std::vector<size_t> ChainedByLeader() {
    PlayBoth();
    std::vector<size_t> chained(2);
    const auto chain = [&](Group& group, size_t most) {
      const size_t count = std::min(most, kEntries - group.links.leaves.size());
      EXPECT_GT(count, 0);
      EXPECT_LT(count, kEntries) << "a part, so that whoever writes need not wait";
      group.links.leaves.resize(group.links.leaves.size() + count);
      chained[&group == groups_[0] ? 0 : 1] += count;
    };
    const auto reserved = pipeline_.Reserve(false, absl::Now() + absl::Milliseconds(20), chain);
    EXPECT_FALSE(reserved.ok()) << "two are on their way";
    return chained;
  }

  const std::vector<Entry> batch_ = std::vector<Entry>(kEntries);
  Pipeline pipeline_;
  std::vector<Group*> groups_;
  size_t finished_ = 0;
};

TEST_F(ChainingTest, ALeaderThatWouldWaitChainsWhatNobodyWritesYetInOrder) {
  EXPECT_EQ(ChainedByLeader(), std::vector<size_t>({kEntries, kEntries}));
  EXPECT_TRUE(pipeline_.TakeOverChaining(*groups_[0])) << "all of it is chained";
  EXPECT_TRUE(pipeline_.TakeOverChaining(*groups_[1]));
  EXPECT_EQ(ChainedByLeader(), std::vector<size_t>({0, 0}));
}

TEST_F(ChainingTest, ALeaderChainsNothingBeforeWhatIsToComeFirst) {
  EXPECT_FALSE(pipeline_.TakeOverChaining(*groups_[0]));
  EXPECT_EQ(ChainedByLeader(), std::vector<size_t>({0, 0})) << "the second needs the first one's last leaf";
  pipeline_.EndChaining(*groups_[0]);
  EXPECT_EQ(ChainedByLeader(), std::vector<size_t>({0, kEntries}));
}

TEST_F(ChainingTest, WhoWritesTakesOverInTheMiddle) {
  PlayBoth();
  ASSERT_FALSE(pipeline_.TakeOverChaining(*groups_[0]));
  pipeline_.EndChaining(*groups_[0]);
  absl::Notification begun, taken_over;
  size_t chained = 0;
  std::thread writer([&] {
    begun.WaitForNotification();
    EXPECT_FALSE(pipeline_.TakeOverChaining(*groups_[1])) << "a part is left";
    EXPECT_EQ(groups_[1]->links.leaves.size(), chained);
    taken_over.Notify();
  });
  const auto chain = [&](Group& group, size_t most) {
    EXPECT_EQ(&group, groups_[1]);
    EXPECT_FALSE(taken_over.HasBeenNotified()) << "one at a time";
    if (!begun.HasBeenNotified()) begun.Notify();
    absl::SleepFor(absl::Milliseconds(20));  // the writer waits by now
    chained += std::min(most / 4, kEntries - chained);
    group.links.leaves.resize(chained);
  };
  EXPECT_FALSE(pipeline_.Reserve(false, absl::Now() + absl::Milliseconds(100), chain).ok());
  writer.join();
  EXPECT_LT(chained, kEntries) << "else the leader went on though the writer waited";
}

// Regression: a group that was not written, since the one before it had failed, was ended while the leader
// chained it.
TEST_F(ChainingTest, AGroupThatFailsLastsUntilTheLeaderLeavesIt) {
  PlayBoth();
  ASSERT_FALSE(pipeline_.TakeOverChaining(*groups_[0]));
  pipeline_.EndChaining(*groups_[0]);
  absl::Notification begun;
  std::atomic<bool> chains{false};
  std::thread writer([&] {
    begun.WaitForNotification();
    FinishNext(absl::DataLossError("the disk failed"));
    FinishNext(absl::OkStatus());  // what comes after fails with it
    EXPECT_FALSE(chains);
  });
  const auto chain = [&](Group& group, size_t most) {
    chains = true;
    if (!begun.HasBeenNotified()) begun.Notify();
    absl::SleepFor(absl::Milliseconds(50));
    group.links.leaves.resize(group.links.leaves.size() + most);
    chains = false;
  };
  EXPECT_TRUE(pipeline_.Reserve(false, absl::InfiniteFuture(), chain).ok()) << "there is room after that";
  writer.join();
  pipeline_.GiveUp(AtEnd);
}

TEST_F(ChainingTest, ALeaderWhoseDeadlineIsOverChainsNothing) {
  PlayBoth();
  const auto reserved = pipeline_.Reserve(false, absl::InfinitePast(), NotCalled);
  EXPECT_EQ(FailureOf(reserved.status()), Failure::kTimeout);
}

// The same entries are written again in a larger map; nothing is judged anew, or lost.
TEST_F(PipelineTest, TheMapGrowsWhileMoreIsJudged) {
  constexpr uint64_t kThreads = 3, kBatches = 6;
  LedgerOptions options = TownOptions();
  options.map_size = 1 << 20;
  options.state_period = 3'000;  // with stored states that end in a full map
  const auto ledger = CreateTown(path(), options);
  SendOk(*ledger, Founding(kThreads));
  std::vector<std::thread> writers;
  for (uint64_t thread = 0; thread < kThreads; ++thread) {
    writers.emplace_back([&, thread] {
      for (uint64_t number = 0; number < kBatches; ++number) SendOk(*ledger, Hours(thread, number));
    });
  }
  for (std::thread& writer : writers) writer.join();
  EXPECT_GE(ledger->Stat()->map_bytes, uint64_t{4} << 20);
  const auto snapshot = SnapshotOf(*ledger);
  EXPECT_EQ(snapshot->size(), 1 + Founding(kThreads).size() + kThreads * kBatches * kBatch);
  EXPECT_TRUE(Verify(*snapshot, Always).ok());
}

// Regression: a snapshot that was being opened waited for the map with the lock that another needed to
// be closed, so that it could not grow.
TEST_F(PipelineTest, TheMapGrowsWhileReadersComeAndGo) {
  LedgerOptions options = TownOptions();
  options.map_size = 1 << 20;
  const auto ledger = CreateTown(path(), options);
  SendOk(*ledger, Founding(1));
  std::atomic<bool> over{false};
  std::vector<std::thread> readers;
  for (int i = 0; i < 3; ++i) {
    readers.emplace_back([&] {
      while (!over) {
        ASSERT_TRUE(SnapshotOf(*ledger)->At(1).ok());
        std::this_thread::sleep_for(std::chrono::microseconds(200));
      }
    });
  }
  for (uint64_t number = 0; number < 8; ++number) SendOk(*ledger, Hours(0, number));
  over = true;
  for (std::thread& reader : readers) reader.join();
  EXPECT_GT(ledger->Stat()->map_bytes, uint64_t{1} << 20);
}

// Regression: after a group that could not be written for want of room, the next one, judged on top of it,
// was written once there was some, and its callers were told that what it found was on disk.
TEST_F(PipelineTest, NothingIsWrittenThatWasJudgedOnTopOfWhatFailed) {
  LedgerOptions options = TownOptions();
  options.map_size = 1 << 20;
  const auto ledger = CreateTown(path(), options);
  SendOk(*ledger, Founding(1));
  auto reader = SnapshotOf(*ledger);  // keeps the map from growing
  struct Sent {
    std::vector<Entry> entries;
    std::vector<Outcome> outcomes;
    absl::Status status;
  };
  std::vector<Sent> sent(12);
  for (size_t i = 0; i < sent.size(); ++i) {
    sent[i].entries = Hours(0, i / 2);  // each twice: the second finds the first
    sent[i].outcomes.resize(kBatch);
    ASSERT_TRUE(ledger->Submit(sent[i].entries, absl::InfiniteFuture(), absl::MakeSpan(sent[i].outcomes),
                               [&, i](const absl::Status& status) {
                                 sent[i].status = status;
                                 if (!status.ok()) reader.reset();
                               }).ok());
  }
  ledger->Drain();
  const auto snapshot = SnapshotOf(*ledger);
  for (const Sent& batch : sent) {
    if (!batch.status.ok()) continue;
    for (size_t i = 0; i < kBatch; i += 149) {
      EXPECT_TRUE(snapshot->Find(batch.entries[i].id).value()) << "was told to be on disk";
    }
  }
  EXPECT_TRUE(Verify(*snapshot, Always).ok());
}

TEST_F(PipelineTest, OpensAgainFromAStateStoredOnTheWay) {
  LedgerOptions options = TownOptions();
  options.state_period = 2'000;
  {
    const auto ledger = CreateTown(path(), options);
    SendOk(*ledger, Founding(2));
    for (uint64_t number = 0; number < 5; ++number) SendOk(*ledger, Hours(number % 2, number));
  }
  const auto ledger = OpenTown(path(), options);
  EXPECT_EQ(MinutesOf(*SnapshotOf(*ledger), 0), 3 * kBatch * 60);
  EXPECT_TRUE(Verify(*SnapshotOf(*ledger), Always).ok());
  SendOk(*ledger, Hours(0, 6));
}

// A batch that is submitted, kept until it was told of.
struct Submitted {
  std::vector<Entry> entries;
  std::vector<Outcome> outcomes;
};

class SubmitTest : public PipelineTest {
 protected:
  SubmitTest() : ledger_(CreateTown(path())) { SendOk(*ledger_, Founding(2)); }

  absl::Status Submit(std::vector<Entry> entries, std::function<void(const absl::Status&)> tell,
                      absl::Time deadline = absl::InfiniteFuture()) {
    Submitted& batch = Keep(std::move(entries));
    batch.outcomes.resize(batch.entries.size());
    return ledger_->Submit(batch.entries, deadline, absl::MakeSpan(batch.outcomes), std::move(tell));
  }

  Submitted& Keep(std::vector<Entry> entries) {
    const absl::MutexLock lock(&batches_lock_);
    return batches_.emplace_back(Submitted{std::move(entries), {}});
  }

  absl::Mutex batches_lock_;
  std::deque<Submitted> batches_;  // outlives the ledger, whose end tells of what is left
  std::unique_ptr<Ledger> ledger_;
  Ledger* const its_ = ledger_.get();  // as who is told may use it, also while it ends
};

TEST_F(SubmitTest, IsToldInOrderOnceItIsOnDisk) {
  std::vector<uint64_t> told;  // by the ledger's threads, one at a time
  for (uint64_t number = 0; number < 12; ++number) {
    // Large ones, which the writer thread writes, and small ones.
    std::vector<Entry> entries = Hours(0, number);
    if (number % 3 == 2) entries.resize(5);
    ASSERT_TRUE(Submit(std::move(entries), [&, number](const absl::Status& status) {
                  EXPECT_TRUE(status.ok()) << status;
                  // What this thread reads now is what any other would.
                  const auto snapshot = its_->OpenSnapshot();
                  EXPECT_TRUE((*snapshot)->Find(batches_[number].entries.back().id).value());
                  told.push_back(number);
                }).ok());
  }
  // Who waits is merged with who does not.
  SendOk(*ledger_, {Service(100'000, 1)});
  ledger_.reset();
  ASSERT_EQ(told.size(), 12u);
  EXPECT_TRUE(std::is_sorted(told.begin(), told.end()));
  for (const Submitted& batch : batches_) {
    for (const Outcome& outcome : batch.outcomes) ASSERT_EQ(outcome.verdict, Verdict::kOk);
  }
  ledger_ = OpenTown(path());
  EXPECT_EQ(MinutesOf(*SnapshotOf(*ledger_), 0), (8 * kBatch + 4 * 5) * 60);
  EXPECT_EQ(MinutesOf(*SnapshotOf(*ledger_), 1), 60u);
}

TEST_F(SubmitTest, AFullQueueTakesNoMore) {
  absl::Notification go_on;
  std::atomic<int> told{0};
  absl::Status from_tell;
  ASSERT_TRUE(Submit({Service(0, 0)}, [&](const absl::Status&) {
                go_on.WaitForNotification();
                // Here nothing waits: it would be for itself.
                std::vector<Outcome> outcomes(1);
                const Entry more = Service(1, 0);
                from_tell = its_->Submit({&more, 1}, absl::InfiniteFuture(),
                                            absl::MakeSpan(outcomes), [](const absl::Status&) {});
                ++told;
              }).ok());
  // Until there is no room: one batch after the other is taken over, and none of them is written.
  absl::Status full;
  int taken = 0;
  const std::vector<Entry> large(Ledger::kBatchMax, Service(2, 0));
  while (full.ok() && taken < 100) {
    full = Submit(large, [&](const absl::Status&) { ++told; }, absl::Now() + absl::Milliseconds(20));
    taken += full.ok();
  }
  EXPECT_EQ(FailureOf(full), Failure::kTimeout);
  EXPECT_GE(taken, 8);
  EXPECT_LE(taken, 8 + 2 * 4) << "beside the queue there are two groups on their way";
  go_on.Notify();
  while (told == 0) std::this_thread::yield();
  ledger_.reset();
  EXPECT_EQ(told, 1 + taken) << "what was not taken over is not told of";
  EXPECT_EQ(FailureOf(from_tell), Failure::kTimeout);
}

TEST_F(SubmitTest, WhoTellsMayThrowAndSubmitButNotAppend) {
  absl::Status appended;
  std::atomic<bool> again{false};
  const std::vector<Entry> second = {Service(1, 0)};
  std::vector<Outcome> outcomes(1);
  ASSERT_TRUE(Submit({Service(0, 0)}, [&](const absl::Status&) {
                std::vector<Outcome> none(1);
                appended = its_->Append(second, absl::InfiniteFuture(), absl::MakeSpan(none));
                EXPECT_TRUE(its_->Submit(second, absl::InfiniteFuture(), absl::MakeSpan(outcomes),
                                            [&](const absl::Status&) { again = true; }).ok());
                throw std::runtime_error("not the ledger's");
              }).ok());
  while (!again) std::this_thread::yield();
  EXPECT_EQ(FailureOf(appended), Failure::kInvalidArgument);
  EXPECT_EQ(outcomes[0].verdict, Verdict::kOk);
  SendOk(*ledger_, {Service(2, 0)});
}

// Regression: a caller that gave up waiting left the queue to a leader that found nothing in it.
TEST_F(SubmitTest, WhoGivesUpLeavesNobodyToLeadForNobody) {
  for (uint64_t round = 0; round < 30; ++round) {
    std::atomic<bool> told{false};
    ASSERT_TRUE(Submit({Service(round, 0)}, [&](const absl::Status&) { told = true; }).ok());
    std::vector<std::thread> impatient;
    for (uint64_t i = 0; i < 4; ++i) {
      impatient.emplace_back([&, i] {
        std::vector<Outcome> outcomes(1);
        const Entry entry = Service(10'000 + round * 4 + i, 1);
        const absl::Status sent = its_->Append({&entry, 1}, absl::Now() + absl::Microseconds(50 * i),
                                               absl::MakeSpan(outcomes));
        EXPECT_TRUE(sent.ok() || FailureOf(sent) == Failure::kTimeout) << sent;
      });
    }
    for (std::thread& thread : impatient) thread.join();
    while (!told) std::this_thread::yield();
  }
}

// Whoever appends is not made to run what others are told by.
TEST_F(SubmitTest, ThreadsOfTheLedgersTell) {
  std::atomic<bool> over{false};
  std::thread appending([&] {
    for (uint64_t i = 0; !over; ++i) SendOk(*its_, {Service(20'000 + i, 1)});
  });
  const std::thread::id its = appending.get_id();
  std::atomic<int> told{0}, by_its{0};
  for (uint64_t i = 0; i < 200; ++i) {
    ASSERT_TRUE(Submit({Service(i, 0)}, [&](const absl::Status&) {
                  by_its += std::this_thread::get_id() == its;
                  ++told;
                }).ok());
  }
  while (told < 200) std::this_thread::yield();
  over = true;
  appending.join();
  EXPECT_EQ(by_its, 0);
}

// Regression: once the ledger was drained nobody wrote what was handed in, and who had handed it in waited.
TEST_F(SubmitTest, WhatComesAfterItIsDrainedIsRefused) {
  ASSERT_TRUE(Submit(Hours(0, 0), [](const absl::Status&) {}).ok());
  ledger_->Drain();
  const std::vector<Entry> late = Hours(0, 1);
  std::vector<Outcome> outcomes(late.size());
  EXPECT_EQ(FailureOf(ledger_->Append(late, absl::InfiniteFuture(), absl::MakeSpan(outcomes))), Failure::kClosed);
  EXPECT_EQ(FailureOf(Submit(late, [](const absl::Status&) {})), Failure::kClosed);
  EXPECT_EQ(MinutesOf(*SnapshotOf(*ledger_), 0), kBatch * 60);
  ledger_->Drain();
}

// Regression: who drained it waited for a thread that nobody told that the last of those who wait was gone.
TEST_F(SubmitTest, WhoWaitsWhileItIsDrainedIsAnswered) {
  absl::Notification go_on;
  ASSERT_TRUE(Submit({Service(0, 0)}, [&](const absl::Status&) { go_on.WaitForNotification(); }).ok());
  std::atomic<uint64_t> written{1};
  std::vector<std::thread> threads;
  for (uint64_t i = 0; i < 3; ++i) {
    threads.emplace_back([&, i] {
      std::vector<Outcome> outcomes(1);
      const Entry entry = Service(1 + i, 0);
      const absl::Status sent = its_->Append({&entry, 1}, absl::InfiniteFuture(), absl::MakeSpan(outcomes));
      EXPECT_TRUE(sent.ok() || FailureOf(sent) == Failure::kClosed) << sent;
      written += sent.ok();
    });
  }
  absl::SleepFor(absl::Milliseconds(50));  // they wait by now, or come too late
  threads.emplace_back([&] { its_->Drain(); });
  absl::SleepFor(absl::Milliseconds(50));
  go_on.Notify();
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(MinutesOf(*SnapshotOf(*ledger_), 0), written * 60);
}

// Regression: what was taken over once there was room again was led by nobody, and who drained it waited.
TEST_F(SubmitTest, WhoWaitsForRoomWhileItIsDrainedIsRefused) {
  absl::Notification go_on;
  ASSERT_TRUE(Submit({Service(0, 0)}, [&](const absl::Status&) { go_on.WaitForNotification(); }).ok());
  const std::vector<Entry> large(Ledger::kBatchMax, Service(2, 0));
  while (Submit(large, [](const absl::Status&) {}, absl::Now() + absl::Milliseconds(20)).ok()) continue;
  absl::Status late;
  std::thread waits([&] { late = Submit(large, [](const absl::Status&) {}); });
  absl::SleepFor(absl::Milliseconds(50));  // it waits by now, or comes too late
  std::thread drains([&] { its_->Drain(); });
  waits.join();  // while nothing can be written
  EXPECT_EQ(FailureOf(late), Failure::kClosed);
  go_on.Notify();
  drains.join();
}

// The queue is all but full, for as long as whoever is told does not go on.
class FullQueueTest : public SubmitTest {
 protected:
  static constexpr size_t kRoom = 80;  // that eight batches leave

  FullQueueTest() {
    EXPECT_TRUE(Submit({Service(0, 0)}, [&](const absl::Status&) { go_on_.WaitForNotification(); }).ok());
    const std::vector<Entry> leaves_room(Ledger::kBatchMax - kRoom / 8, Service(2, 0));
    // One that leads may have been about to take some.
    for (int refused = 0; refused < 3;) {
      refused = Submit(leaves_room, [](const absl::Status&) {}, Soon()).ok() ? 0 : refused + 1;
    }
  }
  ~FullQueueTest() override {
    if (!go_on_.HasBeenNotified()) go_on_.Notify();
    ledger_.reset();  // and tells
  }

  static absl::Time Soon() { return absl::Now() + absl::Milliseconds(20); }

  // Submits one entry after the other until one has to wait. How many had not.
  size_t FillWithSmall() {
    size_t passed = 0;
    while (Submit({Service(3, 0)}, [](const absl::Status&) {}, Soon()).ok()) {
      ++passed;
      absl::SleepFor(absl::Milliseconds(10));
    }
    return passed;
  }

  absl::Notification go_on_;
  const std::vector<Entry> large_ = std::vector<Entry>(Ledger::kBatchMax, Service(2, 0));
};

// Regression: small batches took all the room that there ever was, and a large one waited until its timeout.
TEST_F(FullQueueTest, WhoCameFirstGetsTheRoomFirst) {
  absl::Status first;
  std::thread waits([&] { first = Submit(large_, [](const absl::Status&) {}); });
  EXPECT_LT(FillWithSmall(), kRoom);
  go_on_.Notify();
  waits.join();
  EXPECT_TRUE(first.ok()) << first;
  EXPECT_TRUE(Submit({Service(3, 0)}, [](const absl::Status&) {}).ok()) << "nobody waits any more";
}

TEST_F(FullQueueTest, WhoGivesUpLetsTheNextHaveTheRoom) {
  absl::Status first, next;
  absl::Notification has_room;
  std::thread waits([&] {
    first = Submit(large_, [](const absl::Status&) {}, absl::Now() + absl::Milliseconds(1'500));
  });
  EXPECT_LT(FillWithSmall(), kRoom);
  std::thread waits_next([&] {
    next = Submit({Service(3, 0)}, [](const absl::Status&) {});
    has_room.Notify();
  });
  waits.join();
  EXPECT_TRUE(has_room.WaitForNotificationWithTimeout(absl::Seconds(10))) << "while nothing leaves the queue";
  go_on_.Notify();
  waits_next.join();
  EXPECT_EQ(FailureOf(first), Failure::kTimeout);
  EXPECT_TRUE(next.ok()) << next;
}

TEST_F(SubmitTest, WhatCannotBeTakenOverIsRefusedAtOnce) {
  const auto never = [](const absl::Status&) { ADD_FAILURE() << "was told"; };
  EXPECT_EQ(FailureOf(Submit({}, never)), Failure::kBatchEmpty);
  EXPECT_EQ(FailureOf(Submit(std::vector<Entry>(8'193, Service(0, 0)), never)),
            Failure::kBatchTooLarge);
}

// One process that always has more to write does not keep another from its turn.
TEST_F(PipelineTest, AnotherProcessGetsItsTurn) {
  constexpr uint64_t kOthers = 20;
  { SendOk(*CreateTown(path()), Founding(3)); }
  int go[2];
  ASSERT_EQ(::pipe(go), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    char byte = 0;
    if (::read(go[0], &byte, 1) != 1) ::_exit(3);
    const auto own = Ledger::Open(path(), TownOptions());
    if (!own.ok()) ::_exit(4);
    for (uint64_t i = 0; i < kOthers; ++i) {
      std::vector<Outcome> outcomes(1);
      const absl::Status sent = (*own)->Append({Service(100'000 + i, 2)}, absl::Now() + absl::Seconds(20),
                                               absl::MakeSpan(outcomes));
      if (!sent.ok() || outcomes[0].verdict != Verdict::kOk) ::_exit(5);
    }
    ::_exit(0);
  }
  const auto ledger = OpenTown(path());
  std::atomic<bool> over{false};
  std::vector<std::thread> writers;
  std::atomic<uint64_t> batches{0};
  for (uint64_t thread = 0; thread < 2; ++thread) {
    writers.emplace_back([&, thread] {
      for (uint64_t number = 0; !over && number < 13; ++number) {
        SendOk(*ledger, Hours(thread, number));
        ++batches;
      }
      // What is there already is judged too, and waits for its turn.
      while (!over) Send(*ledger, Hours(thread, 0));
    });
  }
  while (batches < 2) std::this_thread::yield();
  ASSERT_EQ(::write(go[1], "g", 1), 1);
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  over = true;
  for (std::thread& writer : writers) writer.join();
  EXPECT_TRUE(WIFEXITED(status)) << status;
  EXPECT_EQ(WEXITSTATUS(status), 0);
  const auto snapshot = SnapshotOf(*ledger);
  EXPECT_EQ(MinutesOf(*snapshot, 2), kOthers * 60);
  EXPECT_TRUE(Verify(*snapshot, Always).ok());
}

}  // namespace
}  // namespace hourbook
