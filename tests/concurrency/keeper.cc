#include "tests/base/always.h"
#include "tests/concurrency/keeper.h"

#include <filesystem>

#include "gtest/gtest.h"
#include "ledger/audit/auditor.h"
#include "ledger/audit/ledger_audit.h"
#include "ledger/audit/publisher.h"
#include "ledger/base/error.h"
#include "ledger/engine/snapshot.h"
#include "ledger/engine/verify.h"
#include "tests/engine/town.h"

namespace hourbook {
namespace {

}  // namespace

void Keeper::Do(int duty) {
  switch (duty % kDuties) {
    case 0:
      return Publish();
    case 1:
      return AuditSite();
    case 2:
      return VerifyIt();
    case 3:
      return AuditLedgerItself();
    default:
      return BackUp();
  }
}

void Keeper::Publish() {
  Operation seen;
  seen.invoked = MonotonicNow();
  const absl::StatusOr<Checkpoint> checkpoint = hourbook::Publish(ledger_, signer_, site(), Always);
  if (!checkpoint.ok()) {
    const Failure failure = FailureOf(checkpoint.status());
    const bool may_be = failure == Failure::kTimeout || failure == Failure::kMapFull;
    EXPECT_TRUE(may_be) << checkpoint.status();
    return;
  }
  seen.responded = MonotonicNow();
  seen.size = checkpoint->size;
  history_.Add(std::move(seen));
  published_[checkpoint->size] = checkpoint->root;
}

void Keeper::AuditSite() const {
  AuditReport report;
  const AuditRequest request{.log = signer_.verifier(),
                             .policy = {},
                             .state_file = directory_ + "/seen",
                             .scratch_directory = directory_,
                             .threads = 1};
  const absl::Status audited = Audit(PublishedDirectory(site()), request, Always, report);
  EXPECT_TRUE(audited.ok() || FailureOf(audited) == Failure::kNotFound)
      << audited << ": " << report.finding.what;
}

void Keeper::AuditLedgerItself() const {
  const auto snapshot = ledger_.OpenSnapshot();
  if (!snapshot.ok()) return;
  AuditReport report;
  const AuditRequest request{.log = signer_.verifier(),
                             .policy = {},
                             .state_file = "",
                             .scratch_directory = directory_,
                             .threads = 1};
  const absl::Status audited = AuditLedger(**snapshot, request, Always, report);
  EXPECT_TRUE(audited.ok() || FailureOf(audited) == Failure::kNotFound)
      << audited << ": " << report.finding.what;
}

void Keeper::VerifyIt() const {
  const auto snapshot = ledger_.OpenSnapshot();
  if (!snapshot.ok()) return;
  const absl::Status verified = Verify(**snapshot, Always);
  EXPECT_TRUE(verified.ok()) << verified;
}

void Keeper::BackUp() {
  const std::string copy = directory_ + "/copy";
  std::filesystem::remove_all(copy);
  Operation seen;
  seen.invoked = MonotonicNow();
  const absl::Status copied = ledger_.Backup(copy);
  seen.responded = MonotonicNow();
  if (!copied.ok()) {
    EXPECT_EQ(FailureOf(copied), Failure::kMapFull) << copied;
    return;
  }
  const auto backup = OpenTown(copy);
  const auto snapshot = SnapshotOf(*backup);
  const absl::Status verified = Verify(*snapshot, Always);
  EXPECT_TRUE(verified.ok()) << verified;
  seen.size = snapshot->size();
  history_.Add(std::move(seen));
}

}  // namespace hourbook
