// The entries that the benchmarks write: what they measure is only worth something where these are what
// bench/workload.h says.
#include "bench/workload.h"

#include <algorithm>
#include <cstring>
#include <functional>
#include <map>
#include <numeric>
#include <random>
#include <set>
#include <span>
#include <string>
#include <tuple>
#include <vector>

#include "gtest/gtest.h"
#include "ledger/engine/ledger.h"
#include "ledger/engine/snapshot.h"
#include "tests/base/temp_dir.h"

namespace hourbook::bench {
namespace {

constexpr size_t kBatch = 1'000;

std::vector<hbk_entry> Made(Workload& workload, size_t count) {
  std::vector<hbk_entry> entries(count);
  workload.Fill(entries);
  return entries;
}

bool AreSame(const std::vector<hbk_entry>& some, const std::vector<hbk_entry>& others) {
  return some.size() == others.size() &&
         std::memcmp(some.data(), others.data(), some.size() * sizeof(hbk_entry)) == 0;
}

std::string IdOf(const hbk_entry& entry) { return {std::begin(entry.id), std::end(entry.id)}; }

class LedgerOfTown {
 public:
  // The verdict of the first entry that does not stand, and that it is; or kOk.
  Verdict Append(std::span<const hbk_entry> entries) {
    std::vector<Outcome> outcomes(entries.size());
    const auto* const first = reinterpret_cast<const Entry*>(entries.data());
    EXPECT_TRUE(ledger_->Append({first, entries.size()}, absl::InfiniteFuture(),
                                absl::MakeSpan(outcomes)).ok());
    for (const Outcome& outcome : outcomes) {
      if (outcome.verdict != Verdict::kOk) return outcome.verdict;
    }
    return Verdict::kOk;
  }

  uint64_t size() { return ledger_->OpenSnapshot().value()->size(); }

 private:
  const TempDir directory_;
  const std::unique_ptr<Ledger> ledger_ =
      Ledger::Create(directory_ / "ledger",
                     {.origin = "bench.example/hours", .time_zone = "", .utc_offset = 0,
                      .created_at = kBenchStart},
                     {}).value();
};

using Parameters = std::tuple<bool, Mix, uint64_t>;  // random ids, mix, seed

class EveryEntry : public testing::TestWithParam<Parameters> {};

TEST_P(EveryEntry, Stands) {
  const auto [random_ids, mix, seed] = GetParam();
  LedgerOfTown ledger;
  ASSERT_EQ(ledger.Append(Workload::Shared()), Verdict::kOk);
  std::vector<Workload> workloads;
  for (const uint64_t part : {0, 1}) {
    workloads.emplace_back(300, random_ids, mix, part, seed);
    ASSERT_EQ(ledger.Append(workloads.back().Founding()), Verdict::kOk);
  }
  const uint64_t founded = ledger.size();
  for (int batch = 0; batch < 5; ++batch) {
    for (Workload& workload : workloads) {
      ASSERT_EQ(ledger.Append(Made(workload, kBatch)), Verdict::kOk) << "in batch " << batch;
    }
  }
  EXPECT_EQ(ledger.size(), founded + 10 * kBatch);
}

INSTANTIATE_TEST_SUITE_P(Workloads, EveryEntry,
                         testing::Combine(testing::Bool(), testing::Values(Mix::kTown, Mix::kGrants),
                                          testing::Values(Workload::kSeed, 1, 2)));

TEST(Workload, HasTheSharesOfATown) {
  Workload workload(10'000, true);
  std::map<std::string, int> counts;
  for (const hbk_entry& entry : Made(workload, 100'000)) {
    switch (entry.kind) {
      case HBK_KIND_SERVICE: ++counts["service"]; break;
      case HBK_KIND_AWARD: ++counts[entry.code == kGrantCode ? "grant" : "award"]; break;
      case HBK_KIND_REDEEM:
      case HBK_KIND_POST: ++counts["redeem and post"]; break;
      default: FAIL() << "an entry of kind " << entry.kind;
    }
  }
  // Chance moves the largest by 160, and the first awards wait for services.
  EXPECT_NEAR(counts["service"], 45'000, 1'000);
  EXPECT_NEAR(counts["award"], 35'000, 1'000);
  EXPECT_NEAR(counts["redeem and post"], 14'000, 1'000);
  EXPECT_NEAR(counts["grant"], 6'000, 1'000);
}

TEST(Workload, OrderedIdsGrowAndRandomOnesDoNotRepeat) {
  Workload ordered(300, false);
  const std::vector<hbk_entry> entries = Made(ordered, 10'000);
  for (size_t i = 1; i < entries.size(); ++i) EXPECT_LT(IdOf(entries[i - 1]), IdOf(entries[i]));
  Workload random(300, true);
  std::set<std::string> ids;
  for (const hbk_entry& entry : Made(random, 10'000)) ids.insert(IdOf(entry));
  EXPECT_EQ(ids.size(), 10'000);
}

TEST(Workload, IsAFunctionOfItsArguments) {
  for (const bool random_ids : {false, true}) {
    Workload one(300, random_ids), same(300, random_ids);
    Workload other_seed(300, random_ids, Mix::kTown, 0, 1);
    Workload other_part(300, random_ids, Mix::kTown, 1);
    const std::vector<hbk_entry> entries = Made(one, kBatch);
    EXPECT_TRUE(AreSame(entries, Made(same, kBatch)));
    EXPECT_FALSE(AreSame(entries, Made(other_seed, kBatch)));
    EXPECT_FALSE(AreSame(entries, Made(other_part, kBatch)));
  }
}

// With 10,000 numbers the sum of 1 / rank^0.99 is 10.224; the shares below are parts of it.
TEST(Zipf, DrawsByItsLaw) {
  const Zipf zipf(10'000);
  std::mt19937_64 random(1);
  std::vector<int> counts(10'000);
  for (int i = 0; i < 100'000; ++i) ++counts.at(zipf.Next(random));
  const auto sum = [&](int from, int to) {
    return std::accumulate(counts.begin() + from, counts.begin() + to, 0);
  };
  EXPECT_NEAR(sum(0, 1), 9'781, 500);
  EXPECT_NEAR(sum(1, 2), 4'924, 500);
  EXPECT_NEAR(sum(0, 10), 28'912, 2'000);
  EXPECT_NEAR(sum(10, 100), 22'871, 2'000);
  EXPECT_NEAR(sum(100, 1'000), 23'810, 2'000);
  EXPECT_NEAR(sum(1'000, 10'000), 24'406, 2'000);
}

TEST(Workload, HalfOfTheServicesAreOfOneVolunteerInAHundred) {
  Workload workload(10'000, true);
  std::map<std::string, int> counts;
  for (const hbk_entry& entry : Made(workload, 200'000)) {
    if (entry.kind == HBK_KIND_SERVICE) ++counts[{std::begin(entry.credit), std::end(entry.credit)}];
  }
  std::vector<int> services;
  for (const auto& [volunteer, count] : counts) services.push_back(count);
  std::sort(services.begin(), services.end(), std::greater<>());
  ASSERT_GT(services.size(), 5'000);  // and yet most volunteers do something
  const int all = std::accumulate(services.begin(), services.end(), 0);
  const int busiest = std::accumulate(services.begin(), services.begin() + 100, 0);
  EXPECT_GE(100 * busiest, 48 * all);
  EXPECT_LE(100 * busiest, 56 * all);
}

TEST(Zipf, OfOneDrawsThatOne) {
  const Zipf zipf(1);
  std::mt19937_64 random(1);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(zipf.Next(random), 0);
}

}  // namespace
}  // namespace hourbook::bench
