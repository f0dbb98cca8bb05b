// Everything at once, on two ledgers of one process: callers that append, submit and look, each ledger's
// keeper, maps that grow, states that are stored all the time, and an end while much is on its way.
#include <atomic>
#include <cstdlib>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "ledger/engine/verify.h"
#include "tests/base/always.h"
#include "tests/base/effort.h"
#include "tests/concurrency/check_history.h"
#include "tests/concurrency/client.h"
#include "tests/concurrency/keeper.h"
#include "tests/engine/town.h"

namespace hourbook {
namespace {

constexpr uint32_t kClients = 3;  // of each ledger, beside a reader
constexpr int kSteps = 75;
constexpr int kRounds = 2;

LedgerOptions Options() {
  LedgerOptions options = TownOptions();
  options.map_size = 1 << 19;  // half of what is written at least
  options.state_period = 300;
  return options;
}

// A ledger and all that happens to it.
class Scene {
 public:
  Scene(const std::string& base, uint32_t seed) : temp_(base), seed_(seed), random_(seed) {
    CreateTown(path(), Options());
    ledger_ = OpenTown(path(), Options());
    Operation& founding = NewHistory().Begin(Founding(kClientsVolunteers));
    EXPECT_TRUE(
        ledger_->Append(founding.batch, absl::InfiniteFuture(), absl::MakeSpan(founding.outcomes)).ok());
    histories_.back()->End(founding, Operation::Answer::kGiven);
  }

  // Until Join.
  void Start() {
    if (ledger_ == nullptr) ledger_ = OpenTown(path(), Options());
    busy_ = kClients;
    for (uint32_t i = 0; i <= kClients; ++i) {
      CallHistory& history = NewHistory();
      const auto caller = static_cast<uint32_t>(histories_.size());
      const bool is_reader = i == kClients;
      threads_.emplace_back([this, &history, caller, is_reader] {
        Client client(*ledger_, history, caller, seed_);
        if (is_reader) {
          for (; busy_ > 0; absl::SleepFor(absl::Microseconds(300))) client.StepOfReader();
          return;
        }
        for (int step = 0; step < kSteps; ++step) client.Step();
        --busy_;
      });
    }
    CallHistory& history = NewHistory();
    const int first = static_cast<int>(random_() % Keeper::kDuties);
    threads_.emplace_back([this, &history, first] {
      Keeper keeper(*ledger_, history, signer_, temp_ / "");
      for (int done = 0; busy_ > 0 || done < Keeper::kDuties; ++done) keeper.Do(first + done);
      published_.insert(keeper.published().begin(), keeper.published().end());
      kept_.Add(keeper.counts());
    });
  }

  // What was submitted last may still be on its way when the ledger ends.
  void JoinAndClose() {
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
    ledger_.reset();
  }

  void Check(HistoryCounts& all, KeeperCounts& all_kept) {
    ledger_ = OpenTown(path(), Options());
    EXPECT_GT(ledger_->Stat()->map_bytes, Options().map_size) << "else it did not grow";
    const auto snapshot = SnapshotOf(*ledger_);
    const absl::Status verified = Verify(*snapshot, Always);
    EXPECT_TRUE(verified.ok()) << verified;
    for (const auto& [size, root] : published_) EXPECT_EQ(*snapshot->RootAt(size), root) << size;
    kept_.ExpectAll();
    all_kept.Add(kept_);
    std::vector<Operation> operations;
    for (const auto& history : histories_) {
      operations.insert(operations.end(), history->operations().begin(), history->operations().end());
    }
    HistoryCounts counts;
    const HistoryFinding finding = CheckHistory(operations, LogOf(*snapshot), TownOptions().clock(), &counts);
    EXPECT_EQ(finding.fault, Fault::kNone) << NameOf(finding.fault) << ": " << finding.what;
    EXPECT_GT(counts.refusals, 0u);
    all.batches += counts.batches;
    all.refusals += counts.refusals;
    all.reads += counts.reads;
  }

 private:
  std::string path() const { return temp_ / "ledger"; }

  CallHistory& NewHistory() {
    histories_.push_back(std::make_unique<CallHistory>(static_cast<uint32_t>(histories_.size() + 1)));
    return *histories_.back();
  }

  const TempDir temp_;
  const uint32_t seed_;
  std::mt19937 random_;
  const Signer signer_ = Signer::Generate(TownGenesis().origin, SignatureType::kEd25519).value();
  std::vector<std::unique_ptr<CallHistory>> histories_;  // outlive the ledger, which tells to the last
  std::unique_ptr<Ledger> ledger_;
  std::vector<std::thread> threads_;
  std::atomic<uint32_t> busy_{0};
  std::map<uint64_t, Hash> published_;
  KeeperCounts kept_;
};

TEST(StressTest, EverythingAtOnce) {
  HistoryCounts counts;
  KeeperCounts kept;
  for (uint64_t run = 0; run < TestEffort() && !testing::Test::HasFailure(); ++run) {
    const auto seed = static_cast<uint32_t>(TestSeed() + run);
    SCOPED_TRACE(absl::StrCat("HOURBOOK_SEED=", seed));
    const char* const disk = std::getenv("TMPDIR");
    Scene on_disk(disk == nullptr ? "/tmp" : disk, seed), in_memory(TempDir::MemoryBase(), seed + 1'000'000);
    for (int round = 0; round < kRounds; ++round) {
      for (Scene* const scene : {&on_disk, &in_memory}) scene->Start();
      for (Scene* const scene : {&in_memory, &on_disk}) scene->JoinAndClose();
    }
    for (Scene* const scene : {&on_disk, &in_memory}) scene->Check(counts, kept);
  }
  PrintCounts("stress", {{"batches", counts.batches},
                         {"refusals", counts.refusals},
                         {"reads", counts.reads},
                         {"publications", kept.publications},
                         {"audits", kept.audits},
                         {"verifications", kept.verifications},
                         {"backups", kept.backups}});
}

}  // namespace
}  // namespace hourbook
