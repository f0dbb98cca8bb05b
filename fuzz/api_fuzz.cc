// Entries through the C API: whatever is sent, nothing crashes, every unit sums to zero,
// nobody who may not goes below zero, and what is on disk verifies and opens to the same root.
#include <cstring>
#include <string>
#include <vector>

#include "api/hourbook.h"
#include "fuzz/entry_input.h"
#include "fuzz/fuzz_input.h"
#include "fuzz/small_pages.h"
#include "tests/base/temp_dir.h"

namespace hourbook::fuzz {
namespace {

constexpr uint32_t kMostCalls = 40;

class Session {
 public:
  Session() {
    hbk_create_options options = HBK_CREATE_OPTIONS_INIT;
    options.origin = "fuzz";
    options.map_size = uint64_t{1} << 24;
    options.created_at = kCreatedAt;
    FUZZ_CHECK(hbk_create(directory_.c_str(), &options, &ledger_, nullptr) == HBK_OK);
  }
  ~Session() { hbk_close(ledger_); }

  void Step(FuzzInput& input) {
    switch (input.Below(8)) {
      case 0:
        return Read(input);
      case 1:
        return Try(input);
      case 2:
        return Reopen();
      default:
        return Append(input);
    }
  }

  // What must hold at the end of any sequence.
  void CheckEnd() {
    hbk_snapshot* snapshot = nullptr;
    FUZZ_CHECK(hbk_snapshot_open(ledger_, &snapshot, nullptr) == HBK_OK);
    FUZZ_CHECK(hbk_verify(snapshot, nullptr, nullptr, nullptr) == HBK_OK);
    CheckBalances(snapshot);
    hbk_snapshot_close(snapshot);
  }

 private:
  void Append(FuzzInput& input) {
    const std::vector<hbk_entry> batch = TakeBatch(input);
    std::vector<hbk_result> results(batch.size());
    const auto count = static_cast<uint32_t>(batch.size());
    FUZZ_CHECK(hbk_append(ledger_, batch.data(), count, HBK_FOREVER, results.data(), nullptr) ==
               HBK_OK);
    hbk_snapshot* snapshot = nullptr;
    FUZZ_CHECK(hbk_snapshot_open(ledger_, &snapshot, nullptr) == HBK_OK);
    for (size_t i = 0; i < batch.size(); ++i) {
      FUZZ_CHECK(std::strcmp(hbk_status_name(results[i].status), "unknown") != 0);
      if (results[i].status != HBK_OK && results[i].status != HBK_EXISTS) continue;
      hbk_entry found;
      FUZZ_CHECK(hbk_entry_by_id(snapshot, batch[i].id, &found, nullptr, nullptr) == HBK_OK);
      FUZZ_CHECK(found.index == results[i].index && found.kind == batch[i].kind);
    }
    hbk_snapshot_close(snapshot);
  }

  void Try(FuzzInput& input) {
    const std::vector<hbk_entry> batch = TakeBatch(input);
    std::vector<hbk_result> results(batch.size());
    hbk_trial* trial = nullptr;
    FUZZ_CHECK(hbk_trial_open(ledger_, &trial, nullptr) == HBK_OK);
    hbk_trial_advance(trial, input.Below(64), nullptr);
    const auto count = static_cast<uint32_t>(batch.size());
    FUZZ_CHECK(hbk_trial_judge(trial, batch.data(), count, static_cast<int>(input.Below(2)),
                               results.data(), nullptr) == HBK_OK);
    hbk_trial_close(trial);
  }

  void Read(FuzzInput& input) {
    hbk_snapshot* snapshot = nullptr;
    FUZZ_CHECK(hbk_snapshot_open(ledger_, &snapshot, nullptr) == HBK_OK);
    uint8_t party[16] = {};
    TakeId(input, party);
    hbk_cursor* cursor = nullptr;
    hbk_entry entries[3];
    uint32_t count = 0;
    if (hbk_statement_open(snapshot, party, static_cast<uint16_t>(input.Below(5)), nullptr, &cursor,
                           nullptr) == HBK_OK) {
      while (hbk_cursor_next(cursor, entries, 3, &count, nullptr) == HBK_OK) {
        FUZZ_CHECK(count > 0 && count <= 3);
      }
    }
    uint8_t root[32];
    hbk_root(snapshot, input.Below(64), root, nullptr);
    hbk_snapshot_close(snapshot);
  }

  void Reopen() {
    hbk_stat before = HBK_STAT_INIT;
    hbk_stat after = HBK_STAT_INIT;
    ReadStat(before);
    hbk_close(ledger_);
    FUZZ_CHECK(hbk_open(directory_.c_str(), nullptr, &ledger_, nullptr) == HBK_OK);
    ReadStat(after);
    FUZZ_CHECK(before.size == after.size && std::memcmp(before.root, after.root, 32) == 0);
  }

  void ReadStat(hbk_stat& stat) {
    hbk_snapshot* snapshot = nullptr;
    FUZZ_CHECK(hbk_snapshot_open(ledger_, &snapshot, nullptr) == HBK_OK);
    FUZZ_CHECK(hbk_snapshot_stat(snapshot, &stat, nullptr) == HBK_OK);
    hbk_snapshot_close(snapshot);
  }

  static void CheckBalances(hbk_snapshot* snapshot) {
    hbk_party parties[64];
    uint32_t count = 0;
    FUZZ_CHECK(hbk_parties(snapshot, 0, parties, 64, &count, nullptr) == HBK_OK);
    for (uint16_t unit = HBK_UNIT_MINUTE; unit <= HBK_UNIT_BANK_MINUTE; ++unit) {
      // Modulo 2^64: equal sums stay equal.
      uint64_t posted = 0;
      uint64_t pending = 0;
      for (uint32_t i = 0; i < count; ++i) {
        hbk_balance b;
        FUZZ_CHECK(hbk_account_balance(snapshot, parties[i].id, unit, &b, nullptr) == HBK_OK);
        posted += b.credits_posted - b.debits_posted;
        pending += b.credits_pending - b.debits_pending;
        const bool may_owe =
            parties[i].kind == HBK_PARTY_TEAM || parties[i].kind == HBK_PARTY_PROGRAMME;
        FUZZ_CHECK(may_owe || b.credits_posted >= b.debits_posted);
      }
      FUZZ_CHECK(posted == 0 && pending == 0);
    }
  }

  const TempDir scratch_{TempDir::MemoryBase()};  // a fuzzer makes thousands a minute
  const std::string directory_ = scratch_ / "ledger";
  hbk_ledger* ledger_ = nullptr;
};

}  // namespace
}  // namespace hourbook::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  hourbook::fuzz::FuzzInput input(data, size);
  hourbook::fuzz::Session session;
  for (uint32_t i = 0; i < hourbook::fuzz::kMostCalls && !input.empty(); ++i) session.Step(input);
  session.CheckEnd();
  return 0;
}
