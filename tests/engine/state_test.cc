// What is stored of the state is, at any moment, what replaying the log up to its size gives; and opening
// a ledger never depends on it.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <memory>
#include <random>
#include <set>

#include "ledger/base/error.h"
#include "ledger/engine/state_parts.h"
#include "ledger/engine/verify.h"
#include "ledger/rules/machine.h"
#include "tests/base/always.h"
#include "tests/engine/town.h"
#include "tests/rules/memory_history.h"

namespace hourbook {
namespace {

constexpr uint64_t kVolunteers = 30;

LedgerOptions SmallPeriod(uint64_t period) {
  LedgerOptions options = TownOptions();
  options.state_period = period;
  return options;
}

template <class Record>
void ExpectSame(const Table<Record>& stored, const Table<Record>& replayed, const char* what) {
  ASSERT_EQ(stored.size(), replayed.size()) << what;
  for (Slot i = 0; i < stored.size(); ++i) {
    EXPECT_EQ(std::memcmp(&stored[i], &replayed[i], sizeof(Record)), 0) << what << ' ' << i;
  }
}

// Reads what is stored and compares it with the log up to there. The head, for what else is to be asked.
StateHead ExpectStored(const std::string& path) {
  const auto store = Store::Open(path, {});
  EXPECT_TRUE(store.ok()) << store.status();
  const auto txn = (*store)->Read();
  EXPECT_TRUE(txn.ok()) << txn.status();
  const auto head = txn->ReadStateHead();
  EXPECT_TRUE(head.ok()) << head.status();
  const auto stored = ReadState(*txn);
  EXPECT_TRUE(stored.ok()) << stored.status();
  if (!stored.ok()) return {};
  MemoryHistory history;
  Machine machine(&history);
  for (uint64_t i = 0; i < stored->size; ++i) {
    const absl::Status replayed = machine.Replay(txn->At(i)->entry);
    EXPECT_TRUE(replayed.ok()) << replayed;
  }
  const State& state = machine.state();
  EXPECT_EQ(stored->last_recorded_at, state.last_recorded_at);
  ExpectSame(stored->accounts.parties(), state.accounts.parties(), "party");
  ExpectSame(stored->accounts.accounts(), state.accounts.accounts(), "account");
  ExpectSame(stored->holds.table(), state.holds.table(), "hold");
  EXPECT_EQ(stored->holds.open(), state.holds.open());
  EXPECT_EQ(stored->policy_entries.size(), state.policy_entries.size());
  return *head;
}

// Entries of a town that all stand, made by chance: services, grants, redemptions that are held and then
// posted or voided, new volunteers, policy.
class Town {
 public:
  explicit Town(unsigned seed) : random_(seed) {}

  std::vector<Entry> Next(size_t count) {
    std::vector<Entry> entries;
    while (entries.size() < count) entries.push_back(NextEntry());
    return entries;
  }

 private:
  uint64_t Below(uint64_t bound) { return random_() % bound; }

