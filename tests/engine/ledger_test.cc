#include "ledger/engine/ledger.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "ledger/base/error.h"
#include "ledger/chain/hasher.h"
#include "ledger/engine/verify.h"
#include "tests/base/always.h"
#include "tests/engine/town.h"

namespace hourbook {
namespace {

class LedgerTest : public testing::Test {
 protected:
  std::string path() const { return temp_ / "ledger"; }

  TempDir temp_;
};

TEST_F(LedgerTest, ANewLedgerHoldsItsGenesisAndIsSmall) {
  const auto ledger = CreateTown(path());
  const auto snapshot = SnapshotOf(*ledger);
  EXPECT_EQ(snapshot->size(), 1u);
  const auto stat = snapshot->Stat();
  ASSERT_TRUE(stat.ok()) << stat.status();
  EXPECT_EQ(stat->genesis.origin, "town.example/hours");
  EXPECT_EQ(stat->genesis.utc_offset, 28'800);
  EXPECT_LE(stat->store.file_bytes, 64u * 1'024);
}

TEST_F(LedgerTest, WhatIsAcknowledgedIsThereAfterReopening) {
  Hash root;
  {
    const auto ledger = CreateTown(path());
    SendOk(*ledger, Founding(2));
    SendOk(*ledger, {Service(0, 0), Service(1, 1)});
    root = SnapshotOf(*ledger)->root();
  }
  const auto ledger = OpenTown(path());
  const auto snapshot = SnapshotOf(*ledger);
  EXPECT_EQ(snapshot->root(), root);
  EXPECT_EQ(MinutesOf(*snapshot, 0), 60u);
  EXPECT_TRUE(Verify(*snapshot, Always).ok());
}

TEST_F(LedgerTest, ARetryAnswersExistsAndWritesNothing) {
  const auto ledger = CreateTown(path());
  SendOk(*ledger, Founding(1));
  SendOk(*ledger, {Service(0, 0)});
  const Hash root = SnapshotOf(*ledger)->root();
  const std::vector<Outcome> again = Send(*ledger, {Service(0, 0)});
  EXPECT_EQ(again[0].verdict, Verdict::kExists);
  EXPECT_EQ(again[0].index, 10u);
  EXPECT_EQ(again[0].credit.credits_posted, 60u);
  EXPECT_EQ(SnapshotOf(*ledger)->root(), root);
}

TEST_F(LedgerTest, BatchesOutOfBoundsAreRefusedWhole) {
  const auto ledger = CreateTown(path());
  std::vector<Outcome> outcomes(8'193);
  const std::vector<Entry> many(8'193, Service(0, 0));
  EXPECT_EQ(FailureOf(ledger->Append({}, absl::InfiniteFuture(), {})), Failure::kBatchEmpty);
  EXPECT_EQ(FailureOf(ledger->Append(many, absl::InfiniteFuture(), absl::MakeSpan(outcomes))),
            Failure::kBatchTooLarge);
  EXPECT_EQ(SnapshotOf(*ledger)->size(), 1u);
}

TEST_F(LedgerTest, OneProcessOpensALedgerOnce) {
  const auto ledger = CreateTown(path());
  EXPECT_EQ(FailureOf(Ledger::Open(path(), {}).status()), Failure::kAlreadyOpen);
  EXPECT_EQ(FailureOf(Ledger::Create(path(), TownGenesis(), {}).status()), Failure::kAlreadyOpen);
}

// Regression: the second open went as far as LMDB, and closing it again ended the process's locks on
// the file, so that another process took itself for the only one.
TEST_F(LedgerTest, ARefusedSecondOpenLeavesTheFirstItsLocks) {
  const auto ledger = CreateTown(path());
  EXPECT_EQ(FailureOf(Ledger::Open(path(), {}).status()), Failure::kAlreadyOpen);
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    // LMDB's lock file is held shared by whoever has the environment open.
    const int fd = ::open((path() + "/lock.mdb").c_str(), O_RDWR);
    struct flock lock {};
    lock.l_type = F_WRLCK;
    lock.l_whence = SEEK_SET;
    const bool held = ::fcntl(fd, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
    ::_exit(held ? 0 : 1);
  }
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

TEST_F(LedgerTest, WhereALedgerIsNoneIsMade) {
  { const auto ledger = CreateTown(path()); }
  EXPECT_EQ(FailureOf(Ledger::Create(path(), TownGenesis(), TownOptions()).status()),
            Failure::kLedgerExists);
  EXPECT_EQ(FailureOf(Ledger::Open(temp_ / "nowhere", {}).status()), Failure::kNotFound);
}

TEST_F(LedgerTest, AGenesisOutOfRangeMakesNothing) {
  Genesis genesis = TownGenesis();
  genesis.origin = "with space";
  EXPECT_EQ(FailureOf(Ledger::Create(path(), genesis, {}).status()), Failure::kInvalidArgument);
  EXPECT_FALSE(std::filesystem::exists(path()));
}

TEST_F(LedgerTest, AReadOnlyLedgerReadsAndDoesNotWrite) {
  { SendOk(*CreateTown(path()), Founding(1)); }
  LedgerOptions options = TownOptions();
  options.read_only = true;
  const auto ledger = OpenTown(path(), options);
  std::vector<Outcome> outcomes(1);
  EXPECT_EQ(FailureOf(ledger->Append({Service(0, 0)}, absl::InfiniteFuture(),
                                     absl::MakeSpan(outcomes))),
            Failure::kReadOnly);
  EXPECT_EQ(SnapshotOf(*ledger)->size(), 10u);
}

TEST_F(LedgerTest, ASnapshotStaysAsItWas) {
  const auto ledger = CreateTown(path());
  SendOk(*ledger, Founding(1));
  SendOk(*ledger, {Grant(0, 0, 100)});
  const auto before = SnapshotOf(*ledger);
  SendOk(*ledger, {Grant(1, 0, 11), Redeem(0, 0, 50), Open(Volunteer(9), PartyKind::kVolunteer)});
  const auto after = SnapshotOf(*ledger);
  EXPECT_EQ(PointsOf(*before, 0), 100u);
  EXPECT_EQ(PointsOf(*after, 0), 61u);
  EXPECT_EQ(FailureOf(before->AccountOf(Volunteer(9), Unit::kPoint).status()), Failure::kNotFound);
  EXPECT_EQ(FailureOf(before->Get(MakeId('r', 0)).status()), Failure::kNotFound);
  EXPECT_EQ(after->Get(MakeId('r', 0))->entry.amount, 50u);
  EXPECT_EQ(*after->RootAt(before->size()), before->root());
}

TEST_F(LedgerTest, RefusedEntriesLeaveNoTraceBesideAcceptedOnes) {
  const auto ledger = CreateTown(path());
  SendOk(*ledger, Founding(1));
  const auto outcomes = Send(*ledger, {Redeem(0, 0, 1), Grant(0, 0, 5), Redeem(1, 0, 6)});
  EXPECT_EQ(outcomes[0].verdict, Verdict::kInsufficient);
  EXPECT_EQ(outcomes[1].verdict, Verdict::kOk);
  EXPECT_EQ(outcomes[2].verdict, Verdict::kInsufficient);
  EXPECT_EQ(SnapshotOf(*ledger)->size(), 11u);
}

TEST_F(LedgerTest, ThreadsAreMergedAndEachGetsItsOwnAnswers) {
  constexpr uint64_t kThreads = 8;
  constexpr uint64_t kEach = 50;
  const auto ledger = CreateTown(path());
  SendOk(*ledger, Founding(kThreads));
  std::vector<std::thread> threads;
  std::atomic<uint64_t> wrong{0};
  for (uint64_t t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (uint64_t i = 0; i < kEach; ++i) {
        const auto outcomes = Send(*ledger, {Grant(t * kEach + i, t, t + 1)});
        // The balance in the answer is the volunteer's own.
        if (outcomes[0].credit.credits_posted != (i + 1) * (t + 1)) ++wrong;
        if (PointsOf(*SnapshotOf(*ledger), t) != (i + 1) * (t + 1)) ++wrong;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0u);
  const auto snapshot = SnapshotOf(*ledger);
  EXPECT_EQ(snapshot->size(), 1 + 8 + kThreads + kThreads * kEach);
  EXPECT_TRUE(Verify(*snapshot, Always).ok());
}

TEST_F(LedgerTest, ALongTailIsSweptAndOpeningReadsTheState) {
  constexpr uint64_t kVolunteers = 500;
  constexpr uint64_t kServices = 150'000;
  Hash root;
  {
    const auto ledger = CreateTown(path());
    SendOk(*ledger, Founding(kVolunteers));
    std::vector<Entry> services;
    for (uint64_t i = 0; i < kServices; ++i) services.push_back(Service(i, i % kVolunteers));
    for (size_t i = 0; i < services.size(); i += 1'000) {
      SendOk(*ledger, {services.begin() + static_cast<ptrdiff_t>(i),
                       services.begin() + static_cast<ptrdiff_t>(i + 1'000)});
    }
    root = SnapshotOf(*ledger)->root();
  }
  {
    const auto store = Store::Open(path(), {});
    ASSERT_TRUE(store.ok()) << store.status();
    const auto txn = (*store)->Read();
    ASSERT_TRUE(txn.ok());
    const auto head = txn->ReadStateHead();
    ASSERT_TRUE(head.ok()) << head.status();
    ASSERT_GT(head->part_count, 0u);
    EXPECT_GT(head->parts[head->part_count - 1].size, 65'536u);
    const auto state = ReadState(*txn);
    ASSERT_TRUE(state.ok()) << state.status();
    EXPECT_EQ(state->size, head->parts[head->part_count - 1].size);
    EXPECT_EQ(state->accounts.parties().size(), kVolunteers + 5);
  }
  const auto ledger = OpenTown(path());
  const auto snapshot = SnapshotOf(*ledger);
  EXPECT_EQ(snapshot->root(), root);
  EXPECT_EQ(MinutesOf(*snapshot, 3), kServices / kVolunteers * 60);
  // Ids from the index and from memory.
  EXPECT_EQ(Send(*ledger, {Service(0, 0)})[0].verdict, Verdict::kExists);
  EXPECT_EQ(Send(*ledger, {Service(kServices - 1, (kServices - 1) % kVolunteers)})[0].verdict,
            Verdict::kExists);
  const absl::Status verified = Verify(*snapshot, Always);
  EXPECT_TRUE(verified.ok()) << verified;
}

// An operator who writes an id twice, with every hash right. So far apart that opening, which keeps the
// newest ids in memory alone, does not see it.
TEST_F(LedgerTest, VerifyFindsAnIdThatIsThereTwice) {
  constexpr uint64_t kVolunteers = 500, kServices = 270'000;
  std::vector<Record> records;
  {
    const auto ledger = CreateTown(path());
    SendOk(*ledger, Founding(kVolunteers));
    std::vector<Entry> services;
    for (uint64_t i = 0; i < kServices; ++i) {
      services.push_back(Service(i / 2, i % kVolunteers));
      services.back().id = MakeId('s', i);
    }
    SendOk(*ledger, services);
    const auto snapshot = SnapshotOf(*ledger);
    for (uint64_t i = 0; i < snapshot->size(); ++i) records.push_back(*snapshot->At(i));
  }
  const auto verify_again = [&](const std::string& directory) {
    ChainTip tip;
    Links links;
    std::vector<IdAt> ids;
    for (Record& record : records) {
      tip.Extend({&record.entry, 1}, links);
      record.leaf = tip.last_leaf();
      ids.push_back({record.entry.id, record.entry.index});
    }
    {
      const auto store = Store::Open(directory, {.create = true});
      auto txn = (*store)->Write();
      EXPECT_TRUE(txn->Append(records).ok());
      EXPECT_TRUE(txn->AddIds(ids).ok());
      PutNodes(links, *txn);
      EXPECT_TRUE(txn->Commit(tip.Root()).ok());
    }
    return Verify(*SnapshotOf(*OpenTown(directory)), Always);
  };
  EXPECT_TRUE(verify_again(temp_ / "same").ok());
  records[records.size() - 2].entry.id = records[1'000].entry.id;
  const absl::Status twice = verify_again(temp_ / "twice");
  EXPECT_EQ(FailureOf(twice), Failure::kCorrupt) << twice;
  EXPECT_NE(twice.message().find("the index of ids says"), std::string::npos) << twice;
}

TEST_F(LedgerTest, AFullMapGrowsUnderTheWriter) {
  LedgerOptions options = TownOptions();
  options.map_size = 1 << 20;
  const auto ledger = CreateTown(path(), options);
  SendOk(*ledger, Founding(10));
  std::vector<Entry> services;
  for (uint64_t i = 0; i < 20'000; ++i) services.push_back(Service(i, i % 10));
  SendOk(*ledger, services);
  const auto snapshot = SnapshotOf(*ledger);
  EXPECT_EQ(snapshot->size(), 1 + 18 + 20'000u);
  EXPECT_GT(snapshot->Stat()->store.map_bytes, 1u << 20);
  EXPECT_TRUE(Verify(*snapshot, Always).ok());
}

TEST_F(LedgerTest, ABackupIsALedgerOfItsOwn) {
  const auto ledger = CreateTown(path());
  SendOk(*ledger, Founding(3));
  const Hash root = SnapshotOf(*ledger)->root();
  ASSERT_TRUE(ledger->Backup(temp_ / "copy").ok());
  SendOk(*ledger, {Service(0, 0)});
  const auto copy = OpenTown(temp_ / "copy");
  EXPECT_EQ(SnapshotOf(*copy)->root(), root);
  SendOk(*copy, {Service(0, 0)});
  EXPECT_EQ(SnapshotOf(*copy)->root(), SnapshotOf(*ledger)->root());
  EXPECT_EQ(FailureOf(ledger->Backup(temp_ / "copy")), Failure::kLedgerExists);
}

// Regression: both opened the file that neither had found; the one that ended so let go of the other's locks.
TEST_F(LedgerTest, OfTwoThreadsThatCreateItOneDoesAndKeepsItsLocks) {
  for (int round = 0; round < 20; ++round) {
    const std::string path = temp_ / ("ledger" + std::to_string(round));
    std::atomic<int> ready{0};
    absl::StatusOr<std::unique_ptr<Ledger>> made[2];
    std::vector<std::thread> threads;
    for (auto& its : made) {
      threads.emplace_back([&] {
        ++ready;
        while (ready < 2) std::this_thread::yield();
        its = Ledger::Create(path, TownGenesis(), TownOptions());
      });
    }
    for (std::thread& thread : threads) thread.join();
    ASSERT_NE(made[0].ok(), made[1].ok()) << made[0].status() << made[1].status();
    EXPECT_EQ(FailureOf((made[0].ok() ? made[1] : made[0]).status()), Failure::kAlreadyOpen);
    const pid_t child = ::fork();
    if (child == 0) {  // to whom this process's locks are others'
      const int fd = ::open((path + "/lock.mdb").c_str(), O_RDWR);
      struct flock lock{};
      lock.l_type = F_WRLCK;
      ::_exit(fd >= 0 && ::fcntl(fd, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK ? 0 : 1);
    }
    int status = -1;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_EQ(status, 0) << "nobody else believes itself alone";
  }
}

TEST_F(LedgerTest, AProcessTakesInWhatAnotherWrites) {
  // The child opens the ledger for itself; pipes order the two.
  int to_child[2];
  int to_parent[2];
  ASSERT_EQ(::pipe(to_child), 0);
  ASSERT_EQ(::pipe(to_parent), 0);
  { SendOk(*CreateTown(path()), Founding(2)); }
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    char go;
    bool good = ::read(to_child[0], &go, 1) == 1;
    {
      const auto ledger = OpenTown(path());
      const auto outcomes = Send(*ledger, {Service(0, 0), Grant(1, 0, 40)});
      good = good && outcomes[1].verdict == Verdict::kOk;
      good = good && ::write(to_parent[1], "x", 1) == 1;
      good = good && ::read(to_child[0], &go, 1) == 1;  // until the parent has written
      good = good && Send(*ledger, {Redeem(7, 0, 30)})[0].verdict == Verdict::kInsufficient;
      good = good && PointsOf(*SnapshotOf(*ledger), 0) == 20;
    }
    ::_exit(good ? 0 : 1);
  }
  const auto ledger = OpenTown(path());
  char done;
  ASSERT_EQ(::write(to_child[1], "x", 1), 1);
  ASSERT_EQ(::read(to_parent[0], &done, 1), 1);
  EXPECT_EQ(PointsOf(*SnapshotOf(*ledger), 0), 40u);
  EXPECT_EQ(Send(*ledger, {Service(0, 0)})[0].verdict, Verdict::kExists);
  EXPECT_EQ(Send(*ledger, {Redeem(1, 0, 20)})[0].verdict, Verdict::kOk);
  ASSERT_EQ(::write(to_child[1], "x", 1), 1);
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_TRUE(Verify(*SnapshotOf(*ledger), Always).ok());
  for (const int fd : {to_child[0], to_child[1], to_parent[0], to_parent[1]}) ::close(fd);
}

TEST_F(LedgerTest, AForkedChildMustOpenForItself) {
  const auto ledger = CreateTown(path());
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    std::vector<Outcome> outcomes(1);
    const absl::Status sent =
        ledger->Append({Service(0, 0)}, absl::InfiniteFuture(), absl::MakeSpan(outcomes));
    const bool refused = FailureOf(sent) == Failure::kForked &&
                         FailureOf(ledger->OpenSnapshot().status()) == Failure::kForked;
    ::_exit(refused ? 0 : 1);
  }
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

TEST_F(LedgerTest, AWaitForAnotherWriterEndsAtItsDeadline) {
  const auto ledger = CreateTown(path());
  SendOk(*ledger, Founding(1));
  int to_parent[2];
  int to_child[2];
  ASSERT_EQ(::pipe(to_parent), 0);
  ASSERT_EQ(::pipe(to_child), 0);
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {  // holds the store's writer until told
    char go;
    const auto store = Store::Open(path(), {});
    bool good = store.ok();
    if (good) {
      const auto txn = (*store)->Write(absl::InfiniteFuture());
      good = txn.ok() && ::write(to_parent[1], "x", 1) == 1 && ::read(to_child[0], &go, 1) == 1;
    }
    ::_exit(good ? 0 : 1);
  }
  char held;
  ASSERT_EQ(::read(to_parent[0], &held, 1), 1);
  std::vector<Outcome> outcomes(1);
  const absl::Status sent = ledger->Append(
      {Service(0, 0)}, absl::Now() + absl::Milliseconds(50), absl::MakeSpan(outcomes));
  EXPECT_EQ(FailureOf(sent), Failure::kTimeout);
  ASSERT_EQ(::write(to_child[1], "x", 1), 1);
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(Send(*ledger, {Service(0, 0)})[0].verdict, Verdict::kOk);
  for (const int fd : {to_child[0], to_child[1], to_parent[0], to_parent[1]}) ::close(fd);
}

}  // namespace
}  // namespace hourbook
