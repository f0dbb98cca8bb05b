// An entry from bytes, and what the rules check of it by itself.
#include <cstring>

#include "benchmark/benchmark.h"
#include "ledger/format/entry.h"
#include "ledger/rules/shape.h"

namespace hourbook {
namespace {

Entry SomeService() {
  Entry entry{};
  entry.id.fill(1);
  entry.debit.fill(2);
  entry.credit.fill(3);
  entry.ref.fill(4);
  entry.recorder.fill(5);
  entry.amount = 60;
  entry.kind = static_cast<uint16_t>(Kind::kService);
  entry.unit = static_cast<uint16_t>(Unit::kMinute);
  return entry;
}

void BM_DecodeEntry(benchmark::State& state) {
  const Entry entry = SomeService();
  for (auto _ : state) {
    auto decoded = DecodeEntry(EntryBytes(entry));
    benchmark::DoNotOptimize(decoded);
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_DecodeEntry);

void BM_CheckShape(benchmark::State& state) {
  Entry entry = SomeService();
  for (auto _ : state) {
    benchmark::DoNotOptimize(entry);
    benchmark::DoNotOptimize(CheckShape(entry));
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_CheckShape);

}  // namespace
}  // namespace hourbook
