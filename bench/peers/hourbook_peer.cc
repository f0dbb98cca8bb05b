#include "bench/peers/hourbook_peer.h"

#include <algorithm>
#include <vector>

#include "api/hourbook.h"
#include "bench/peers/sync_count.h"

namespace hourbook::bench {
namespace {

void Must(hbk_status status, const hbk_error& error) {
  if (status != HBK_OK) Fail("hourbook", std::string(hbk_status_name(status)) + ": " + error.message);
}

class HourbookPeer : public Peer {
 public:
  HourbookPeer(const std::string& directory, const Town& town) {
    hbk_create_options options = HBK_CREATE_OPTIONS_INIT;
    options.origin = "bench.example/hours";
    options.created_at = kBenchStart;
    Must(hbk_create(directory.c_str(), &options, &ledger_, &error_), error_);
    const std::vector<hbk_entry>& founding = town.Founding();
    for (size_t i = 0; i < founding.size(); i += HBK_BATCH_MAX) {
      Append(founding.data() + i, std::min<size_t>(HBK_BATCH_MAX, founding.size() - i));
      for (const hbk_result& result : results_) Must(result.status, error_);
    }
  }

  ~HourbookPeer() override { hbk_close(ledger_); }

  std::string Settings() const override {
    return std::string(hbk_version()) + "; every rule, leaf hash, tree and index; each group synced";
  }

  void Append(const Batch& batch, std::vector<Verdict>& verdicts) override {
    Append(batch.entries.data(), batch.entries.size());
    for (size_t i = 0; i < results_.size(); ++i) verdicts[i] = VerdictOf(results_[i].status);
  }

  uint64_t Syncs() override { return SyncCount(); }
  bool IsLedger() const override { return true; }

  // Of an account what can be spent: what is posted, less what it has on hold. What is on hold for a
  // station is its pending credits, which the others keep in an account.
  std::vector<Balance> Balances() override {
    hbk_snapshot* snapshot = nullptr;
    Must(hbk_snapshot_open(ledger_, &snapshot, &error_), error_);
    std::vector<Balance> balances;
    std::vector<hbk_party> parties(8'192);
    uint32_t count = 0;
    for (uint64_t first = 0;; first += count) {
      Must(hbk_parties(snapshot, first, parties.data(), static_cast<uint32_t>(parties.size()), &count,
                       &error_),
           error_);
      if (count == 0) break;
      for (uint32_t i = 0; i < count; ++i) AddBalances(snapshot, parties[i].id, balances);
    }
    hbk_snapshot_close(snapshot);
    return balances;
  }

 private:
  static Verdict VerdictOf(hbk_status status) {
    if (status == HBK_OK) return Verdict::kRecorded;
    return status == HBK_EXISTS ? Verdict::kExists : Verdict::kRefused;
  }

  void Append(const hbk_entry* entries, size_t count) {
    results_.resize(count);
    Must(hbk_append(ledger_, entries, static_cast<uint32_t>(count), HBK_FOREVER, results_.data(), &error_),
         error_);
  }

  void AddBalances(hbk_snapshot* snapshot, const uint8_t party[16], std::vector<Balance>& balances) {
    uint16_t units[8];
    uint32_t count = 0;
    Must(hbk_account_units(snapshot, party, units, 8, &count, &error_), error_);
    for (uint32_t i = 0; i < count; ++i) {
      hbk_balance sums;
      Must(hbk_account_balance(snapshot, party, units[i], &sums, &error_), error_);
      const auto free =
          static_cast<int64_t>(sums.credits_posted - sums.debits_posted - sums.debits_pending);
      if (free != 0) balances.push_back({AccountOf(party, units[i]), free});
      const auto held = static_cast<int64_t>(sums.credits_pending);
      if (held != 0) balances.push_back({AccountOf(party, kHeldPoints), held});
    }
  }

  hbk_ledger* ledger_ = nullptr;
  hbk_error error_ = HBK_ERROR_INIT;
  std::vector<hbk_result> results_;
};

}  // namespace

std::unique_ptr<Peer> OpenHourbook(const std::string& directory, const Town& town) {
  return std::make_unique<HourbookPeer>(directory, town);
}

}  // namespace hourbook::bench
