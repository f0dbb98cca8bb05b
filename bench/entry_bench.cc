// An entry to bytes and from them, and what the rules check of it by itself.
#include <string>

#include "bench/result.h"
#include "bench/samples.h"
#include "benchmark/benchmark.h"
#include "ledger/rules/shape.h"

namespace hourbook::bench {
namespace {

// What is hashed of it.
void BM_EncodeEntry(benchmark::State& state) {
  const Entry entry = SomeService();
  std::string bytes;
  for (auto _ : state) {
    bytes.clear();
    AppendLeafData(Hash{}, entry, bytes);
    benchmark::DoNotOptimize(bytes.data());
  }
  Result::Add(bytes.data(), bytes.size());
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_EncodeEntry)->Name("encode_entry");

void BM_DecodeEntry(benchmark::State& state) {
  const Entry entry = SomeService();
  Entry decoded{};
  for (auto _ : state) {
    decoded = DecodeEntry(EntryBytes(entry)).value();
    benchmark::DoNotOptimize(decoded);
  }
  Result::Add(decoded);
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_DecodeEntry)->Name("decode_entry");

void BM_CheckShape(benchmark::State& state) {
  Entry entry = SomeService();
  Verdict verdict{};
  for (auto _ : state) {
    benchmark::DoNotOptimize(entry);
    verdict = CheckShape(entry);
    benchmark::DoNotOptimize(verdict);
  }
  Result::Add(verdict);
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_CheckShape)->Name("check_shape");

}  // namespace
}  // namespace hourbook::bench
