// Looking up ids as the engine does: among the newest in memory, and in the store's runs, behind their
// filters. Random ids, in runs as large and merged as far as the engine makes them.
//
// HOURBOOK_BENCH_ENTRIES says how many ids (default: 4 million).
#include <random>
#include <vector>

#include "bench/bench_dir.h"
#include "bench/must.h"
#include "bench/result.h"
#include "bench/samples.h"
#include "bench/settings.h"
#include "benchmark/benchmark.h"
#include "ledger/engine/recent_ids.h"
#include "ledger/store/store.h"

namespace hourbook::bench {
namespace {

constexpr size_t kQuestions = 1 << 16;
constexpr uint64_t kRun = 65'536;         // ids of a new run: engine/write_group.cc has the same
constexpr uint64_t kMergedPerEntry = 16;  // likewise

uint64_t Entries() { return FromEnvironment("HOURBOOK_BENCH_ENTRIES", 2'000, 4'000'000); }

// Ids of the first `count` indexes, or of those after them, which nobody knows.
std::vector<Id> Questions(uint64_t count, bool are_known) {
  std::vector<Id> ids;
  std::mt19937_64 random;
  for (size_t i = 0; i < kQuestions; ++i) {
    ids.push_back(IdOf(random() % count + (are_known ? 0 : count)));
  }
  return ids;
}

// A store of Entries() ids, made once.
class FullStore {
 public:
  static FullStore& Get() {
    static FullStore store;
    return store;
  }

  ReadTxn Read() { return Must(store_->Read()); }

 private:
  FullStore() : store_(Must(Store::Open(directory_ / "store", {.create = true}))) {
    for (uint64_t first = 0; first < Entries(); first += kRun) {
      WriteTxn txn = Must(store_->Write());
      AddRun(first, std::min(kRun, Entries() - first), txn);
      Must(txn.MergeIds(kMergedPerEntry * kRun));
      Must(txn.Commit(Hash{}));
    }
  }

  static void AddRun(uint64_t first, uint64_t count, WriteTxn& txn) {
    std::vector<Record> records(count);
    std::vector<IdAt> ids;
    for (uint64_t i = 0; i < count; ++i) {
      records[i].entry.index = first + i;
      records[i].entry.id = IdOf(first + i);
      ids.push_back({records[i].entry.id, first + i});
    }
    Must(txn.Append(records));
    Must(txn.AddIds(ids));
  }

  const BenchDir directory_;
  const std::unique_ptr<Store> store_;
};

void BM_FindInStore(benchmark::State& state, bool are_known) {
  const ReadTxn txn = FullStore::Get().Read();
  const std::vector<Id> asked = Questions(Entries(), are_known);
  std::optional<uint64_t> found;
  size_t at = 0;
  for (auto _ : state) {
    found = Must(txn.FindId(asked[at++ % kQuestions]));
    if (found.has_value() != are_known) Must(absl::InternalError("an id is not where it should be"));
  }
  Result::Add(found.value_or(UINT64_MAX));
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK_CAPTURE(BM_FindInStore, hit, true)->Name("find_in_store/hit");
BENCHMARK_CAPTURE(BM_FindInStore, miss, false)->Name("find_in_store/miss");

// As many as there are at most before the store has a run of them.
void BM_FindRecent(benchmark::State& state, bool are_known) {
  RecentIds recent;
  for (uint64_t i = 0; i < kRun; ++i) recent.Append(IdOf(i));
  const std::vector<Id> asked = Questions(kRun, are_known);
  std::optional<uint64_t> found;
  size_t at = 0;
  for (auto _ : state) {
    found = recent.Find(asked[at++ % kQuestions]);
    if (found.has_value() != are_known) Must(absl::InternalError("an id is not where it should be"));
  }
  Result::Add(found.value_or(UINT64_MAX));
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK_CAPTURE(BM_FindRecent, hit, true)->Name("find_recent/hit");
BENCHMARK_CAPTURE(BM_FindRecent, miss, false)->Name("find_recent/miss");

}  // namespace
}  // namespace hourbook::bench
