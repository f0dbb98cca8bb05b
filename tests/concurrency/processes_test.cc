// Several processes write to one ledger, some of them are killed at random moments, and one that reads,
// publishes and audits it all the while says at the end whether everybody was told the truth.
//
// Run with --writer it is one of those processes.
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <fstream>
#include <optional>
#include <thread>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "ledger/engine/verify.h"
#include "tests/base/always.h"
#include "tests/base/effort.h"
#include "tests/base/killed.h"
#include "tests/concurrency/check_history.h"
#include "tests/concurrency/client.h"
#include "tests/concurrency/keeper.h"
#include "tests/engine/town.h"

namespace hourbook {
namespace {

constexpr size_t kWriters = 3;
constexpr int kKills = 8;
constexpr int kStepsAfter = 25;  // of each writer, once nobody is killed any more
// Nobody waits for ever: what takes so long hangs.
constexpr unsigned kPatience = 600;  // s

LedgerOptions Options() {
  LedgerOptions options = TownOptions();
  options.map_size = 1 << 20;  // each process's own grows, or takes over what others' grew to
  options.state_period = 300;
  return options;
}

// A process of its own that writes until its input ends, and then so many steps more.
class Writer {
 public:
  Writer(const std::string& ledger, const std::string& history, uint32_t caller, uint32_t seed)
      : history_(history) {
    int ends[2];
    EXPECT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    std::string arguments[] = {"processes_test", "--writer",           ledger,
                               history,          absl::StrCat(caller), absl::StrCat(seed)};
    std::vector<char*> argv;
    for (std::string& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[0], STDIN_FILENO);
    EXPECT_EQ(::posix_spawn(&pid_, "/proc/self/exe", &actions, nullptr, argv.data(), environ), 0);
    posix_spawn_file_actions_destroy(&actions);
    ::close(ends[0]);
    input_ = ends[1];
  }
  ~Writer() {
    if (input_ >= 0) Kill();
  }
  Writer(const Writer&) = delete;

  const std::string& history() const { return history_; }

  // Until it has begun to write.
  void AwaitFirst() const {
    while (ReadCallHistory(history_).empty() && !HasEnded()) absl::SleepFor(absl::Milliseconds(1));
  }

  // It is left to be waited for: until then no other process has its number.
  bool HasEnded() const {
    siginfo_t ended{};
    EXPECT_EQ(::waitid(P_PID, static_cast<id_t>(pid_), &ended, WEXITED | WNOHANG | WNOWAIT), 0);
    return ended.si_pid == pid_;
  }

  // Wherever it is. Whether it was still at work.
  bool Kill() {
    ::kill(pid_, SIGKILL);
    return WasKilled(Wait());
  }

  // Whether it was content.
  bool Finish() {
    CloseInput();
    return Wait() == 0;
  }

  void CloseInput() {
    if (input_ >= 0) ::close(input_);
    input_ = -1;
  }

 private:
  int Wait() {
    CloseInput();
    int status = -1;
    EXPECT_EQ(::waitpid(pid_, &status, 0), pid_);
    return status;
  }

  const std::string history_;
  pid_t pid_ = -1;
  int input_ = -1;
};

bool IsInputOver() {
  pollfd input{.fd = STDIN_FILENO, .events = POLLIN, .revents = 0};
  return ::poll(&input, 1, 0) != 0;
}

// What a writer finds ends it at once: it may be killed before it could tell at its end.
class EndsAtFailure : public testing::EmptyTestEventListener {
  void OnTestPartResult(const testing::TestPartResult& result) override {
    if (result.failed()) ::_exit(1);
  }
};

// The whole of a writer's process. Two threads, so that groups are formed; each has a history of its own.
int RunWriter(const std::string& path, const std::string& history_path, uint32_t caller, uint32_t seed) {
  ::alarm(kPatience);
  testing::UnitTest::GetInstance()->listeners().Append(new EndsAtFailure);
  CallHistory first(caller, history_path), second(caller + 1, history_path + "+");
  {
    const auto ledger = OpenTown(path, Options());
    const auto write = [&](CallHistory& history, uint32_t number) {
      Client client(*ledger, history, number, seed);
      while (!IsInputOver()) client.Step();
      for (int step = 0; step < kStepsAfter; ++step) client.Step();
    };
    std::thread other([&] { write(second, caller + 1); });
    write(first, caller);
    other.join();
  }
  return 0;
}

class ProcessesTest : public testing::Test {
 protected:
  // One run, and what it counts.
  void Run(uint32_t seed) {
    random_.seed(seed);
    seed_ = seed;
    temp_.emplace(TempDir::MemoryBase());
    files_.clear();
    callers_ = 0;
    CreateTown(path(), Options());
    auto ledger = OpenTown(path(), Options());
    CallHistory founder(++callers_);
    Operation& founding = founder.Begin(Founding(kClientsVolunteers));
    ASSERT_TRUE(
        ledger->Append(founding.batch, absl::InfiniteFuture(), absl::MakeSpan(founding.outcomes)).ok());
    founder.End(founding, Operation::Answer::kGiven);
    CallHistory keeping(++callers_), looking(++callers_);
    std::atomic<bool> over{false};
    std::thread keeper([&] { Keep(*ledger, keeping, over); });
    std::thread reader([&, caller = callers_] {
      Client client(*ledger, looking, caller, seed);
      for (; !over; absl::SleepFor(absl::Microseconds(500))) client.StepOfReader();
    });
    WriteAndKill();
    over = true;
    keeper.join();
    reader.join();
    const auto snapshot = SnapshotOf(*ledger);
    Check(*snapshot, {&founder, &keeping, &looking});
  }

