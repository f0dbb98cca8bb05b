// Durable appends through the C API, and the same bytes straight into LMDB, in the same run. Every
// batch is one synced transaction in both. Counters: entries/s, and bytes on disk an entry.
#include <cstdio>
#include <cstdlib>

#include "api/hourbook.h"
#include "bench/bench_dir.h"
#include "bench/raw_lmdb.h"
#include "bench/workload.h"
#include "benchmark/benchmark.h"

namespace hourbook::bench {
namespace {

constexpr uint64_t kVolunteers = 100'000;

uint64_t Volunteers() { return IsSmokeRun() ? 100 : kVolunteers; }

void Must(hbk_status status, const hbk_error& error) {
  if (status == HBK_OK) return;
  std::fprintf(stderr, "bench: %s: %s\n", hbk_status_name(status), error.message);
  std::exit(1);
}

void AppendAll(hbk_ledger* ledger, const std::vector<hbk_entry>& entries,
               std::vector<hbk_result>& results) {
  results.resize(entries.size());
  hbk_error error = HBK_ERROR_INIT;
  for (size_t i = 0; i < entries.size(); i += HBK_BATCH_MAX) {
    const auto count =
        static_cast<uint32_t>(std::min<size_t>(HBK_BATCH_MAX, entries.size() - i));
    Must(hbk_append(ledger, entries.data() + i, count, HBK_FOREVER, results.data() + i, &error),
         error);
  }
  for (const hbk_result& result : results) {
    if (result.status == HBK_OK) continue;
    std::fprintf(stderr, "bench: an entry was refused: %s\n", hbk_status_name(result.status));
    std::exit(1);
  }
}

hbk_ledger* CreateLedger(const std::string& directory) {
  hbk_create_options options = HBK_CREATE_OPTIONS_INIT;
  options.origin = "bench.example/hours";
  options.created_at = kBenchStart;
  hbk_ledger* ledger = nullptr;
  hbk_error error = HBK_ERROR_INIT;
  Must(hbk_create(directory.c_str(), &options, &ledger, &error), error);
  return ledger;
}

void BM_Ledger(benchmark::State& state, bool random_ids) {
  const BenchDir dir;
  Workload workload(Volunteers(), random_ids);
  hbk_ledger* const ledger = CreateLedger(dir / "ledger");
  std::vector<hbk_result> results;
  AppendAll(ledger, workload.Founding(), results);
  const uint64_t before = BytesOnDisk(dir / "ledger/data.mdb");
  std::vector<hbk_entry> batch(static_cast<size_t>(state.range(0)));
  for (auto _ : state) {
    state.PauseTiming();
    workload.Fill(batch);
    state.ResumeTiming();
    AppendAll(ledger, batch, results);
  }
  hbk_close(ledger);
  state.SetItemsProcessed(state.iterations() * state.range(0));
  state.counters["bytes/entry"] =
      static_cast<double>(BytesOnDisk(dir / "ledger/data.mdb") - before) /
      static_cast<double>(state.items_processed());
  state.SetLabel(dir.FileSystem());
}

void BM_RawLmdb(benchmark::State& state) {
  const BenchDir dir;
  Workload workload(Volunteers(), true);
  RawLmdb raw(dir / "raw");
  std::vector<hbk_entry> batch(static_cast<size_t>(state.range(0)));
  for (auto _ : state) {
    state.PauseTiming();
    workload.Fill(batch);
    state.ResumeTiming();
    raw.Append(batch);
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
  state.counters["bytes/entry"] = static_cast<double>(BytesOnDisk(dir / "raw/data.mdb")) /
                                  static_cast<double>(state.items_processed());
  state.SetLabel(dir.FileSystem());
}

// A fixed number of entries for each size of batch, so that what is compared has grown to the same
// size.
int Register() {
  for (const int64_t batch : {1, 100, 1'000, 8'192}) {
    const int64_t entries = batch == 1 ? 20'000 : 1'000'000;
    const int64_t iterations = IsSmokeRun() ? 2 : entries / batch;
    for (benchmark::internal::Benchmark* const bench :
         {benchmark::RegisterBenchmark("raw_lmdb", BM_RawLmdb),
          benchmark::RegisterBenchmark("ledger_ordered_ids", BM_Ledger, false),
          benchmark::RegisterBenchmark("ledger_random_ids", BM_Ledger, true)}) {
      bench->Arg(batch)->Iterations(iterations)->UseRealTime()->Unit(benchmark::kMicrosecond);
    }
  }
  return 0;
}

const int registered = Register();

}  // namespace
}  // namespace hourbook::bench
