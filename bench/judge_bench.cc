// The rules alone: a town's mix of entries, and each kind of it by itself, judged over a history in memory,
// with views as the engine has them, and without a store, hashes or a disk.
#include <algorithm>
#include <span>
#include <vector>

#include "bench/judge_in_memory.h"
#include "bench/latencies.h"
#include "bench/must.h"
#include "bench/result.h"
#include "bench/settings.h"
#include "bench/workload.h"
#include "benchmark/benchmark.h"
#include "ledger/rules/machine.h"

namespace hourbook::bench {
namespace {

constexpr size_t kBatch = 8'192;

// A ledger's rules with so many volunteers, and room for the entries of a benchmark.
struct Town {
  Town(const benchmark::State& state, Mix mix)
      : history(static_cast<size_t>(state.range(0)) + (state.max_iterations + 1) * kBatch),
        workload(static_cast<uint64_t>(state.range(0)), true, mix) {
    Found(machine, workload);
  }

  void Judge(std::span<const hbk_entry> entries) { JudgeAll(machine, entries, outcomes); }

  // Every entry as the rules completed it.
  void AddToResult() {
    for (uint64_t i = 0; i < machine.state().size; ++i) Result::Add(Must(history.At(i)));
  }

  PlainHistory history;
  Machine machine{&history};
  Workload workload;
  std::vector<Outcome> outcomes;
};

void BM_Judge(benchmark::State& state, Mix mix) {
  Town town(state, mix);
  std::vector<hbk_entry> batch(kBatch);
  for (auto _ : state) {
    state.PauseTiming();
    town.workload.Fill(batch);
    const uint64_t view = town.machine.state().size;
    town.machine.mutable_state().AddView();
    state.ResumeTiming();
    town.Judge(batch);
    town.machine.mutable_state().RemoveView(view);
  }
  town.AddToResult();
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(kBatch));
}

// In an order in which each kind may come after those before it.
enum class Sort { kService, kAward, kGrant, kRedeem, kPost };

Sort SortOf(const hbk_entry& entry) {
  switch (entry.kind) {
    case HBK_KIND_SERVICE:
      return Sort::kService;
    case HBK_KIND_AWARD:
      return entry.code == kGrantCode ? Sort::kGrant : Sort::kAward;
    case HBK_KIND_REDEEM:
      return Sort::kRedeem;
    default:
      return Sort::kPost;
  }
}

// The clock runs for entries of one sort. So few are sorted at a time that an award comes about as soon
// after its service as it does in the town's mix: what lies between is searched.
void BM_JudgeSort(benchmark::State& state, Sort sort) {
  constexpr size_t kSorted = 512;
  Town town(state, Mix::kTown);
  std::vector<hbk_entry> batch(kSorted);
  int64_t judged = 0;
  for (auto _ : state) {
    double micros = 0;
    const uint64_t view = town.machine.state().size;
    town.machine.mutable_state().AddView();
    for (size_t i = 0; i < kBatch / kSorted; ++i) {
      town.workload.Fill(batch);
      std::ranges::stable_sort(batch, {}, SortOf);
      const auto mine = std::ranges::equal_range(batch, sort, {}, SortOf);
      town.Judge({batch.begin(), mine.begin()});
      const Stopwatch stopwatch;
      town.Judge(mine);
      micros += stopwatch.Micros();
      town.Judge({mine.end(), batch.end()});
      judged += static_cast<int64_t>(mine.size());
    }
    town.machine.mutable_state().RemoveView(view);
    state.SetIterationTime(micros / 1e6);
  }
  town.AddToResult();
  state.SetItemsProcessed(judged);
}

void Add(benchmark::internal::Benchmark* bench) {
  bench->Unit(benchmark::kMicrosecond)->Iterations(IsSmokeRun() ? 2 : 128);
  if (IsSmokeRun()) {
    bench->Arg(200);
  } else {
    bench->Arg(10'000)->Arg(1'000'000);
  }
}

int Register() {
  Add(benchmark::RegisterBenchmark("judge_town", BM_Judge, Mix::kTown));
  Add(benchmark::RegisterBenchmark("judge_grants", BM_Judge, Mix::kGrants));
  for (const auto& [name, sort] :
       {std::pair("judge_service", Sort::kService), {"judge_award", Sort::kAward},
        {"judge_grant", Sort::kGrant}, {"judge_redeem", Sort::kRedeem}, {"judge_post", Sort::kPost}}) {
    auto* const bench = benchmark::RegisterBenchmark(name, BM_JudgeSort, sort);
    Add(bench);
    bench->UseManualTime();
  }
  return 0;
}

const int registered = Register();

}  // namespace
}  // namespace hourbook::bench
