// Durable appends through the C API, and the same bytes straight into LMDB, in the same run. Every
// batch is one synced transaction of LMDB's; the ledger syncs before it answers. All rules, hashes and
// indexes are on. Counters: entries/s, bytes on disk an entry, and how long a batch took. The entries are
// made beforehand, and the clock never stops in between: what a ledger did meanwhile would be free.
//
// HOURBOOK_BENCH_DIR says where (default: in memory), HOURBOOK_BENCH_ACCOUNTS with how many volunteers
// (default: a million), HOURBOOK_BENCH_ENTRIES how many entries (default: a million). The whole matrix,
// few and many accounts, in memory and on a disk, in one command:
//
//     bench/matrix build/release/bench DIRECTORY_ON_A_DISK
#include <algorithm>
#include <memory>
#include <span>

#include "api/hourbook.h"
#include "bench/bench_dir.h"
#include "bench/bench_ledger.h"
#include "bench/latencies.h"
#include "bench/raw_lmdb.h"
#include "bench/result.h"
#include "bench/settings.h"
#include "bench/submitter.h"
#include "bench/workload.h"
#include "benchmark/benchmark.h"

namespace hourbook::bench {
namespace {

uint64_t Accounts() { return FromEnvironment("HOURBOOK_BENCH_ACCOUNTS", 200, 1'000'000); }
uint64_t Entries() { return FromEnvironment("HOURBOOK_BENCH_ENTRIES", 2'000, 1'000'000); }

// What the threads of one benchmark share. Made by the first and ended by it.
struct Run {
  BenchDir dir;
  hbk_ledger* ledger = CreateLedger(dir / "ledger");
  uint64_t before = 0;  // bytes on disk
  Latencies latencies;

  ~Run() { hbk_close(ledger); }
};

std::unique_ptr<Run> run;

// Makes a run with the volunteers of so many workloads.
void Begin(uint64_t parts) {
  run = std::make_unique<Run>();
  std::vector<hbk_result> results;
  AppendAll(run->ledger, Workload::Shared(), results);
  for (uint64_t part = 0; part < parts; ++part) {
    const Workload founder(Accounts() / parts, true, Mix::kTown, part);
    AppendAll(run->ledger, founder.Founding(), results);
  }
  run->before = BytesOnDisk(run->dir / "ledger/data.mdb");
}

// Once all threads are through: nobody appends any more.
void End(benchmark::State& state) {
  run->latencies.Await(state.threads());
  run->latencies.Tell(state);
  const auto entries = static_cast<double>(state.iterations() * state.range(0) * state.threads());
  state.counters["bytes/entry"] =
      static_cast<double>(BytesOnDisk(run->dir / "ledger/data.mdb") - run->before) / entries;
  state.SetLabel(run->dir.FileSystem());
  AddToResult(run->ledger);
  run.reset();
}

// All that a thread will append.
std::vector<hbk_entry> Make(Workload& workload, const benchmark::State& state) {
  std::vector<hbk_entry> entries(static_cast<size_t>(state.range(0)) * state.max_iterations);
  workload.Fill(entries);
  return entries;
}

// Has `append` take batch after batch. How long each took, in microseconds.
template <class Append>
std::vector<double> TimeBatches(benchmark::State& state, std::span<const hbk_entry> entries, Append append) {
  const auto batch = static_cast<size_t>(state.range(0));
  std::vector<double> micros;
  micros.reserve(state.max_iterations);
  for (auto _ : state) {
    const Stopwatch stopwatch;
    append(entries.first(batch));
    micros.push_back(stopwatch.Micros());
    entries = entries.subspan(batch);
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
  return micros;
}

// Threads that each append batches of their own and wait.
void BM_Ledger(benchmark::State& state, bool random_ids) {
  const auto threads = static_cast<uint64_t>(state.threads());
  const auto part = static_cast<uint64_t>(state.thread_index());
  if (part == 0) Begin(threads);  // the others wait for it in front of the loop
  Workload workload(Accounts() / threads, random_ids, Mix::kTown, part);
  const std::vector<hbk_entry> entries = Make(workload, state);
  std::vector<hbk_result> results;
  const auto append = [&](std::span<const hbk_entry> batch) { AppendAll(run->ledger, batch, results); };
  const std::vector<double> micros = TimeBatches(state, entries, append);
  run->latencies.Add(micros);
  if (part == 0) End(state);
}

// One thread that submits.
void BM_Submit(benchmark::State& state, bool random_ids) {
  Begin(1);
  Workload workload(Accounts(), random_ids);
  const auto batch = static_cast<size_t>(state.range(0));
  const std::vector<hbk_entry> entries = Make(workload, state);
  Submitter submitter(run->ledger);
  size_t at = 0;
  for (auto _ : state) {
    submitter.Submit({entries.data() + at, batch});
    at += batch;
    if (at == entries.size()) run->latencies.Add(submitter.Drain());
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
  End(state);
}

void BM_RawLmdb(benchmark::State& state) {
  const BenchDir dir;
  Workload workload(Accounts(), true);
  const std::vector<hbk_entry> entries = Make(workload, state);
  RawLmdb raw(dir / "raw");
  const auto append = [&](std::span<const hbk_entry> batch) { raw.Append(batch); };
  Latencies(TimeBatches(state, entries, append)).Tell(state);
  state.counters["bytes/entry"] = static_cast<double>(BytesOnDisk(dir / "raw/data.mdb")) /
                                  static_cast<double>(state.items_processed());
  state.SetLabel(dir.FileSystem());
  for (const hbk_entry& entry : entries) Result::Add(entry);
}

// A fixed number of entries for each size of batch, so that what is compared has grown to the same
// size.
int Register() {
  using Numbers = std::vector<int>;
  const auto batches = IsSmokeRun() ? Numbers{16, 8'192} : Numbers{1, 16, 100, 256, 1'000, 8'192};
  const auto thread_counts = IsSmokeRun() ? Numbers{1, 4} : Numbers{1, 4, 16, 64};
  for (const int64_t batch : batches) {
    const auto entries = static_cast<int64_t>(batch == 1 ? Entries() / 50 : Entries());
    const int64_t iterations = std::max<int64_t>(1, entries / batch);
    const auto add = [&](benchmark::internal::Benchmark* bench, int threads = 1) {
      bench->Arg(batch)->Iterations(std::max<int64_t>(1, iterations / threads))->Threads(threads);
      bench->UseRealTime()->Unit(benchmark::kMicrosecond);
    };
    add(benchmark::RegisterBenchmark("raw_lmdb", BM_RawLmdb));
    for (const auto& [name, is_random] : {std::pair("ordered_ids", false), {"random_ids", true}}) {
      const std::string ids = name;
      add(benchmark::RegisterBenchmark(("submit_" + ids).c_str(), BM_Submit, is_random));
      for (const int threads : thread_counts) {
        add(benchmark::RegisterBenchmark(("ledger_" + ids).c_str(), BM_Ledger, is_random), threads);
      }
    }
  }
  return 0;
}

const int registered = Register();

}  // namespace
}  // namespace hourbook::bench
