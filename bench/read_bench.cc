// Reading through the C API, by one thread from a ledger at rest: balances, entries by id, statements of
// an account's last 100 entries, snapshots opened and closed.
//
// HOURBOOK_BENCH_DIR, HOURBOOK_BENCH_ACCOUNTS and HOURBOOK_BENCH_ENTRIES as append_bench's, but four million
// entries by default.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <random>
#include <string>

#include "api/hourbook.h"
#include "bench/bench_dir.h"
#include "bench/bench_ledger.h"
#include "bench/result.h"
#include "bench/settings.h"
#include "bench/workload.h"
#include "benchmark/benchmark.h"

namespace hourbook::bench {
namespace {

constexpr uint32_t kStatement = 100;
constexpr size_t kQuestions = 1 << 16;
constexpr size_t kNewestCount = 10'000;  // whose ids are not in the index on disk yet

uint64_t Accounts() { return FromEnvironment("HOURBOOK_BENCH_ACCOUNTS", 200, 1'000'000); }
uint64_t Entries() { return FromEnvironment("HOURBOOK_BENCH_ENTRIES", 5'000, 4'000'000); }

struct PartyId {
  uint8_t bytes[16];
  auto operator<=>(const PartyId&) const = default;
};

// A ledger of the town's mix, made once for all benchmarks.
class Town {
 public:
  static Town& Get() {
    static Town town;
    return town;
  }

  hbk_ledger* ledger() { return ledger_; }
  hbk_snapshot* snapshot() { return snapshot_; }

  // Volunteers, each as likely as the other; and as likely as they come up in entries.
  const std::vector<PartyId>& volunteers() const { return volunteers_; }
  const std::vector<PartyId>& by_activity() const { return by_activity_; }
  // Entries written before the newest ones, in no order, and those.
  const std::vector<hbk_entry>& old() const { return old_; }
  const std::vector<hbk_entry>& newest() const { return newest_; }
  // Volunteers with at least 100 entries in points.
  const std::vector<PartyId>& busy() const { return busy_; }

 private:
  Town() {
    std::vector<hbk_result> results;
    Workload workload(Accounts(), true);
    AppendAll(ledger_, Workload::Shared(), results);
    const std::vector<hbk_entry> founding = workload.Founding();
    AppendAll(ledger_, founding, results);
    for (size_t i = 0; i < kQuestions; ++i) volunteers_.push_back(IdIn(Drawn(founding).credit));
    std::vector<hbk_entry> entries(Entries());
    workload.Fill(entries);
    AppendAll(ledger_, entries, results);
    snapshot_ = OpenSnapshot(ledger_);
    const size_t newest = std::min(kNewestCount, entries.size() / 2);
    newest_.assign(entries.end() - static_cast<ptrdiff_t>(newest), entries.end());
    std::shuffle(newest_.begin(), newest_.end(), random_);
    entries.resize(entries.size() - newest);
    for (size_t i = 0; i < kQuestions; ++i) old_.push_back(Drawn(entries));
    while (by_activity_.size() < kQuestions) {
      const hbk_entry& entry = Drawn(entries);
      if (entry.kind == HBK_KIND_AWARD) by_activity_.push_back(IdIn(entry.credit));
    }
    FindBusy(entries);
  }
  ~Town() { hbk_close(ledger_); }

  static PartyId IdIn(const uint8_t* bytes) {
    PartyId id;
    std::memcpy(id.bytes, bytes, sizeof(id.bytes));
    return id;
  }

  const hbk_entry& Drawn(const std::vector<hbk_entry>& entries) {
    return entries[random_() % entries.size()];
  }

  void FindBusy(const std::vector<hbk_entry>& entries) {
    std::map<PartyId, uint32_t> awards;
    for (const hbk_entry& entry : entries) {
      if (entry.kind != HBK_KIND_AWARD) continue;
      const PartyId volunteer = IdIn(entry.credit);
      if (++awards[volunteer] == kStatement) busy_.push_back(volunteer);
    }
    if (!busy_.empty()) return;
    std::fprintf(stderr, "bench: nobody has %u entries; set HOURBOOK_BENCH_ENTRIES higher\n", kStatement);
    std::exit(1);
  }

  const BenchDir directory_;
  hbk_ledger* const ledger_ = CreateLedger(directory_ / "ledger");
  hbk_snapshot* snapshot_ = nullptr;
  std::mt19937_64 random_;
  std::vector<PartyId> volunteers_, by_activity_, busy_;
  std::vector<hbk_entry> old_, newest_;
};

// Of whom it is asked: anybody, each as likely as the other; or those that come up in entries, so that
// the busy ones are asked for more often.
enum class Whose { kAnybody, kByActivity };

void BM_Balance(benchmark::State& state, Whose whose) {
  Town& town = Town::Get();
  const std::vector<PartyId>& asked =
      whose == Whose::kAnybody ? town.volunteers() : town.by_activity();
  hbk_error error = HBK_ERROR_INIT;
  hbk_balance balance{};
  size_t at = 0;
  for (auto _ : state) {
    const PartyId& party = asked[at++ % kQuestions];
    Must(hbk_account_balance(town.snapshot(), party.bytes, HBK_UNIT_POINT, &balance, &error), error);
  }
  Result::Add(balance);
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK_CAPTURE(BM_Balance, anybody, Whose::kAnybody)->Name("balance/anybody");
BENCHMARK_CAPTURE(BM_Balance, by_activity, Whose::kByActivity)->Name("balance/by_activity");

enum class Age { kOld, kNewest };

void BM_EntryById(benchmark::State& state, Age age) {
  Town& town = Town::Get();
  const std::vector<hbk_entry>& asked = age == Age::kOld ? town.old() : town.newest();
  hbk_error error = HBK_ERROR_INIT;
  hbk_entry entry{};
  size_t at = 0;
  for (auto _ : state) {
    const hbk_entry& sent = asked[at++ % asked.size()];
    Must(hbk_entry_by_id(town.snapshot(), sent.id, &entry, nullptr, &error), error);
  }
  Result::Add(AsSent(entry));
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK_CAPTURE(BM_EntryById, old, Age::kOld)->Name("entry_by_id/old");
BENCHMARK_CAPTURE(BM_EntryById, newest, Age::kNewest)->Name("entry_by_id/newest");

// An id that there is not; the call also makes the error's text.
void BM_EntryByUnknownId(benchmark::State& state) {
  Town& town = Town::Get();
  hbk_error error = HBK_ERROR_INIT;
  hbk_entry entry{};
  size_t at = 0;
  for (auto _ : state) {
    hbk_entry sent = town.old()[at++ % kQuestions];
    sent.id[0] ^= 1;
    const hbk_status status = hbk_entry_by_id(town.snapshot(), sent.id, &entry, nullptr, &error);
    if (status != HBK_NOT_FOUND) Must(HBK_CORRUPT, error);
  }
  Result::Add(error.message, std::strlen(error.message));
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_EntryByUnknownId)->Name("entry_by_unknown_id");

void BM_Statement(benchmark::State& state) {
  Town& town = Town::Get();
  hbk_error error = HBK_ERROR_INIT;
  std::vector<hbk_entry> page(kStatement);
  size_t at = 0;
  for (auto _ : state) {
    const PartyId& party = town.busy()[at++ % town.busy().size()];
    hbk_cursor* cursor = nullptr;
    uint32_t count = 0;
    Must(hbk_statement_open(town.snapshot(), party.bytes, HBK_UNIT_POINT, nullptr, &cursor, &error),
         error);
    Must(hbk_cursor_next(cursor, page.data(), kStatement, &count, &error), error);
    hbk_cursor_close(cursor);
    if (count != kStatement) Must(HBK_CORRUPT, error);
  }
  for (const hbk_entry& entry : page) Result::Add(AsSent(entry));
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_Statement)->Name("statement")->Unit(benchmark::kMicrosecond);

void BM_Snapshot(benchmark::State& state) {
  Town& town = Town::Get();
  hbk_stat stat = HBK_STAT_INIT;
  hbk_error error = HBK_ERROR_INIT;
  for (auto _ : state) hbk_snapshot_close(OpenSnapshot(town.ledger()));
  Must(hbk_snapshot_stat(town.snapshot(), &stat, &error), error);
  Result::Add(stat.size);
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_Snapshot)->Name("snapshot");

}  // namespace
}  // namespace hourbook::bench
