// The rules alone: a town's mix of entries judged in memory, with views as the engine has them, and
// without an id index, hashes or a disk.
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "bench/bench_dir.h"
#include "bench/workload.h"
#include "benchmark/benchmark.h"
#include "ledger/format/genesis.h"
#include "ledger/rules/machine.h"

namespace hourbook::bench {
namespace {

constexpr size_t kBatch = 8'192;

// All entries, in one piece of memory.
class PlainHistory : public History {
 public:
  // The memory is there before it is measured.
  explicit PlainHistory(size_t most) : entries_(most) {
    entries_.clear();
    index_.reserve(most);
  }

  absl::StatusOr<Entry> At(uint64_t index) override { return entries_[index]; }
  absl::StatusOr<std::optional<uint64_t>> Find(const Id& id) override {
    const auto found = index_.find(id);
    if (found == index_.end()) return std::optional<uint64_t>();
    return std::optional<uint64_t>(found->second);
  }
  void Prefetch(const Id& id) override { index_.prefetch(id); }
  void Append(const Entry& entry) override {
    index_.emplace(entry.id, entries_.size());
    entries_.push_back(entry);
  }
  void Truncate(uint64_t size) override {
    for (; entries_.size() > size; entries_.pop_back()) index_.erase(entries_.back().id);
  }

 private:
  std::vector<Entry> entries_;
  absl::flat_hash_map<Id, uint64_t> index_;
};

void JudgeAll(Machine& machine, const std::vector<hbk_entry>& entries) {
  const auto* const first = reinterpret_cast<const Entry*>(entries.data());
  std::vector<Outcome> outcomes(entries.size());
  constexpr int64_t kNow = 1'800'000'000'000'000'000;
  if (!machine.Judge({first, entries.size()}, kNow, absl::MakeSpan(outcomes)).ok()) std::abort();
  for (const Outcome& outcome : outcomes) {
    if (outcome.verdict == Verdict::kOk) continue;
    std::fprintf(stderr, "bench: an entry was refused: %s\n",
                 std::string(NameOf(outcome.verdict)).c_str());
    std::exit(1);
  }
}

void BM_Judge(benchmark::State& state, Mix mix) {
  PlainHistory history(static_cast<size_t>(state.range(0)) + (state.max_iterations + 1) * kBatch);
  Machine machine(&history);
  const Genesis genesis{.origin = "bench", .time_zone = "", .utc_offset = 0, .created_at = kBenchStart};
  if (!machine.Replay(EncodeGenesis(genesis).value()).ok()) std::abort();
  Workload workload(static_cast<uint64_t>(state.range(0)), true, mix);
  JudgeAll(machine, Workload::Shared());
  JudgeAll(machine, workload.Founding());
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
