// The audit of a ledger where it lies, by somebody who has only its vkey: what it signed last, as
// if that had been published, and everything that it keeps beside the log.
#ifndef LEDGER_AUDIT_LEDGER_AUDIT_H_
#define LEDGER_AUDIT_LEDGER_AUDIT_H_

#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "ledger/audit/auditor.h"
#include "ledger/audit/publication.h"
#include "ledger/engine/snapshot.h"

namespace hourbook {

// A snapshot read as the publication that could be made of it, up to the last checkpoint that the
// ledger remembers; where that was signed after the snapshot was opened, one of its own, opened since.
// Damage of the store is found malformed.
class LedgerPublication : public Publication {
 public:
  // The snapshot must outlive it, and not be used otherwise while it is read.
  explicit LedgerPublication(const Snapshot& snapshot) : snapshot_(&snapshot) {}

  // The one that is read, once the checkpoint was.
  const Snapshot& snapshot() const {
    absl::MutexLock lock(&lock_);
    return *snapshot_;
  }

  absl::StatusOr<std::string> ReadCheckpoint() const override;
  // What the store has up to its last entry is all there.
  absl::Status FindBundle(uint64_t, Finding&) const override { return absl::OkStatus(); }
  absl::StatusOr<std::string> ReadTile(int level, uint64_t index, uint64_t width,
                                       Finding& finding) const override;
  absl::StatusOr<BundleAndTile> ReadBundle(uint64_t index, uint64_t width,
                                           Finding& finding) const override;

 private:
  mutable absl::Mutex lock_;
  mutable std::unique_ptr<Snapshot> own_ ABSL_GUARDED_BY(lock_);
  mutable const Snapshot* snapshot_ ABSL_GUARDED_BY(lock_);
};

// Audit, of a ledger's signed entries; then everything in the store, those entries that are not
// signed yet included, is verified (engine/verify.h): as of the snapshot, or of a later moment where that
// was before the last checkpoint. kNotFound where it never signed a checkpoint.
// A damaged LMDB file can crash its reader: call this in a process of its own.
absl::Status AuditLedger(const Snapshot& snapshot, const AuditRequest& request,
                         AuditProgress progress, AuditReport& report);

}  // namespace hourbook

#endif  // LEDGER_AUDIT_LEDGER_AUDIT_H_
