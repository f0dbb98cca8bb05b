#include "ledger/audit/ledger_audit.h"

#include <optional>

#include "absl/strings/str_cat.h"
#include "ledger/audit/ledger_tiles.h"
#include "ledger/base/error.h"
#include "ledger/engine/published.h"
#include "ledger/engine/verify.h"

namespace hourbook {
namespace {

// What the store could not give, as a finding where the store is to blame.
absl::Status FoundIn(const absl::Status& status, Finding& finding) {
  const auto found = [&](FindingKind kind) {
    finding = {.kind = kind, .what = std::string(status.message()), .index = std::nullopt};
    return ToStatus(finding);
  };
  switch (FailureOf(status)) {
    case Failure::kCorrupt:
    case Failure::kTruncated:
      return found(FindingKind::kMalformed);
    case Failure::kNotFound:
      return found(FindingKind::kMissing);
    default:
      return status;
  }
}

}  // namespace

absl::StatusOr<std::string> LedgerPublication::ReadCheckpoint() const {
  absl::MutexLock lock(&lock_);
  const std::string& directory = snapshot_->ledger().directory();
  absl::StatusOr<std::optional<Published>> published = ReadPublished(directory);
  if (!published.ok() && FailureOf(published.status()) == Failure::kCorrupt) {
    return Fail(Failure::kInvalidArgument, published.status().message());
  }
  if (!published.ok()) return published.status();
  if (*published) {
    if ((*published)->checkpoint.size > snapshot_->size()) {
      absl::StatusOr<std::unique_ptr<Snapshot>> later = snapshot_->ledger().OpenSnapshot();
      if (!later.ok()) return later.status();
      own_ = *std::move(later);
      snapshot_ = own_.get();
    }
    return (*published)->note;
  }
  return Fail(Failure::kNotFound, absl::StrCat(directory, " has no signed checkpoint: it was never "
                                               "published. `hourbook verify` needs none"));
}

absl::StatusOr<std::string> LedgerPublication::ReadTile(int level, uint64_t index, uint64_t width,
                                                        Finding& finding) const {
  absl::MutexLock lock(&lock_);
  absl::StatusOr<std::string> tile = MakeTile(*snapshot_, level, index, width);
  if (!tile.ok()) return FoundIn(tile.status(), finding);
  return tile;
}

absl::StatusOr<BundleAndTile> LedgerPublication::ReadBundle(uint64_t index, uint64_t width,
                                                            Finding& finding) const {
  absl::MutexLock lock(&lock_);
  absl::StatusOr<BundleAndTile> made = MakeBundle(*snapshot_, index, width);
  if (!made.ok()) return FoundIn(made.status(), finding);
  return made;
}

absl::Status AuditLedger(const Snapshot& snapshot, const AuditRequest& request,
                         AuditProgress progress, AuditReport& report) {
  const LedgerPublication publication(snapshot);
  // cppcheck-suppress ctuuninitvar ; its members begin as they should
  const auto total = [&] { return report.checkpoint.size + publication.snapshot().size(); };
  const absl::Status audited = Audit(
      publication, request, [&](uint64_t done, uint64_t) { return progress(done, total()); },
      report);
  if (!audited.ok()) return audited;
  const absl::Status verified = Verify(publication.snapshot(), [&](uint64_t done, uint64_t) {
    return progress(report.checkpoint.size + done, total());
  });
  return verified.ok() ? verified : FoundIn(verified, report.finding);
}

}  // namespace hourbook
