#include "bench/peers/contest.h"

#include <algorithm>
#include <chrono>
#include <type_traits>
#include <utility>

#include "bench/latencies.h"
#include "bench/result.h"

namespace hourbook::bench {
namespace {

int64_t SystemNanos() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

std::vector<Balance> Sorted(std::vector<Balance> balances) {
  std::ranges::sort(balances);
  return balances;
}

void MustBe(const std::string& name, const std::vector<Verdict>& verdicts,
            const std::vector<Verdict>& expected) {
  for (size_t i = 0; i < expected.size(); ++i) {
    if (verdicts[i] == expected[i]) continue;
    Fail(name, "entry " + std::to_string(i) + " of a batch came to verdict " +
                   std::to_string(static_cast<int>(verdicts[i])) + " in place of " +
                   std::to_string(static_cast<int>(expected[i])) + " (0 recorded, 1 exists, 2 refused)");
  }
}

}  // namespace

Contest::Contest(Town& town, std::vector<Contender>& contenders, std::function<void()> settle,
                 std::FILE* trace)
    : town_(town), contenders_(contenders), settle_(std::move(settle)), trace_(trace) {}

void Contest::Tell(const std::string& name, int64_t begin) {
  if (trace_ == nullptr) return;
  std::fprintf(trace_, "%s %lld %lld\n", name.c_str(), static_cast<long long>(begin),
               static_cast<long long>(SystemNanos()));
}

void Contest::Turn(Contender& contender, const std::vector<Batch>& batches, Measured& measured) {
  const std::vector<Verdict> expected(batches.front().entries.size(), Verdict::kRecorded);
  std::vector<Verdict> verdicts(expected.size());
  const uint64_t syncs = contender.peer->Syncs();
  double total = 0;
  for (const Batch& batch : batches) {
    const int64_t begin = SystemNanos();
    const Stopwatch stopwatch;
    contender.peer->Append(batch, verdicts);
    const double took = stopwatch.Micros();
    Tell(contender.name, begin);
    if (contender.peer->IsLedger()) MustBe(contender.name, verdicts, expected);
    measured.micros.push_back(took);
    total += took;
  }
  measured.syncs += contender.peer->Syncs() - syncs;
  measured.rates.push_back(static_cast<double>(batches.size() * expected.size()) / total * 1e6);
}

void Contest::Round(size_t size, size_t count, std::vector<Measured>& measured) {
  std::vector<Batch> batches(count);
  for (Batch& batch : batches) batch = town_.Next(size);
  for (size_t i = 0; i < contenders_.size(); ++i) {
    const size_t at = (first_ + i) % contenders_.size();
    settle_();
    Turn(contenders_[at], batches, measured[at]);
  }
  ++first_;
  if (kept_.entries.empty()) kept_ = batches.front();
}

void Contest::CheckLedgers() {
  const Town::Trial trial = town_.TryChecks(kept_);
  const std::vector<Balance> expected = Sorted(town_.Expected());
  for (Contender& contender : contenders_) {
    if (!contender.peer->IsLedger()) continue;
    std::vector<Verdict> verdicts(trial.expected.size());
    contender.peer->Append(trial.batch, verdicts);
    MustBe(contender.name, verdicts, trial.expected);
    if (Sorted(contender.peer->Balances()) != expected) {
      Fail(contender.name, "its balances are not what the entries come to");
    }
  }
  static_assert(std::has_unique_object_representations_v<Balance>, "its bytes are all there is to it");
  Result::Add(expected.data(), expected.size() * sizeof(Balance));
}

}  // namespace hourbook::bench
