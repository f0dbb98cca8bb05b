// Whoever runs a ledger while others use it: publishes, audits, verifies and backs it up.
#ifndef TESTS_CONCURRENCY_KEEPER_H_
#define TESTS_CONCURRENCY_KEEPER_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "ledger/audit/auditor.h"
#include "ledger/chain/signer.h"
#include "ledger/engine/ledger.h"
#include "ledger/engine/snapshot.h"
#include "tests/concurrency/call_history.h"

namespace hourbook {

// How often it did what; what it was refused does not count.
struct KeeperCounts {
  uint64_t publications = 0, audits = 0, verifications = 0, backups = 0;

  void Add(const KeeperCounts& other);
  // That nothing was left out.
  void ExpectAll() const;
};

// Used by one thread. Its directories are made anew below `directory`.
class Keeper {
 public:
  Keeper(Ledger& ledger, CallHistory& history, const Signer& signer, std::string directory)
      : ledger_(ledger), history_(history), signer_(signer), directory_(std::move(directory)) {}

  static constexpr int kDuties = 5;
  void Do(int duty);

  // Roots by size, as they were signed.
  const std::map<uint64_t, Hash>& published() const { return published_; }
  const KeeperCounts& counts() const { return counts_; }

 private:
  std::string site() const { return directory_ + "/site"; }

  AuditRequest Request(std::string state_file) const;
  // Nothing where the map is to grow meanwhile.
  std::unique_ptr<Snapshot> Look() const;
  void Publish();
  void TakeAudit(const absl::Status& audited, const AuditReport& report);
  void AuditSite();
  void AuditLedgerItself();
  void VerifyIt();
  void BackUp();

  Ledger& ledger_;
  CallHistory& history_;
  const Signer& signer_;
  const std::string directory_;
  std::map<uint64_t, Hash> published_;
  KeeperCounts counts_;
};

}  // namespace hourbook

#endif  // TESTS_CONCURRENCY_KEEPER_H_
