// Durable appends through the C API, and the same bytes straight into LMDB, in the same run. Every
// batch is one synced transaction of LMDB's; the ledger syncs before it answers. All rules, hashes and
// indexes are on. Counters: entries/s, bytes on disk an entry, and how long a batch took.
//
// HOURBOOK_BENCH_DIR says where (default: in memory), HOURBOOK_BENCH_ACCOUNTS with how many volunteers
// (default: a million), HOURBOOK_BENCH_ENTRIES how many entries (default: a million).
#include <algorithm>
#include <array>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <mutex>

#include "api/hourbook.h"
#include "bench/bench_dir.h"
#include "bench/raw_lmdb.h"
#include "bench/workload.h"
#include "benchmark/benchmark.h"

namespace hourbook::bench {
namespace {

uint64_t FromEnvironment(const char* name, uint64_t smoke, uint64_t otherwise) {
  if (IsSmokeRun()) return smoke;
  const char* const given = std::getenv(name);
  return given == nullptr ? otherwise : std::strtoull(given, nullptr, 10);
}

uint64_t Accounts() { return FromEnvironment("HOURBOOK_BENCH_ACCOUNTS", 200, 1'000'000); }
uint64_t Entries() { return FromEnvironment("HOURBOOK_BENCH_ENTRIES", 2'000, 1'000'000); }

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

// How long batches took, over all threads.
class Latencies {
 public:
  void Add(const std::vector<double>& micros) {
    const std::lock_guard<std::mutex> lock(lock_);
    micros_.insert(micros_.end(), micros.begin(), micros.end());
    ++added_;
    all_.notify_all();
  }

  // Once so many threads have added theirs.
  void Tell(benchmark::State& state, int threads) {
    std::unique_lock<std::mutex> lock(lock_);
    all_.wait(lock, [&] { return added_ == threads; });
    if (micros_.empty()) return;
    std::sort(micros_.begin(), micros_.end());
    const auto at = [&](double share) {
      return micros_[std::min(micros_.size() - 1,
                              static_cast<size_t>(share * static_cast<double>(micros_.size())))];
    };
    state.counters["p50_us"] = at(0.5);
    state.counters["p99_us"] = at(0.99);
    state.counters["p999_us"] = at(0.999);
    state.counters["max_us"] = micros_.back();
  }

 private:
  std::mutex lock_;
  std::condition_variable all_;
  int added_ = 0;
  std::vector<double> micros_;
};

// What the threads of one benchmark share. Made by the first and ended by it.
struct Run {
  BenchDir dir;
  hbk_ledger* ledger = CreateLedger(dir / "ledger");
  uint64_t before = 0;  // bytes on disk
  Latencies latencies;

  ~Run() { hbk_close(ledger); }
};

std::unique_ptr<Run> run;

void BM_Ledger(benchmark::State& state, bool random_ids) {
  const auto threads = static_cast<uint64_t>(state.threads());
  const auto part = static_cast<uint64_t>(state.thread_index());
  std::vector<Workload> workloads;  // the first thread's founds all
  std::vector<hbk_result> results;
  if (part == 0) {
    run = std::make_unique<Run>();
    AppendAll(run->ledger, Workload::Shared(), results);
    for (uint64_t i = 0; i < threads; ++i) {
      const Workload founder(Accounts() / threads, random_ids, Mix::kTown, i);
      AppendAll(run->ledger, founder.Founding(), results);
    }
    run->before = BytesOnDisk(run->dir / "ledger/data.mdb");
  }
  Workload workload(Accounts() / threads, random_ids, Mix::kTown, part);
  std::vector<hbk_entry> batch(static_cast<size_t>(state.range(0)));
  std::vector<double> micros;
  for (auto _ : state) {
    state.PauseTiming();
    workload.Fill(batch);
    const auto begin = std::chrono::steady_clock::now();
    state.ResumeTiming();
    AppendAll(run->ledger, batch, results);
    const std::chrono::duration<double, std::micro> took =
        std::chrono::steady_clock::now() - begin;
    micros.push_back(took.count());
  }
  run->latencies.Add(micros);
  state.SetItemsProcessed(state.iterations() * state.range(0));
  if (part != 0) return;
  state.SetLabel(run->dir.FileSystem());
}

// The last thread is through: nobody appends any more.
void TellAndEnd(benchmark::State& state) {
  run->latencies.Tell(state, 1);
  state.counters["bytes/entry"] =
      static_cast<double>(BytesOnDisk(run->dir / "ledger/data.mdb") - run->before) /
      static_cast<double>(state.iterations() * state.range(0));
  run.reset();
}

void BM_OneWriter(benchmark::State& state, bool random_ids) {
  BM_Ledger(state, random_ids);
  TellAndEnd(state);
}

// One thread that submits, and waits only where four batches are on their way.
class Submitter {
 public:
  static constexpr size_t kOnTheirWay = 4;

  Submitter(hbk_ledger* ledger, size_t batch) : ledger_(ledger) {
    for (Slot& slot : slots_) {
      slot.entries.resize(batch);
      slot.results.resize(batch);
      slot.owner = this;
    }
  }

  std::vector<hbk_entry>& NextEntries() {
    std::unique_lock<std::mutex> lock(lock_);
    Slot& slot = slots_[next_ % kOnTheirWay];
    free_.wait(lock, [&] { return !slot.is_busy; });
    return slot.entries;
  }

  void Submit() {
    Slot& slot = slots_[next_++ % kOnTheirWay];
    slot.is_busy = true;
    slot.begin = std::chrono::steady_clock::now();
    hbk_error error = HBK_ERROR_INIT;
    Must(hbk_submit(ledger_, slot.entries.data(), static_cast<uint32_t>(slot.entries.size()),
                    HBK_FOREVER, slot.results.data(), Done, &slot, &error),
         error);
  }

  std::vector<double> Drain() {
    std::unique_lock<std::mutex> lock(lock_);
    for (Slot& slot : slots_) free_.wait(lock, [&] { return !slot.is_busy; });
    return micros_;
  }

 private:
  struct Slot {
    Submitter* owner = nullptr;
    bool is_busy = false;
    std::chrono::steady_clock::time_point begin;
    std::vector<hbk_entry> entries;
    std::vector<hbk_result> results;
  };

  static void Done(void* context, hbk_status status, const hbk_error* error) {
    Slot& slot = *static_cast<Slot*>(context);
    Must(status, *error);
    for (const hbk_result& result : slot.results) Must(result.status, *error);
    const std::chrono::duration<double, std::micro> took =
        std::chrono::steady_clock::now() - slot.begin;
    const std::lock_guard<std::mutex> lock(slot.owner->lock_);
    slot.owner->micros_.push_back(took.count());
    slot.is_busy = false;
    slot.owner->free_.notify_one();
  }

  hbk_ledger* const ledger_;
  std::mutex lock_;
  std::condition_variable free_;
  std::array<Slot, kOnTheirWay> slots_;
  size_t next_ = 0;
  std::vector<double> micros_;
};

// The entries are made beforehand: they are made by the thread that submits, on a core that the ledger
// needs.
void BM_Submit(benchmark::State& state, bool random_ids) {
  run = std::make_unique<Run>();
  std::vector<hbk_result> results;
  AppendAll(run->ledger, Workload::Shared(), results);
  Workload workload(Accounts(), random_ids);
  AppendAll(run->ledger, workload.Founding(), results);
  run->before = BytesOnDisk(run->dir / "ledger/data.mdb");
  std::vector<std::vector<hbk_entry>> batches(static_cast<size_t>(state.max_iterations));
  for (std::vector<hbk_entry>& batch : batches) {
    batch.resize(static_cast<size_t>(state.range(0)));
    workload.Fill(batch);
  }
  Submitter submitter(run->ledger, static_cast<size_t>(state.range(0)));
  size_t at = 0;
  for (auto _ : state) {
    submitter.NextEntries().swap(batches[at++]);
    submitter.Submit();
    if (at == batches.size()) run->latencies.Add(submitter.Drain());
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
  state.SetLabel(run->dir.FileSystem());
  TellAndEnd(state);
}

void BM_RawLmdb(benchmark::State& state) {
  const BenchDir dir;
  Workload workload(1'000, true, Mix::kGrants);
  RawLmdb raw(dir / "raw");
  std::vector<hbk_entry> batch(static_cast<size_t>(state.range(0)));
  Latencies latencies;
  std::vector<double> micros;
  for (auto _ : state) {
    state.PauseTiming();
    workload.Fill(batch);
    const auto begin = std::chrono::steady_clock::now();
    state.ResumeTiming();
    raw.Append(batch);
    const std::chrono::duration<double, std::micro> took =
        std::chrono::steady_clock::now() - begin;
    micros.push_back(took.count());
  }
  latencies.Add(micros);
  latencies.Tell(state, 1);
  state.SetItemsProcessed(state.iterations() * state.range(0));
  state.counters["bytes/entry"] = static_cast<double>(BytesOnDisk(dir / "raw/data.mdb")) /
                                  static_cast<double>(state.items_processed());
  state.SetLabel(dir.FileSystem());
}

// Threads that each append batches of their own. They measure themselves: a pause of one would stop
// the clock of all.
void BM_Writers(benchmark::State& state, bool random_ids) {
  BM_Ledger(state, random_ids);
  if (state.thread_index() == 0) run->latencies.Tell(state, state.threads());
}

// A fixed number of entries for each size of batch, so that what is compared has grown to the same
// size.
int Register() {
  for (const int64_t batch : {1, 16, 100, 1'000, 8'192}) {
    const auto entries = static_cast<int64_t>(batch == 1 ? Entries() / 50 : Entries());
    const int64_t iterations = std::max<int64_t>(1, entries / batch);
    for (benchmark::internal::Benchmark* const bench :
         {benchmark::RegisterBenchmark("raw_lmdb", BM_RawLmdb),
          benchmark::RegisterBenchmark("ledger_ordered_ids", BM_OneWriter, false),
          benchmark::RegisterBenchmark("ledger_random_ids", BM_OneWriter, true),
          benchmark::RegisterBenchmark("submit_ordered_ids", BM_Submit, false),
          benchmark::RegisterBenchmark("submit_random_ids", BM_Submit, true)}) {
      bench->Arg(batch)->Iterations(iterations)->UseRealTime()->Unit(benchmark::kMicrosecond);
    }
    for (const int threads : {4, 16, 64}) {
      benchmark::RegisterBenchmark("ledger_writers", BM_Writers, true)
          ->Arg(batch)
          ->Iterations(std::max<int64_t>(1, iterations / threads))
          ->Threads(threads)
          ->UseRealTime()
          ->Unit(benchmark::kMicrosecond);
    }
  }
  return 0;
}

const int registered = Register();

}  // namespace
}  // namespace hourbook::bench
