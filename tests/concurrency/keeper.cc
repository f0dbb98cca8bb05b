#include "tests/concurrency/keeper.h"

#include <filesystem>
#include <utility>

#include "gtest/gtest.h"
#include "ledger/audit/auditor.h"
#include "ledger/audit/ledger_audit.h"
#include "ledger/audit/publisher.h"
#include "ledger/base/error.h"
#include "ledger/engine/snapshot.h"
#include "ledger/engine/verify.h"
#include "tests/base/always.h"
#include "tests/engine/town.h"

namespace hourbook {

void KeeperCounts::Add(const KeeperCounts& other) {
  publications += other.publications;
  audits += other.audits;
  verifications += other.verifications;
  backups += other.backups;
}

void KeeperCounts::ExpectAll() const {
  EXPECT_GT(publications, 0u);
  EXPECT_GT(audits, 0u);
  EXPECT_GT(verifications, 0u);
  EXPECT_GT(backups, 0u);
}

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
  ++counts_.publications;
}

AuditRequest Keeper::Request(std::string state_file) const {
  return {.log = signer_.verifier(),
          .policy = {},
          .state_file = std::move(state_file),
          .scratch_directory = directory_,
          .threads = 1};
}

std::unique_ptr<Snapshot> Keeper::Look() const {
  auto snapshot = ledger_.OpenSnapshot();
  if (snapshot.ok()) return *std::move(snapshot);
  EXPECT_EQ(FailureOf(snapshot.status()), Failure::kMapFull) << snapshot.status();
  return nullptr;
}

// Nothing is published yet, or it is sound.
void Keeper::TakeAudit(const absl::Status& audited, const AuditReport& report) {
  EXPECT_TRUE(audited.ok() || FailureOf(audited) == Failure::kNotFound)
      << audited << ": " << report.finding.what;
  counts_.audits += audited.ok();
}

void Keeper::AuditSite() {
  AuditReport report;
  TakeAudit(Audit(PublishedDirectory(site()), Request(directory_ + "/seen"), Always, report), report);
}

void Keeper::AuditLedgerItself() {
  const auto snapshot = Look();
  if (snapshot == nullptr) return;
  AuditReport report;
  TakeAudit(AuditLedger(*snapshot, Request(""), Always, report), report);
}

void Keeper::VerifyIt() {
  const auto snapshot = Look();
  if (snapshot == nullptr) return;
  const absl::Status verified = Verify(*snapshot, Always);
  EXPECT_TRUE(verified.ok()) << verified;
  counts_.verifications += verified.ok();
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
  ++counts_.backups;
}

}  // namespace hourbook
