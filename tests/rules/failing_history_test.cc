// A history that fails at any one of its reads: the machine hands the failure on, whatever it was
// about to judge, and answers nothing.
#include <limits>

#include "gtest/gtest.h"
#include "ledger/format/genesis.h"
#include "ledger/rules/machine.h"
#include "tests/model/town_generator.h"
#include "tests/rules/memory_history.h"

namespace hourbook {
namespace {

class FailingHistory : public MemoryHistory {
 public:
  static constexpr uint64_t kNever = std::numeric_limits<uint64_t>::max();

  absl::StatusOr<Entry> At(uint64_t index) override {
    if (Fails()) return Failure();
    return MemoryHistory::At(index);
  }
  absl::StatusOr<std::optional<uint64_t>> Find(const Id& id) override {
    if (Fails()) return Failure();
    return MemoryHistory::Find(id);
  }

  static absl::Status Failure() { return absl::DataLossError("made to fail"); }

  uint64_t reads_left = kNever;  // before the one that fails

 private:
  bool Fails() { return reads_left != kNever && reads_left-- == 0; }
};

struct Judged {
  size_t before;  // entries
  std::vector<Entry> batch;
  int64_t clock;
};

// What a town sent, and the log that it left.
std::vector<Judged> Play(uint32_t seed, std::vector<Entry>& log) {
  TownGenerator town(seed);
  MemoryHistory history;
  Machine machine(&history);
  EXPECT_TRUE(machine.Replay(*EncodeGenesis({"town", "", kShanghai, kMidnight})).ok());
  std::vector<Judged> judged;
  constexpr size_t kBatches = 100;
  int64_t now = kMidnight + 8 * kDay;
  for (size_t i = 0; i < kBatches; ++i) {
    const std::vector<Entry> batch = i == 0 ? town.Founding() : town.Batch(history.entries());
    now += int64_t{town.Below(20)} * 1'000'000'000;
    judged.push_back({history.entries().size(), batch, now});
    std::vector<Outcome> outcomes(batch.size());
    EXPECT_TRUE(machine.Judge(batch, now, absl::MakeSpan(outcomes)).ok());
  }
  log = history.entries();
  return judged;
}

// Judges a batch with the read after so many failing. Whether there was such a read.
bool JudgeWithFailure(const std::vector<Entry>& log, const Judged& judged, uint64_t reads) {
  FailingHistory history;
  Machine machine(&history);
  for (size_t i = 0; i < judged.before; ++i) EXPECT_TRUE(machine.Replay(log[i]).ok());
  history.reads_left = reads;
  std::vector<Outcome> outcomes(judged.batch.size());
  const absl::Status status = machine.Judge(judged.batch, judged.clock, absl::MakeSpan(outcomes));
  const bool has_failed = history.reads_left == FailingHistory::kNever;
  EXPECT_EQ(status, has_failed ? FailingHistory::Failure() : absl::OkStatus());
  return has_failed;
}

TEST(FailingHistoryTest, EveryReadThatFailsIsHandedOn) {
  uint64_t failures = 0;
  for (uint32_t seed = 1; seed <= 12; ++seed) {
    std::vector<Entry> log;
    for (const Judged& judged : Play(seed, log)) {
      uint64_t reads = 0;
      while (JudgeWithFailure(log, judged, reads)) ++reads;
      failures += reads;
    }
  }
  EXPECT_GT(failures, 2'000u);
}

}  // namespace
}  // namespace hourbook
