// Whoever runs a ledger while others use it: publishes, audits, verifies and backs it up.
#ifndef TESTS_CONCURRENCY_KEEPER_H_
#define TESTS_CONCURRENCY_KEEPER_H_

#include <cstdint>
#include <map>
#include <string>

#include "ledger/chain/signer.h"
#include "ledger/engine/ledger.h"
#include "tests/concurrency/call_history.h"

namespace hourbook {

// Used by one thread. Its directories are made anew below `directory`.
class Keeper {
 public:
  Keeper(Ledger& ledger, CallHistory& history, const Signer& signer, std::string directory)
      : ledger_(ledger), history_(history), signer_(signer), directory_(std::move(directory)) {}

  static constexpr int kDuties = 5;
  void Do(int duty);

  // Roots by size, as they were signed.
  const std::map<uint64_t, Hash>& published() const { return published_; }

 private:
  std::string site() const { return directory_ + "/site"; }

  void Publish();
  void AuditSite() const;
  void AuditLedgerItself() const;
  void VerifyIt() const;
  void BackUp();

  Ledger& ledger_;
  CallHistory& history_;
  const Signer& signer_;
  const std::string directory_;
  std::map<uint64_t, Hash> published_;
};

}  // namespace hourbook

#endif  // TESTS_CONCURRENCY_KEEPER_H_