  Entry NextEntry() {
    const uint64_t number = next_++;
    const uint64_t kind = Below(100);
    if (kind < 2) return Open(Volunteer(1'000 + number), PartyKind::kVolunteer);
    if (kind < 4) return NextPolicy(number);
    if (kind < 40) return Service(number, Below(kVolunteers));
    if (kind < 70 || points_ == 0) return NextGrant(number);
    if (kind < 85 || held_.empty()) return NextRedeem(number);
    return EndOfHold(number);
  }

  Entry NextPolicy(uint64_t number) {
    Entry entry = PolicyEntry(1'000 + number, Topic::kGrant, kProgramme, 8, number);
    entry.occurred_at = TownOptions().clock() + static_cast<int64_t>(number) * 60 * kMinute;  // from then on
    return entry;
  }

  Entry NextGrant(uint64_t number) {
    ++points_;
    return Grant(number, 0, 10);
  }

  Entry NextRedeem(uint64_t number) {
    --points_;
    held_.push_back(Redeem(number, 0, 10, true));
    return held_.back();
  }

  Entry EndOfHold(uint64_t number) {
    const size_t at = Below(held_.size());
    Entry entry{};
    entry.id = MakeId('e', number);
    entry.ref = held_[at].id;
    entry.occurred_at = kStart;
    const bool is_post = Below(2) == 0;
    entry.kind = static_cast<uint16_t>(is_post ? Kind::kPost : Kind::kVoid);
    if (!is_post) ++points_;
    held_.erase(held_.begin() + static_cast<ptrdiff_t>(at));
    return entry;
  }

  std::mt19937_64 random_;
  uint64_t next_ = 1;
  uint64_t points_ = 0;  // tens of them that can be spent
  std::vector<Entry> held_;
};

std::vector<Entry> Services(uint64_t first, uint64_t count) {
  std::vector<Entry> services;
  for (uint64_t i = first; i < first + count; ++i) services.push_back(Service(i, i % kVolunteers));
  return services;
}

// A process that has a ledger open and appends services when it is told to.
class Appender {
 public:
  Appender(const std::string& path, uint64_t period) {
    EXPECT_EQ(pipe(to_), 0);
    EXPECT_EQ(pipe(from_), 0);
    child_ = fork();
    if (child_ == 0) Serve(path, period);
    close(to_[0]);
    close(from_[1]);
    EXPECT_TRUE(IsDone());
  }
  ~Appender() {
    Kill();  // those that were made later have the pipe too, so it has no end
    close(to_[1]);
    int status = 0;
    waitpid(child_, &status, 0);
    close(from_[0]);
  }

  // Whether all stand, or are there already.
  bool Append(uint64_t first, uint64_t count) {
    const uint64_t asked[] = {first, count};
    return write(to_[1], asked, sizeof(asked)) == sizeof(asked) && IsDone();
  }
  // Begins to.
  void Ask(uint64_t first, uint64_t count) {
    const uint64_t asked[] = {first, count};
    ASSERT_EQ(write(to_[1], asked, sizeof(asked)), static_cast<ssize_t>(sizeof(asked)));
  }
  void Kill() { kill(child_, SIGKILL); }

 private:
  [[noreturn]] void Serve(const std::string& path, uint64_t period) {
    close(to_[1]);
    close(from_[0]);
    const auto ledger = OpenTown(path, SmallPeriod(period));
    char done = ledger == nullptr ? 'n' : 'y';
    uint64_t asked[2];
    while (write(from_[1], &done, 1) == 1 && read(to_[0], asked, sizeof(asked)) == sizeof(asked)) {
      const std::vector<Entry> services = Services(asked[0], asked[1]);
      for (size_t i = 0; i < services.size() && done == 'y'; ++i) {
        Outcome outcome;
        const absl::Status sent = ledger->Append({&services[i], 1}, absl::InfiniteFuture(), {&outcome, 1});
        if (!sent.ok() || !Stands(outcome.verdict)) done = 'n';
      }
    }
    _exit(0);
  }
  bool IsDone() {
    char done = 'n';
    return read(from_[0], &done, 1) == 1 && done == 'y';
  }

  int to_[2], from_[2];
  pid_t child_;
};

class StateTest : public testing::Test {
 protected:
  StateTest() { signal(SIGPIPE, SIG_IGN); }

  std::string path() const { return temp_ / "ledger"; }

  void MakeTown(uint64_t volunteers = kVolunteers) {
    SendOk(*CreateTown(path(), SmallPeriod(1'000'000)), Founding(volunteers));
  }

  // How many entries there are beyond what is stored.
  uint64_t Tail() {
    const StateHead head = ExpectStored(path());
    const auto ledger = OpenTown(path());
    return SnapshotOf(*ledger)->size() - (head.part_count == 0 ? 0 : head.parts[head.part_count - 1].size);
  }

  // Damages a page of a part that the head names, in the store.
  void Damage(uint64_t part, uint32_t table) {
    const auto store = Store::Open(path(), {});
    ASSERT_TRUE(store.ok()) << store.status();
    auto txn = (*store)->Write();
    ASSERT_TRUE(txn.ok()) << txn.status();
    ASSERT_TRUE(txn->PutStatePage(part, table, 0, "damaged").ok());
    ASSERT_TRUE(txn->Commit(txn->head().root).ok());
  }

  // Changes the balance of an account in what is stored, and makes the checksum right.
  void Forge() {
    const StateHead head = ExpectStored(path());
    const auto store = Store::Open(path(), {});
    ASSERT_TRUE(store.ok()) << store.status();
    auto txn = (*store)->Write();
    ASSERT_TRUE(txn.ok()) << txn.status();
    ASSERT_GT(head.part_count, 0u);
    const StatePart& last = head.parts[head.part_count - 1];
    ASSERT_GT(last.counts[kAccounts], 0u);
    std::string page = *txn->StatePage(last.number, kAccounts, 0);
    Account account;
    std::memcpy(&account, page.data() + sizeof(Slot), sizeof(account));
    account.balance.credits_posted += 1'000;
    std::memcpy(page.data() + sizeof(Slot), &account, sizeof(account));
    ASSERT_TRUE(txn->PutStatePage(last.number, kAccounts, 0, page).ok());
    ASSERT_TRUE(txn->Commit(txn->head().root).ok());
  }

  TempDir temp_;
};

TEST_F(StateTest, IsWhatTheLogSaysWheneverTheLedgerIsClosed) {
  for (unsigned seed = 1; seed <= 4; ++seed) {
    const std::string ledger_path = temp_ / ("ledger" + std::to_string(seed));
    Town town(seed);
    std::mt19937_64 random(seed);
    SendOk(*CreateTown(ledger_path, SmallPeriod(50)), Founding(kVolunteers));
    std::set<uint64_t> first_parts;
    uint64_t most_parts = 0, stored = 0;
    for (int open = 0; open < 40; ++open) {
      {
        const auto ledger = OpenTown(ledger_path, SmallPeriod(50));
        for (uint64_t batch = random() % 12; batch > 0; --batch)
          SendOk(*ledger, town.Next(1 + random() % 40));
        const absl::Status verified = Verify(*SnapshotOf(*ledger), Always);
        ASSERT_TRUE(verified.ok()) << verified;
      }
      const StateHead head = ExpectStored(ledger_path);
      if (HasFailure()) return;
      if (head.part_count == 0) continue;
      first_parts.insert(head.parts[0].number);
      most_parts = std::max(most_parts, head.part_count);
      EXPECT_GE(head.parts[head.part_count - 1].size, stored) << "what is stored never goes back";
      stored = head.parts[head.part_count - 1].size;
    }
    EXPECT_GT(most_parts, 2u);
    EXPECT_GT(first_parts.size(), 1u) << "the whole is written anew now and then";
    const auto ledger = OpenTown(ledger_path);
    const auto snapshot = SnapshotOf(*ledger);
    EXPECT_LT(snapshot->size() - stored, 300u);
    EXPECT_TRUE(Verify(*snapshot, Always).ok());
  }
}

TEST_F(StateTest, IsSoundUnderPipelinedGroupsAndAGrowingMap) {
  LedgerOptions options = SmallPeriod(3'000);
  options.map_size = 1 << 20;
  Town town(7);
  {
    const auto ledger = CreateTown(path(), options);
    SendOk(*ledger, Founding(kVolunteers));
    const std::vector<Entry> entries = town.Next(60'000);
    std::vector<Outcome> outcomes(entries.size());
    for (size_t i = 0; i < entries.size(); i += 1'000) {
      const absl::Status submitted =
          ledger->Submit(absl::MakeConstSpan(entries).subspan(i, 1'000), absl::InfiniteFuture(),
                         absl::MakeSpan(outcomes).subspan(i, 1'000), [](const absl::Status& status) {
                           EXPECT_TRUE(status.ok()) << status;
                         });
      ASSERT_TRUE(submitted.ok()) << submitted;
    }
    ledger->Drain();
    for (const Outcome& outcome : outcomes) ASSERT_EQ(outcome.verdict, Verdict::kOk);
  }
  const StateHead head = ExpectStored(path());
  ASSERT_GT(head.part_count, 0u);
  EXPECT_GT(head.parts[head.part_count - 1].size, 55'000u);
  EXPECT_GT(head.parts[0].number, 1u) << "the whole was written anew";
}

TEST_F(StateTest, ManyProcessesThatAppendLittleStoreItToo) {
  SendOk(*CreateTown(path(), SmallPeriod(50)), Founding(kVolunteers));
  Town town(11);
  uint64_t first = 0;
  for (int i = 0; i < 400; ++i) {
    SendOk(*OpenTown(path(), SmallPeriod(50)), town.Next(1));
    if (i < 150 || i % 10 != 0) continue;
    const StateHead head = ExpectStored(path());
    ASSERT_GT(head.part_count, 0u) << i;
    const uint64_t size = 1 + 8 + kVolunteers + static_cast<uint64_t>(i) + 1;
    ASSERT_LT(size - head.parts[head.part_count - 1].size, 120u) << i;
    first = head.parts[0].number;
  }
  EXPECT_GT(first, 1u) << "the whole was written anew, by many";
}

// Each takes in what the other wrote, and stores on top of what the other stored.
TEST_F(StateTest, TwoProcessesTakeTurns) {
  SendOk(*CreateTown(path(), SmallPeriod(50)), Founding(kVolunteers));
  Town town(3);
  std::vector<std::vector<Entry>> batches;
  for (int i = 0; i < 120; ++i) batches.push_back(town.Next(20));
  int to_child[2], to_parent[2];
  ASSERT_EQ(pipe(to_child), 0);
  ASSERT_EQ(pipe(to_parent), 0);
  const pid_t child = fork();
  if (child == 0) {
    const auto ledger = OpenTown(path(), SmallPeriod(50));
    char turn;
    for (size_t i = 1; i < batches.size() && read(to_child[0], &turn, 1) == 1; i += 2) {
      SendOk(*ledger, batches[i]);
      if (write(to_parent[1], &turn, 1) != 1) _exit(2);
    }
    _exit(testing::Test::HasFailure() ? 1 : 0);
  }
  {
    const auto ledger = OpenTown(path(), SmallPeriod(50));
    char turn = 't';
    for (size_t i = 0; i < batches.size(); i += 2) {
      SendOk(*ledger, batches[i]);
      ASSERT_EQ(write(to_child[1], &turn, 1), 1);
      ASSERT_EQ(read(to_parent[0], &turn, 1), 1);
    }
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  const StateHead head = ExpectStored(path());
  ASSERT_GT(head.part_count, 0u);
  EXPECT_GT(head.parts[head.part_count - 1].size, 2'000u);
}

// Of which each counts a period by itself: all together add no more parts than there is room for.
TEST_F(StateTest, ManyProcessesDoNotFillTheListOfParts) {
  MakeTown(20'000);
  uint64_t next = 1;
  {
    std::vector<std::unique_ptr<Appender>> processes;
    for (int i = 0; i < 6; ++i) processes.push_back(std::make_unique<Appender>(path(), 50));
    for (size_t i = 0; i < 600; ++i, next += 10) ASSERT_TRUE(processes[i % 6]->Append(next, 10)) << i;
  }
  for (int i = 0; i < 30; ++i, next += 20) SendOk(*OpenTown(path(), SmallPeriod(50)), Services(next, 20));
  EXPECT_LT(Tail(), 300u);
}

// A process that took changes aside, then wrote nothing for long: what others stored since stays.
TEST_F(StateTest, NeverGoesBack) {
  MakeTown();
  Appender one(path(), 50), other(path(), 50);
  ASSERT_TRUE(one.Append(1, 20));
  ASSERT_TRUE(one.Append(1, 20)) << "they exist, so that nothing is written";
  for (uint64_t i = 0; i < 30; ++i) ASSERT_TRUE(other.Append(21 + i * 10, 10));
  const StateHead before = ExpectStored(path());
  ASSERT_GT(before.part_count, 0u);
  ASSERT_TRUE(one.Append(321, 3));
  const StateHead after = ExpectStored(path());
  ASSERT_GT(after.part_count, 0u);
  EXPECT_GE(after.parts[after.part_count - 1].size, before.parts[before.part_count - 1].size);
  for (uint64_t i = 0; i < 30; ++i) ASSERT_TRUE(other.Append(324 + i * 10, 10));
  EXPECT_LT(Tail(), 200u);
}

// LMDB shows readers what a killed writer had synced only once its next writer has recovered it.
TEST_F(StateTest, AProcessKilledWhileItCommitsStopsNoOther) {
  MakeTown();
  std::mt19937_64 random(1);
  Appender lives(path(), 20);
  uint64_t next = 1;
  for (int kills = 0; kills < 60; ++kills, next += 401) {
    {
      Appender dies(path(), 20);
      dies.Ask(next, 400);
      usleep(static_cast<unsigned>(500 + random() % 10'000));
      dies.Kill();
    }
    ASSERT_TRUE(lives.Append(next + 400, 1)) << "after kill " << kills;
  }
}

TEST_F(StateTest, AHeadThatIsDamagedIsBegunAnew) {
  Town town(6);
  {
    const auto ledger = CreateTown(path(), SmallPeriod(50));
    SendOk(*ledger, Founding(kVolunteers));
    for (int i = 0; i < 20; ++i) SendOk(*ledger, town.Next(30));
  }
  {
    const auto store = Store::Open(path(), {});
    ASSERT_TRUE(store.ok()) << store.status();
    auto txn = (*store)->Write();
    ASSERT_TRUE(txn.ok()) << txn.status();
    StateHead head = *txn->ReadStateHead();
    head.part_count = kMostStateParts + 1;
    ASSERT_TRUE(txn->PutStateHead(head).ok());
    ASSERT_TRUE(txn->Commit(txn->head().root).ok());
  }
  {
    const auto ledger = OpenTown(path(), SmallPeriod(50));
    for (int i = 0; i < 10; ++i) SendOk(*ledger, town.Next(30));
  }
  EXPECT_LT(Tail(), 200u);
}

TEST_F(StateTest, WhatIsDamagedIsMadeAgain) {
  Town town(5);
  {
    const auto ledger = CreateTown(path(), SmallPeriod(50));
    SendOk(*ledger, Founding(kVolunteers));
    for (int i = 0; i < 30; ++i) SendOk(*ledger, town.Next(30));
  }
  for (const uint32_t table : {kParties, kAccounts, kHolds, kPolicies}) {
    const StateHead head = ExpectStored(path());
    ASSERT_GT(head.part_count, 0u);
    uint64_t part = 0;  // one that has any of the table
    for (uint64_t i = 0; i < head.part_count; ++i) {
      if (head.parts[i].counts[table] > 0) part = head.parts[i].number;
    }
    ASSERT_NE(part, 0u) << table;
    Damage(part, table);
    {
      const auto ledger = OpenTown(path(), SmallPeriod(50));
      EXPECT_EQ(FailureOf(Verify(*SnapshotOf(*ledger), Always)), Failure::kCorrupt);
      for (int i = 0; i < 10; ++i) SendOk(*ledger, town.Next(30));
      const absl::Status verified = Verify(*SnapshotOf(*ledger), Always);
      EXPECT_TRUE(verified.ok()) << verified;
    }
    if (HasFailure()) return;
  }
  ExpectStored(path());
}

// It reads and hangs together, and so is taken for right: whoever appends goes on from it.
TEST_F(StateTest, WhatIsWrongIsMadeAgainByAReplayAlone) {
  Town town(8);
  {
    const auto ledger = CreateTown(path(), SmallPeriod(50));
    SendOk(*ledger, Founding(kVolunteers));
    for (int i = 0; i < 10; ++i) SendOk(*ledger, town.Next(30));
  }
  Forge();
  {
    const auto ledger = OpenTown(path(), SmallPeriod(50));
    SendOk(*ledger, Services(10'000, 200));
    const absl::Status verified = Verify(*SnapshotOf(*ledger), Always);
    ASSERT_EQ(FailureOf(verified), Failure::kCorrupt);
    EXPECT_NE(verified.message().find("replays its log"), absl::string_view::npos) << verified;
  }
  LedgerOptions replay = SmallPeriod(50);
  replay.replay = true;
  LedgerOptions reading = replay;
  reading.read_only = true;
  const absl::Status refused = Ledger::Open(path(), reading).status();
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(FailureOf(refused), Failure::kReadOnly);
  {
    const auto ledger = OpenTown(path(), replay);
    const absl::Status verified = Verify(*SnapshotOf(*ledger), Always);
    ASSERT_TRUE(verified.ok()) << verified;
  }
  {
    const auto ledger = OpenTown(path(), SmallPeriod(50));
    SendOk(*ledger, Services(20'000, 2));
    const absl::Status verified = Verify(*SnapshotOf(*ledger), Always);
    ASSERT_TRUE(verified.ok()) << verified;
  }
  EXPECT_LT(Tail(), 50u) << "it is stored again with what is appended first";
}

}  // namespace
}  // namespace hourbook
