// The rules alone: a town's mix of entries judged in memory, with views as the engine has them, and
// without an id index, hashes or a disk.
#include <cstdlib>
#include <vector>

#include "bench/bench_dir.h"
#include "bench/judge_in_memory.h"
#include "bench/workload.h"
#include "benchmark/benchmark.h"

namespace hourbook::bench {
namespace {

constexpr size_t kBatch = 8'192;

void BM_Judge(benchmark::State& state, Mix mix) {
  PlainHistory history(static_cast<size_t>(state.range(0)) + (state.max_iterations + 1) * kBatch);
  Machine machine(&history);
  Workload workload(static_cast<uint64_t>(state.range(0)), true, mix);
  Found(machine, workload);
  std::vector<hbk_entry> batch(kBatch);
  for (auto _ : state) {
    state.PauseTiming();
    workload.Fill(batch);
    const uint64_t view = machine.state().size;
    machine.mutable_state().AddView();
    state.ResumeTiming();
    JudgeAll(machine, batch);
    machine.mutable_state().RemoveView(view);
  }
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(kBatch));
}

int Register() {
  for (const auto& [name, mix] : {std::pair("judge_town", Mix::kTown), {"judge_grants", Mix::kGrants}}) {
    auto* const bench = benchmark::RegisterBenchmark(name, BM_Judge, mix);
    bench->Unit(benchmark::kMicrosecond)->Iterations(IsSmokeRun() ? 2 : 128);
    if (IsSmokeRun()) {
      bench->Arg(200);
    } else {
      bench->Arg(10'000)->Arg(1'000'000);
    }
  }
  return 0;
}

const int registered = Register();

}  // namespace
}  // namespace hourbook::bench
