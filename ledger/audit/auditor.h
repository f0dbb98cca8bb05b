// The audit of a log by somebody who has only its vkey, and trusts nobody.
#ifndef LEDGER_AUDIT_AUDITOR_H_
#define LEDGER_AUDIT_AUDITOR_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "ledger/audit/finding.h"
#include "ledger/audit/publication.h"
#include "ledger/chain/trust_policy.h"
#include "ledger/chain/verifier.h"
#include "ledger/format/checkpoint.h"
#include "ledger/rules/accounts.h"

namespace hourbook {

// Told how far a long call has come; false ends it with kEnd.
using AuditProgress = absl::FunctionRef<bool(uint64_t done, uint64_t total)>;

struct AuditRequest {
  Verifier log;  // whose it must be
  // Whose cosignatures the checkpoint must bear; and if it lists logs, the log must be among them.
  std::optional<TrustPolicy> policy;
  // The file in which this auditor keeps the last checkpoint found sound, or empty: then nothing
  // tells that entries shown before were taken back. Made, or brought up to date, by a sound audit.
  std::string state_file;
  // Where 200 to 220 bytes an entry find room for the time of the audit.
  std::string scratch_directory;
  // Threads to use; 0 for as many as the machine runs at once.
  unsigned threads = 0;
  // Whether entries are replayed through the rules, or the chain and the tree alone are checked.
  bool replay = true;
};

struct AuditReport {
  Checkpoint checkpoint;  // of the publication, once its signature was found good
  uint64_t seen = 0;      // size of the checkpoint that the state file held; 0 for none
  Finding finding;        // the first thing that was found wrong
  Accounts accounts;      // every party and balance, where sound
};

// Ok where all is sound: the signature; the entries' lengths, hashes and links, one to the next;
// every hash of every tile; the root; that what the state file remembers is a prefix; and, entry
// by entry, what the ledger's own rules make of it: form, order, times, the links of accounts,
// verdict. kUnsound with report.finding otherwise. Another failure means that it could not be
// checked: kNotFound where there is no checkpoint, kInvalidArgument for a state file that
// is none of this log, kDiskFull, kIoError, kEnd.
//
// Memory is that of the parties, accounts and policy entries, and some 20 MiB.
absl::Status Audit(const Publication& publication, const AuditRequest& request,
                   AuditProgress progress, AuditReport& report);

}  // namespace hourbook

#endif  // LEDGER_AUDIT_AUDITOR_H_
