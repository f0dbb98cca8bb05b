// The hashes that each entry costs: its leaf and, on average, one node of the tree.
#include "bench/result.h"
#include "benchmark/benchmark.h"
#include "ledger/chain/frontier.h"
#include "ledger/chain/hasher.h"
#include "ledger/chain/tiles.h"

namespace hourbook::bench {
namespace {

void BM_EntryLeafHash(benchmark::State& state) {
  Entry entry{};
  Hash prev{};
  for (auto _ : state) {
    prev = EntryLeafHash(prev, entry);
    benchmark::DoNotOptimize(prev);
  }
  Result::Add(prev);
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_EntryLeafHash)->Name("leaf_hash");

void BM_NodeHash(benchmark::State& state) {
  Hash hash{};
  for (auto _ : state) {
    hash = NodeHash(hash, hash);
    benchmark::DoNotOptimize(hash);
  }
  Result::Add(hash);
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_NodeHash)->Name("node_hash");

void BM_FrontierAppend(benchmark::State& state) {
  Frontier frontier;
  Hash leaf{};
  for (auto _ : state) {
    ++leaf[0];
    frontier.Append(leaf);
  }
  Result::Add(frontier.Root());
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_FrontierAppend)->Name("frontier_append");

// The same with what is kept of the tree: its nodes where tiles begin.
void BM_TreeAppend(benchmark::State& state) {
  Frontier frontier;
  Hash leaf{};
  Hash kept{};
  const auto keep = [&](int, uint64_t, const Hash& hash) { kept = hash; };
  for (auto _ : state) {
    ++leaf[0];
    AppendLeaf(frontier, leaf, keep);
  }
  Result::Add(frontier.Root());
  Result::Add(kept);
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_TreeAppend)->Name("tree_append");

}  // namespace
}  // namespace hourbook::bench
