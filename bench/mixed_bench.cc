// Reading while it is written: one thread appends batches of the town's mix and waits for each, another
// opens a snapshot and reads balances, entries by their ids and statements of 100 entries, over and
// over. Counters: reads a second, and how long each kind of them, and a batch, took.
//
// HOURBOOK_BENCH_DIR, HOURBOOK_BENCH_ACCOUNTS and HOURBOOK_BENCH_ENTRIES as append_bench's, but two million
// entries by default. There are many counters: --benchmark_counters_tabular=true.
#include <algorithm>
#include <atomic>
#include <memory>
#include <random>
#include <thread>

#include "api/hourbook.h"
#include "bench/bench_dir.h"
#include "bench/bench_ledger.h"
#include "bench/latencies.h"
#include "bench/settings.h"
#include "bench/workload.h"
#include "benchmark/benchmark.h"

namespace hourbook::bench {
namespace {

constexpr uint32_t kStatement = 100;

uint64_t Accounts() { return FromEnvironment("HOURBOOK_BENCH_ACCOUNTS", 200, 1'000'000); }
uint64_t Entries() { return FromEnvironment("HOURBOOK_BENCH_ENTRIES", 2'000, 2'000'000); }

// Reads what was acknowledged, as clients of the town's app would: those come more often who did more.
class Reader {
 public:
  // entries: those that will be written, in order.
  Reader(hbk_ledger* ledger, const std::vector<hbk_entry>& entries)
      : ledger_(ledger), entries_(entries), thread_([this](std::stop_token stop) { Run(stop); }) {}

  // The first so many entries stand.
  void Acknowledge(size_t count) { acknowledged_ = count; }

  void Stop() {
    thread_.request_stop();
    thread_.join();
  }

  // After Stop.
  void Tell(benchmark::State& state) {
    uint64_t reads = 0;
    for (const auto& [name, micros] : {std::pair("balance_", &balances_), {"by_id_", &by_id_},
                                       {"statement_", &statements_}, {"snapshot_", &snapshots_}}) {
      reads += micros->size();
      Latencies(*micros).Tell(state, name);
    }
    state.counters["reads/s"] = static_cast<double>(reads) / (took_ / 1e6);
  }

 private:
  void Run(const std::stop_token& stop) {
    while (acknowledged_ == 0 && !stop.stop_requested()) std::this_thread::yield();
    const Stopwatch stopwatch;
    do {
      ReadOnce();
    } while (!stop.stop_requested());
    took_ = stopwatch.Micros();
  }

  // 10 balances, 10 entries and a statement from one snapshot, which is opened and closed.
  void ReadOnce() {
    const size_t acknowledged = acknowledged_;
    const Stopwatch stopwatch;
    hbk_snapshot* const snapshot = OpenSnapshot(ledger_);
    double took = stopwatch.Micros();
    for (int i = 0; i < 10; ++i) ReadBalance(snapshot, Draw(acknowledged));
    for (int i = 0; i < 10; ++i) ReadEntry(snapshot, Draw(acknowledged));
    ReadStatement(snapshot, Draw(acknowledged));
    const Stopwatch closing;
    hbk_snapshot_close(snapshot);
    took += closing.Micros();
    snapshots_.push_back(took);
  }

  // An award among those that stand: it names a volunteer. Two of five are awards.
  const hbk_entry& Draw(size_t acknowledged) {
    for (size_t at = random_() % acknowledged;; at = (at + 1) % acknowledged) {
      if (entries_[at].kind == HBK_KIND_AWARD) return entries_[at];
    }
  }

  void ReadBalance(hbk_snapshot* snapshot, const hbk_entry& award) {
    const Stopwatch stopwatch;
    hbk_balance balance;
    Must(hbk_account_balance(snapshot, award.credit, HBK_UNIT_POINT, &balance, &error_), error_);
    balances_.push_back(stopwatch.Micros());
    if (balance.credits_posted < award.amount) Must(HBK_CORRUPT, error_);
  }

  void ReadEntry(hbk_snapshot* snapshot, const hbk_entry& award) {
    const Stopwatch stopwatch;
    hbk_entry entry;
    Must(hbk_entry_by_id(snapshot, award.id, &entry, nullptr, &error_), error_);
    by_id_.push_back(stopwatch.Micros());
  }

  void ReadStatement(hbk_snapshot* snapshot, const hbk_entry& award) {
    const Stopwatch stopwatch;
    hbk_cursor* cursor = nullptr;
    uint32_t count = 0;
    Must(hbk_statement_open(snapshot, award.credit, HBK_UNIT_POINT, nullptr, &cursor, &error_),
         error_);
    Must(hbk_cursor_next(cursor, page_.data(), kStatement, &count, &error_), error_);
    hbk_cursor_close(cursor);
    statements_.push_back(stopwatch.Micros());
  }

  hbk_ledger* const ledger_;
  const std::vector<hbk_entry>& entries_;
  std::atomic<size_t> acknowledged_ = 0;
  std::mt19937_64 random_;
  std::vector<hbk_entry> page_{kStatement};
  hbk_error error_ = HBK_ERROR_INIT;
  double took_ = 0;
  std::vector<double> balances_, by_id_, statements_, snapshots_;
  std::jthread thread_;
};

void BM_Mixed(benchmark::State& state) {
  const BenchDir dir;
  hbk_ledger* const ledger = CreateLedger(dir / "ledger");
  std::vector<hbk_result> results;
  Workload workload(Accounts(), true);
  AppendAll(ledger, Workload::Shared(), results);
  AppendAll(ledger, workload.Founding(), results);
  const auto batch = static_cast<size_t>(state.range(0));
  std::vector<hbk_entry> entries(batch * state.max_iterations);
  workload.Fill(entries);
  std::vector<double> micros;
  Reader reader(ledger, entries);
  size_t at = 0;
  for (auto _ : state) {
    const Stopwatch stopwatch;
    AppendAll(ledger, {entries.data() + at, batch}, results);
    micros.push_back(stopwatch.Micros());
    at += batch;
    reader.Acknowledge(at);
  }
  reader.Stop();
  reader.Tell(state);
  Latencies(micros).Tell(state, "batch_");
  state.SetItemsProcessed(state.iterations() * state.range(0));
  state.SetLabel(dir.FileSystem());
  AddToResult(ledger);
  hbk_close(ledger);
}

int Register() {
  for (const int64_t batch : {100, 8'192}) {
    benchmark::RegisterBenchmark("mixed", BM_Mixed)
        ->Arg(batch)
        ->Iterations(std::max<int64_t>(1, static_cast<int64_t>(Entries()) / batch))
        ->UseRealTime()
        ->Unit(benchmark::kMicrosecond);
  }
  return 0;
}

const int registered = Register();

}  // namespace
}  // namespace hourbook::bench
