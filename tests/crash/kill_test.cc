// A process that appends, copies and publishes is killed at any moment, again and again.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <functional>
#include <map>
#include <random>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "ledger/audit/auditor.h"
#include "ledger/audit/publisher.h"
#include "ledger/base/error.h"
#include "ledger/engine/verify.h"
#include "tests/audit/full_audit.h"
#include "tests/base/always.h"
#include "tests/base/effort.h"
#include "tests/base/killed.h"
#include "tests/engine/town.h"

namespace hourbook::crash {
namespace {

constexpr uint64_t kVolunteers = 4;
constexpr uint64_t kThreads = 3;
constexpr uint64_t kKills = 12;  // times the effort
constexpr uint64_t kKillsALedger = 24;
constexpr auto kLongestRest = absl::Milliseconds(60);

LedgerOptions Options() {
  LedgerOptions options = TownOptions();
  options.map_size = uint64_t{1} << 22;  // grows
  options.state_period = 200;
  return options;
}

// What a process says through a pipe that it was answered: whole, since it is short.
struct Answered {
  enum What : uint64_t { kEntry, kCopy, kPublished, kNothing };
  uint64_t what;
  uint64_t number;  // of the entry's id, or of the copy
  uint64_t index;   // of the entry; what there was before it was copied or published
};

class KillTest : public testing::Test {
 protected:
  KillTest() : random_(TestSeed()) {}

  std::string path() const { return *temp_ / "ledger"; }
  std::string site() const { return *temp_ / "site"; }
  std::string CopyOf(uint64_t number) const { return *temp_ / absl::StrCat("copy", number); }

  void MakeTown() {
    temp_ = std::make_unique<TempDir>(TempDir::MemoryBase());
    entries_.clear();
    published_ = 0;
    const auto ledger = CreateTown(path(), Options());
    SendOk(*ledger, Founding(kVolunteers));
  }

