// The hashes that each entry costs: its leaf and, on average, one node of the tree.
#include "benchmark/benchmark.h"
#include "ledger/chain/frontier.h"
#include "ledger/chain/hasher.h"

namespace hourbook {
namespace {

void BM_EntryLeafHash(benchmark::State& state) {
  Entry entry{};
  Hash prev{};
  for (auto _ : state) {
    prev = EntryLeafHash(prev, entry);
    benchmark::DoNotOptimize(prev);
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_EntryLeafHash);

void BM_NodeHash(benchmark::State& state) {
  Hash hash{};
  for (auto _ : state) {
    hash = NodeHash(hash, hash);
    benchmark::DoNotOptimize(hash);
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_NodeHash);

void BM_FrontierAppend(benchmark::State& state) {
  Frontier frontier;
  Hash leaf{};
  for (auto _ : state) {
    ++leaf[0];
    frontier.Append(leaf);
  }
  benchmark::DoNotOptimize(frontier.Root());
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_FrontierAppend);

}  // namespace
}  // namespace hourbook
