// How a ledger takes its growth: entries of the town's mix with random ids are appended, and for each
// step (to 1, 2, 5, 10, 20, 30, 50, 100 million of them) a line says how fast that was and how long a
// batch took, what an entry takes on disk, how much memory of its own the process has beyond what makes
// the entries, and how much slower it was than the first step. Then other processes open the ledger, one
// after the other, which is timed, append to it, and are killed; no entry that was acknowledged may be
// missing.
//
//     HOURBOOK_BENCH_DIR=/data HOURBOOK_BENCH_MILLIONS=100 build/release/bench/growth_bench
//
// HOURBOOK_BENCH_DIR: where (default: in memory). HOURBOOK_BENCH_MILLIONS: how far (default: 10).
// HOURBOOK_BENCH_ACCOUNTS: volunteers (default: a million). HOURBOOK_BENCH_BATCH: entries a batch
// (default: 8,192; 1 for single commits). HOURBOOK_BENCH_SUBMIT=1: batches are submitted, four on
// their way, in place of one that is waited for. HOURBOOK_BENCH_KILLS: how often (default: 2).
#include <malloc.h>

#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <string>
#include <vector>

#include "api/hourbook.h"
#include "bench/bench_dir.h"
#include "bench/bench_ledger.h"
#include "bench/killed.h"
#include "bench/latencies.h"
#include "bench/own_memory.h"
#include "bench/result.h"
#include "bench/settings.h"
#include "bench/submitter.h"
#include "bench/workload.h"