  std::string path() const { return *temp_ / "ledger"; }

  void Keep(Ledger& ledger, CallHistory& history, const std::atomic<bool>& over) {
    const Signer signer = Signer::Generate(TownGenesis().origin, SignatureType::kEd25519).value();
    Keeper keeper(ledger, history, signer, *temp_ / "");
    for (int duty = 0; !over || duty < Keeper::kDuties; ++duty) keeper.Do(duty);
    const auto snapshot = SnapshotOf(ledger);
    for (const auto& [size, root] : keeper.published()) EXPECT_EQ(*snapshot->RootAt(size), root) << size;
    keeper.counts().ExpectAll();
    kept_.Add(keeper.counts());
  }

  std::unique_ptr<Writer> NewWriter() {
    const uint32_t caller = callers_ + 1;
    callers_ += 2;
    files_.push_back(*temp_ / absl::StrCat("history", caller));
    files_.push_back(files_.back() + "+");
    return std::make_unique<Writer>(path(), files_[files_.size() - 2], caller, seed_);
  }

  void WriteAndKill() {
    std::vector<std::unique_ptr<Writer>> writers;
    for (size_t i = 0; i < kWriters; ++i) writers.push_back(NewWriter());
    for (int kill = 0; kill < kKills; ++kill) {
      std::unique_ptr<Writer>& writer = writers[random_() % kWriters];
      writer->AwaitFirst();
      absl::SleepFor(absl::Microseconds(random_() % 40'000));
      const bool was_at_work = writer->Kill();
      EXPECT_TRUE(was_at_work) << "it had ended before: " << writer->history();
      kills_ += was_at_work;
      writer = NewWriter();
    }
    for (const auto& writer : writers) writer->AwaitFirst();
    for (const auto& writer : writers) writer->CloseInput();
    for (const auto& writer : writers) EXPECT_TRUE(writer->Finish()) << writer->history();
  }

  void Check(const Snapshot& snapshot, const std::vector<const CallHistory*>& own) {
    const absl::Status verified = Verify(snapshot, Always);
    EXPECT_TRUE(verified.ok()) << verified;
    std::vector<Operation> operations;
    for (const CallHistory* const history : own) {
      operations.insert(operations.end(), history->operations().begin(), history->operations().end());
    }
    for (const std::string& file : files_) {
      for (Operation& operation : ReadCallHistory(file)) operations.push_back(std::move(operation));
    }
    HistoryCounts counts;
    const HistoryFinding finding = CheckHistory(operations, LogOf(snapshot), TownOptions().clock(), &counts);
    EXPECT_EQ(finding.fault, Fault::kNone) << NameOf(finding.fault) << ": " << finding.what;
    EXPECT_GT(counts.refusals, 0u);
    counts_.batches += counts.batches;
    counts_.unanswered += counts.unanswered;
    counts_.refusals += counts.refusals;
    counts_.reads += counts.reads;
  }

  std::mt19937 random_;
  uint32_t seed_ = 0;
  std::optional<TempDir> temp_;
  uint32_t callers_ = 0;
  std::vector<std::string> files_;  // of histories
  uint64_t kills_ = 0;
  HistoryCounts counts_;
  KeeperCounts kept_;
};

TEST_F(ProcessesTest, WriteWhileSomeAreKilledAndOthersAudit) {
  for (uint64_t run = 0; run < TestEffort() && !HasFailure(); ++run) {
    const auto seed = static_cast<uint32_t>(TestSeed() + run);
    SCOPED_TRACE(absl::StrCat("HOURBOOK_SEED=", seed));
    ::alarm(kPatience);
    Run(seed);
  }
  ::alarm(0);
  PrintCounts("processes", {{"kills", kills_},
                            {"batches", counts_.batches},
                            {"unanswered", counts_.unanswered},
                            {"refusals", counts_.refusals},
                            {"reads", counts_.reads},
                            {"publications", kept_.publications},
                            {"audits", kept_.audits},
                            {"verifications", kept_.verifications},
                            {"backups", kept_.backups}});
}

// That what a writer finds would be seen, though it is to be killed: its ledger refuses, for a reason that
// no ledger of a run has, whatever it is sent.
TEST_F(ProcessesTest, AWriterThatFindsSomethingEndsBeforeItIsKilled) {
  temp_.emplace(TempDir::MemoryBase());
  CreateTown(path(), Options());
  std::ofstream(path() + "/published") << "damaged";
  ::alarm(kPatience);
  Writer writer(path(), *temp_ / "history", 1, 1);
  while (!writer.HasEnded()) absl::SleepFor(absl::Milliseconds(1));
  ::alarm(0);
  EXPECT_FALSE(writer.Kill());
}

#ifdef __SANITIZE_THREAD__
// Likewise what the sanitizer finds in one.
TEST(RaceTest, EndsItsProcessAtOnce) {
  const auto race = [] {
    int number = 0;
    std::thread other([&] { number = 1; });
    number = 2;
    other.join();
    ::_exit(number < 0 ? 1 : 0);
  };
  EXPECT_EXIT(race(), testing::ExitedWithCode(66), "data race");  // the sanitizer's own status
}
#endif

}  // namespace
}  // namespace hourbook

int main(int argc, char** argv) {
  if (argc == 6 && std::strcmp(argv[1], "--writer") == 0) {
    uint32_t caller = 0, seed = 0;
    if (!absl::SimpleAtoi(argv[4], &caller) || !absl::SimpleAtoi(argv[5], &seed)) return 2;
    return hourbook::RunWriter(argv[2], argv[3], caller, seed);
  }
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
