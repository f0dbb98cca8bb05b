// The C API as a sequence of calls: whatever a caller does, nothing crashes, every unit sums to zero,
// nobody who may not goes below zero, and what is on disk verifies and opens to the same root.
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include "api/hourbook.h"
#include "fuzz/fuzz_input.h"

namespace hourbook::fuzz {
namespace {

constexpr int64_t kCreatedAt = 1'735'660'800'000'000'000;
constexpr uint32_t kMostCalls = 40;
constexpr uint32_t kMostEntries = 6;

// Few ids, so that entries meet each other.
void TakeId(FuzzInput& input, uint8_t (&id)[16]) { id[15] = static_cast<uint8_t>(input.Below(24)); }

hbk_entry TakeEntry(FuzzInput& input) {
  hbk_entry entry{};
  if (input.Below(16) == 0) return input.Take<hbk_entry>();  // anything at all
  TakeId(input, entry.id);
  entry.id[0] = 1;
  TakeId(input, entry.debit);
  TakeId(input, entry.credit);
  entry.kind = static_cast<uint16_t>(input.Below(14));
  TakeId(input, entry.ref);
  if (entry.kind != HBK_KIND_SERVICE && input.Below(2) == 0) entry.ref[0] = 1;
  TakeId(input, entry.recorder);
  entry.amount = input.Below(8) == 0 ? input.Take<uint64_t>() : input.Below(500);
  entry.occurred_at = kCreatedAt + int64_t{input.Below(3'000)} * 60'000'000'000;
  entry.unit = static_cast<uint16_t>(input.Below(4));
  entry.code = static_cast<uint16_t>(input.Below(8));
  entry.flags = static_cast<uint16_t>(input.Below(4));
  entry.timeout = input.Below(3);
  // What most kinds must not have would only ever meet the same refusal.
  if (entry.kind == HBK_KIND_OPEN || entry.kind == HBK_KIND_CLOSE || entry.kind == HBK_KIND_POLICY) {
    std::memset(entry.debit, 0, sizeof(entry.debit));
    std::memset(entry.recorder, 0, sizeof(entry.recorder));
    entry.unit = HBK_UNIT_NONE;
    entry.flags = 0;
    entry.timeout = 0;
  }
  if (entry.kind == HBK_KIND_OPEN || entry.kind == HBK_KIND_CLOSE) {
    entry.amount = 0;
    std::memset(entry.ref, 0, sizeof(entry.ref));
  }
  if (entry.kind == HBK_KIND_POLICY) {
    std::memset(entry.ref, 0, sizeof(entry.ref));
    entry.ref[0] = static_cast<uint8_t>(input.Below(3));
  }
  return entry;
}

class Session {
 public:
  Session() {
    std::string path = "/dev/shm/hourbook-fuzz.XXXXXX";
    FUZZ_CHECK(::mkdtemp(path.data()) != nullptr);
    root_directory_ = path;
    directory_ = path + "/ledger";
    hbk_create_options options = HBK_CREATE_OPTIONS_INIT;
    options.origin = "fuzz";
    options.map_size = uint64_t{1} << 24;
    options.created_at = kCreatedAt;
    FUZZ_CHECK(hbk_create(directory_.c_str(), &options, &ledger_, nullptr) == HBK_OK);
  }
  ~Session() {
    hbk_close(ledger_);
    std::filesystem::remove_all(root_directory_);
  }

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
  static std::vector<hbk_entry> TakeBatch(FuzzInput& input) {
    std::vector<hbk_entry> batch(1 + input.Below(kMostEntries));
    for (hbk_entry& entry : batch) entry = TakeEntry(input);
    return batch;
  }

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

  std::string root_directory_;
  std::string directory_;
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