namespace hourbook::bench {
namespace {

constexpr double kStall = 50'000;  // microseconds

uint64_t Million() { return IsSmokeRun() ? 1'000 : 1'000'000; }
uint64_t Millions() { return FromEnvironment("HOURBOOK_BENCH_MILLIONS", 3, 10); }
uint64_t Accounts() { return FromEnvironment("HOURBOOK_BENCH_ACCOUNTS", 200, 1'000'000); }
size_t Batch() { return FromEnvironment("HOURBOOK_BENCH_BATCH", 100, HBK_BATCH_MAX); }
uint64_t Kills() { return FromEnvironment("HOURBOOK_BENCH_KILLS", 2, 2, 0); }
bool MaySubmit() { return std::getenv("HOURBOOK_BENCH_SUBMIT") != nullptr; }

// How many millions each step goes to: 1, 2, 5, 10, 20, 30, 50, 100, 200, ... and the last.
std::vector<uint64_t> Steps(uint64_t last) {
  std::vector<uint64_t> steps;
  for (uint64_t ten = 1; ten < last; ten *= 10) {
    for (const uint64_t digit : {1, 2, 3, 5}) {
      if (digit * ten < last && digit * ten != 3) steps.push_back(digit * ten);
    }
  }
  steps.push_back(last);
  return steps;
}

class Growth {
 public:
  explicit Growth(const std::string& directory)
      : directory_(directory), workload_(Accounts(), true), made_(Million()) {
    made_memory_ = OwnMemory();
    ledger_ = CreateLedger(directory);
    AppendAll(ledger_, Workload::Shared(), results_);
    AppendAll(ledger_, workload_.Founding(), results_);
  }
  ~Growth() { hbk_close(ledger_); }

  // Returns how many entries the ledger has in the end, all acknowledged.
  uint64_t Run() {
    std::printf("millions  entries/s  slower   p50 ms   p99 ms  p999 ms   max ms  >50ms  B/entry  own MiB\n");
    uint64_t reached = 0;
    for (const uint64_t step : Steps(Millions())) {
      std::printf("%8" PRIu64, step);
      Write(step - reached);
      TellSize();
      reached = step;
    }
    AddToResult(ledger_);
    return size_;
  }

 private:
  void Write(uint64_t millions) {
    Latencies latencies;
    double micros = 0;
    for (uint64_t i = 0; i < millions; ++i) {
      workload_.Fill(made_);  // which is not measured
      const Stopwatch stopwatch;
      const std::vector<double> each = MaySubmit() ? Submit() : Append();
      micros += stopwatch.Micros();
      latencies.Add(each);
    }
    latencies.Await(1);
    const double rate = static_cast<double>(millions * Million()) / (micros / 1e6);
    if (first_rate_ == 0) first_rate_ = rate;
    std::printf(" %10.0f %7.2f %8.3f %8.3f %8.3f %8.3f %6zu", rate, first_rate_ / rate,
                latencies.At(0.5) / 1e3, latencies.At(0.99) / 1e3, latencies.At(0.999) / 1e3,
                latencies.Max() / 1e3, latencies.CountAbove(kStall));
  }

  std::vector<double> Append() {
    std::vector<double> micros;
    for (size_t i = 0; i < made_.size(); i += Batch()) {
      const Stopwatch stopwatch;
      AppendAll(ledger_, BatchAt(i), results_);
      micros.push_back(stopwatch.Micros());
    }
    return micros;
  }

  std::vector<double> Submit() {
    Submitter submitter(ledger_);
    for (size_t i = 0; i < made_.size(); i += Batch()) submitter.Submit(BatchAt(i));
    return submitter.Drain();
  }

  std::span<const hbk_entry> BatchAt(size_t first) const {
    return {made_.data() + first, std::min(Batch(), made_.size() - first)};
  }

  void TellSize() {
    hbk_snapshot* const snapshot = OpenSnapshot(ledger_);
    hbk_stat stat = HBK_STAT_INIT;
    hbk_error error = HBK_ERROR_INIT;
    Must(hbk_snapshot_stat(snapshot, &stat, &error), error);
    hbk_snapshot_close(snapshot);
    size_ = stat.size;
    malloc_trim(0);
    const uint64_t memory = OwnMemory();
    std::printf(" %8.1f %8.1f\n",
                static_cast<double>(BytesOnDisk(directory_ + "/data.mdb")) / static_cast<double>(size_),
                static_cast<double>(memory - std::min(memory, made_memory_)) / (1 << 20));
    std::fflush(stdout);
  }

  const std::string directory_;
  Workload workload_;
  std::vector<hbk_entry> made_;  // a million
  uint64_t made_memory_ = 0;     // bytes that the process had before the ledger
  hbk_ledger* ledger_ = nullptr;
  std::vector<hbk_result> results_;
  double first_rate_ = 0;
  uint64_t size_ = 0;
};

// Opens the ledger in process after process, each of which is killed.
class Openings {
 public:
  Openings(const std::string& directory, uint64_t acknowledged)
      : directory_(directory), acknowledged_(acknowledged) {}

  void Run() {
    Open("after close, warm page cache");
    for (uint64_t i = 0; i < Kills(); ++i) Open("after kill, warm page cache");
    if (IsSmokeRun() || Kills() == 0) return;
    if (DropPageCache()) {
      Open("after kill, cold page cache");
    } else {
      std::printf("open after kill, cold page cache: not measured, only root may drop the cache\n");
    }
  }

 private:
  void Open(const char* when) {
    ++round_;
    const auto [opening, acknowledged] = OpenAppendAndKill(directory_, round_, Batch(), 40 * round_);
    std::printf("open %s: %.3f s, first append acknowledged after %.3f s; %" PRIu64 " entries, %" PRIu64
                " had been acknowledged\n",
                when, opening.open_micros / 1e6, opening.first_micros / 1e6, opening.size, acknowledged_);
    std::fflush(stdout);
    if (opening.size < acknowledged_) {
      std::fprintf(stderr, "bench: entries that were acknowledged are lost\n");
      std::exit(1);
    }
    acknowledged_ = acknowledged;
  }

  const std::string directory_;
  uint64_t acknowledged_;  // of its entries
  uint64_t round_ = 0;
};

void Run() {
  const BenchDir directory;
  std::printf("%s, %" PRIu64 " volunteers, batches of %zu that are %s, killed %" PRIu64 " times\n",
              directory.FileSystem().c_str(), Accounts(), Batch(),
              MaySubmit() ? "submitted" : "waited for", Kills());
  const uint64_t acknowledged = Growth(directory / "ledger").Run();
  Openings(directory / "ledger", acknowledged).Run();
}

}  // namespace
}  // namespace hourbook::bench

int main(int argc, char** argv) {
  hourbook::bench::AppendIfChild(argc, argv);
  hourbook::bench::Run();
  hourbook::bench::Result::Tell();
  return 0;
}
