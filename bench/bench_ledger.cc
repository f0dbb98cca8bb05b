#include "bench/bench_ledger.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "bench/result.h"
#include "bench/workload.h"

namespace hourbook::bench {
namespace {

constexpr uint32_t kPage = 1'024;

void AddEntries(hbk_snapshot* snapshot) {
  hbk_error error = HBK_ERROR_INIT;
  hbk_cursor* cursor = nullptr;
  Must(hbk_entries_open(snapshot, 1, nullptr, &cursor, &error), error);  // without the genesis
  std::vector<hbk_entry> page(kPage);
  for (;;) {
    uint32_t count = 0;
    const hbk_status status = hbk_cursor_next(cursor, page.data(), kPage, &count, &error);
    if (status == HBK_END) break;
    Must(status, error);
    for (uint32_t i = 0; i < count; ++i) Result::Add(AsSent(page[i]));
  }
  hbk_cursor_close(cursor);
}

void AddBalances(hbk_snapshot* snapshot, const hbk_party& party) {
  struct Line {
    uint8_t party[16];
    uint64_t unit;
    hbk_balance balance;
  } line{};
  std::memcpy(line.party, party.id, sizeof(line.party));
  hbk_error error = HBK_ERROR_INIT;
  for (const uint16_t unit : {HBK_UNIT_MINUTE, HBK_UNIT_POINT}) {  // all that a workload moves
    line.unit = unit;
    Must(hbk_account_balance(snapshot, party.id, unit, &line.balance, &error), error);
    Result::Add(line);
  }
}

}  // namespace

void Must(hbk_status status, const hbk_error& error) {
  if (status == HBK_OK) return;
  std::fprintf(stderr, "bench: %s: %s\n", hbk_status_name(status), error.message);
  std::exit(1);
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

hbk_ledger* OpenLedger(const std::string& directory) {
  hbk_ledger* ledger = nullptr;
  hbk_error error = HBK_ERROR_INIT;
  Must(hbk_open(directory.c_str(), nullptr, &ledger, &error), error);
  return ledger;
}

hbk_snapshot* OpenSnapshot(hbk_ledger* ledger) {
  hbk_snapshot* snapshot = nullptr;
  hbk_error error = HBK_ERROR_INIT;
  Must(hbk_snapshot_open(ledger, &snapshot, &error), error);
  return snapshot;
}

void AppendAll(hbk_ledger* ledger, std::span<const hbk_entry> entries,
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

void EachParty(hbk_snapshot* snapshot, const std::function<void(const hbk_party&)>& take) {
  hbk_error error = HBK_ERROR_INIT;
  std::vector<hbk_party> page(kPage);
  uint32_t count = 0;
  for (uint64_t first = 0;; first += count) {
    Must(hbk_parties(snapshot, first, page.data(), kPage, &count, &error), error);
    if (count == 0) break;
    for (uint32_t i = 0; i < count; ++i) take(page[i]);
  }
}

hbk_entry AsSent(hbk_entry entry) {
  entry.recorded_at = 0;
  entry.index = entry.prev_debit = entry.prev_credit = 0;
  return entry;
}

void AddToResult(hbk_ledger* ledger) {
  hbk_snapshot* const snapshot = OpenSnapshot(ledger);
  AddEntries(snapshot);
  EachParty(snapshot, [snapshot](const hbk_party& party) { AddBalances(snapshot, party); });
  hbk_snapshot_close(snapshot);
}

}  // namespace hourbook::bench