  // Lives in a process that is killed, not before it came to the first of these, or ended; with none of them
  // it may be before it has done anything. Takes in what it was answered. How it ended, as waitpid tells.
  int LiveAndBeKilled(uint64_t first, const std::function<void(int said)>& live) {
    int said[2];
    HOURBOOK_CHECK(::pipe(said) == 0, "there is a pipe");
    const pid_t process = ::fork();
    HOURBOOK_CHECK(process >= 0, "there is a process");
    if (process == 0) {
      ::close(said[0]);
      live(said[1]);
      ::_exit(0);
    }
    ::close(said[1]);
    copies_.clear();
    for (bool said_it = first == Answered::kNothing; !said_it && Hear(said[0], said_it, first);) {}
    absl::SleepFor(kLongestRest * static_cast<int64_t>(random_() % 1'000) / 1'000);
    ::kill(process, SIGKILL);
    int status = 0;
    HOURBOOK_CHECK(::waitpid(process, &status, 0) == process, "it is a child");
    for (bool ignored = false; Hear(said[0], ignored, first);) {}
    ::close(said[0]);
    return status;
  }

  // Takes in one word; false at the end.
  bool Hear(int said, bool& said_it, uint64_t expected) {
    Answered answered;
    if (::read(said, &answered, sizeof(answered)) != sizeof(answered)) return false;
    if (answered.what == Answered::kEntry) entries_[answered.index] = answered.number;
    if (answered.what == Answered::kCopy) copies_[answered.number] = answered.index;
    if (answered.what == Answered::kPublished) published_ = answered.index;
    said_it = said_it || answered.what == expected;
    return true;
  }

  // In the process that is killed: whether a call did what it was to do, or did nothing since the others hold
  // it up; where it fails, the process ends by itself.
  static bool IsDone(const absl::Status& status, const char* what) {
    if (status.ok()) return true;
    const Failure failure = FailureOf(status);
    if (failure == Failure::kMapFull || failure == Failure::kTimeout) return false;
    std::fprintf(stderr, "%s: %s\n", what, status.ToString().c_str());
    ::_exit(1);
  }

  static uint64_t SizeOf(Ledger& ledger) {
    while (true) {
      const auto snapshot = ledger.OpenSnapshot();
      if (IsDone(snapshot.status(), "look")) return (*snapshot)->size();
    }
  }

  // Of the killed process: until then.
  [[noreturn]] void Live(uint64_t life, int said) {
    const auto ledger = OpenTown(path(), Options());
    if (ledger == nullptr) ::_exit(1);
    const auto say = [said](const Answered& answered) {
      if (::write(said, &answered, sizeof(answered)) != sizeof(answered)) ::_exit(1);
    };
    std::vector<std::thread> threads;
    for (uint64_t thread = 0; thread < kThreads; ++thread) {
      threads.emplace_back([&, thread] {
        std::mt19937_64 random(life * kThreads + thread);
        for (uint64_t next = (life * kThreads + thread) << 32;;) {
          std::vector<Entry> batch;
          for (uint64_t i = random() % 3 == 0 ? random() % 300 : 0;; --i) {
            batch.push_back(Grant(next++, random() % kVolunteers, 1));
            if (i == 0) break;
          }
          std::vector<Outcome> outcomes(batch.size());
          const auto append = [&] {
            return ledger->Append(batch, absl::InfiniteFuture(), absl::MakeSpan(outcomes));
          };
          while (!IsDone(append(), "append")) {}
          say({Answered::kEntry, next - 1, outcomes.back().index});
        }
      });
    }
    for (uint64_t number = 0;;) {
      const uint64_t size = SizeOf(*ledger);
      if (IsDone(Publish(*ledger, signer_, site(), Always).status(), "publish")) {
        say({Answered::kPublished, 0, size});
      }
      if (IsDone(ledger->Backup(CopyOf(number)), "backup")) say({Answered::kCopy, number++, size});
    }
  }

  void ExpectSound(const std::string& where, uint64_t least) {
    const auto ledger = OpenTown(where, Options());
    ASSERT_NE(ledger, nullptr) << where;
    const auto snapshot = SnapshotOf(*ledger);
    ASSERT_GE(snapshot->size(), least) << where;
    const absl::Status verified = Verify(*snapshot, Always);
    ASSERT_TRUE(verified.ok()) << where << ": " << verified;
    for (const auto& [index, number] : entries_) {
      if (index >= snapshot->size()) break;
      ASSERT_EQ(snapshot->At(index)->entry.id, MakeId('g', number)) << where << " at " << index;
    }
  }

  // What stands may be later than what was answered for, never less.
  void ExpectPublished() {
    if (published_ == 0) return;
    AuditReport report;
    const absl::Status audited =
        Audit(PublishedDirectory(site()), FullAudit(signer_.verifier()), Always, report);
    ASSERT_TRUE(audited.ok()) << audited << " " << report.finding.what;
    EXPECT_GE(report.checkpoint.size, published_);
  }

  void ExpectAllThatWasAnswered() {
    ExpectSound(path(), entries_.empty() ? 0 : entries_.rbegin()->first + 1);
    for (const auto& [number, least] : copies_) {
      ExpectSound(CopyOf(number), least);
      copied_ += 1;
    }
    ExpectPublished();
    for (uint64_t number = 0; std::filesystem::exists(CopyOf(number)); ++number) {
      std::filesystem::remove_all(CopyOf(number));
    }
  }

  std::mt19937_64 random_;
  const Signer signer_ = Signer::Generate("town.example/hours", SignatureType::kEd25519).value();
  std::unique_ptr<TempDir> temp_;
  std::map<uint64_t, uint64_t> entries_;  // the number of each that was answered for, by its index
  std::map<uint64_t, uint64_t> copies_;   // of the last life: the least that each has
  uint64_t published_ = 0;
  uint64_t copied_ = 0;
};

TEST_F(KillTest, NothingThatWasAnsweredIsMissing) {
  uint64_t answered = 0, kills = 0;
  for (uint64_t life = 0; life < kKills * TestEffort() && !HasFailure(); ++life) {
    SCOPED_TRACE(absl::StrCat("HOURBOOK_SEED=", TestSeed(), " life ", life));
    if (life % kKillsALedger == 0) {
      answered += entries_.size();
      MakeTown();
    }
    const uint64_t first = random_() % (Answered::kNothing + 1);
    const int status = LiveAndBeKilled(first, [&](int said) { Live(life + 1, said); });
    EXPECT_TRUE(WasKilled(status)) << "it ended by itself: " << status;
    kills += WasKilled(status);
    ExpectAllThatWasAnswered();
  }
  answered += entries_.size();
  PrintCounts("kill", {{"kills", kills}, {"answered", answered}, {"copies", copied_}});
  EXPECT_GT(answered, kills);
  EXPECT_GT(copied_, 0);
  EXPECT_GT(published_, 0);
}

// That an end before the kill would be seen.
TEST_F(KillTest, ALifeThatEndsByItselfIsFound) {
  EXPECT_TRUE(WasKilled(LiveAndBeKilled(Answered::kNothing, [](int) { ::pause(); })));
  const auto refused = [](int) { IsDone(absl::InternalError("refused, as this test has it"), "append"); };
  EXPECT_FALSE(WasKilled(LiveAndBeKilled(Answered::kEntry, refused)));
  EXPECT_FALSE(WasKilled(LiveAndBeKilled(Answered::kEntry, [](int) { ::raise(SIGTERM); })));
}

}  // namespace
}  // namespace hourbook::crash
