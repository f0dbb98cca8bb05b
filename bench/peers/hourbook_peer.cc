#include "bench/peers/hourbook_peer.h"

#include <vector>

#include "api/hourbook.h"
#include "bench/bench_ledger.h"
#include "bench/peers/sync_count.h"

namespace hourbook::bench {
namespace {

class HourbookPeer : public Peer {
 public:
  HourbookPeer(const std::string& directory, const Town& town) : ledger_(CreateLedger(directory)) {
    AppendAll(ledger_, town.Founding(), results_);
  }

  ~HourbookPeer() override { hbk_close(ledger_); }

  std::string Settings() const override {
    return std::string(hbk_version()) + "; every rule, leaf hash, tree and index; each group synced";
  }

  void Append(const Batch& batch, std::vector<Verdict>& verdicts) override {
    results_.resize(batch.entries.size());
    Must(hbk_append(ledger_, batch.entries.data(), static_cast<uint32_t>(batch.entries.size()), HBK_FOREVER,
                    results_.data(), &error_),
         error_);
    for (size_t i = 0; i < results_.size(); ++i) verdicts[i] = VerdictOf(results_[i].status);
  }

  uint64_t Syncs() override { return SyncCount(); }
  bool IsLedger() const override { return true; }

  // Of an account what can be spent: what is posted, less what it has on hold. What is on hold for a
  // station is its pending credits, which the others keep in an account.
  std::vector<Balance> Balances() override {
    hbk_snapshot* const snapshot = OpenSnapshot(ledger_);
    std::vector<Balance> balances;
    EachParty(snapshot, [&](const hbk_party& party) { AddBalances(snapshot, party.id, balances); });
    hbk_snapshot_close(snapshot);
    return balances;
  }

 private:
  static Verdict VerdictOf(hbk_status status) {
    if (status == HBK_OK) return Verdict::kRecorded;
    return status == HBK_EXISTS ? Verdict::kExists : Verdict::kRefused;
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

  hbk_ledger* const ledger_;
  hbk_error error_ = HBK_ERROR_INIT;
  std::vector<hbk_result> results_;
};

}  // namespace

std::unique_ptr<Peer> OpenHourbook(const std::string& directory, const Town& town) {
  return std::make_unique<HourbookPeer>(directory, town);
}

}  // namespace hourbook::bench
