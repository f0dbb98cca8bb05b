#include "ledger/audit/ledger_audit.h"

#include "absl/strings/match.h"
#include "ledger/audit/publisher.h"
#include "ledger/base/error.h"
#include "tests/audit/forged_publication.h"
#include "tests/base/always.h"
#include "tests/engine/town.h"

namespace hourbook {
namespace {

class LedgerAuditTest : public testing::Test {
 protected:
  LedgerAuditTest()
      : signer_(Signer::Generate("town.example/hours", SignatureType::kEd25519).value()) {
    ledger_ = CreateTown(temp_ / "ledger");
    SendOk(*ledger_, Founding(3));
    std::vector<Entry> services;
    for (uint64_t i = 0; i < 600; ++i) services.push_back(Service(i, i % 3));
    SendOk(*ledger_, services);
  }

  void PublishOk() { ASSERT_TRUE(Publish(*ledger_, signer_, temp_ / "site", Always).ok()); }

  absl::Status TryAudit(const Verifier& log) {
    const AuditRequest request{.log = log,
                               .policy = std::nullopt,
                               .state_file = temp_ / "state",
                               .scratch_directory = temp_ / "",
                               .threads = 2,
                               .replay = true};
    return AuditLedger(*SnapshotOf(*ledger_), request, Always, report_);
  }
  absl::Status TryAudit() { return TryAudit(signer_.verifier()); }

  TempDir temp_;
  Signer signer_;
  std::unique_ptr<Ledger> ledger_;
  AuditReport report_;
};

TEST_F(LedgerAuditTest, NeedsASignedCheckpoint) {
  const absl::Status audited = TryAudit();
  EXPECT_EQ(FailureOf(audited), Failure::kNotFound);
  EXPECT_TRUE(absl::StrContains(audited.message(), "never published")) << audited;
}

TEST_F(LedgerAuditTest, ASoundLedgerIsSoundUpToItsCheckpointAndBeyond) {
  PublishOk();
  SendOk(*ledger_, {Service(700, 0)});
  const absl::Status audited = TryAudit();
  EXPECT_TRUE(audited.ok()) << audited;
  EXPECT_EQ(report_.checkpoint.size, 612u);
  EXPECT_EQ(Contents(temp_ / "state"), Contents(temp_ / "site/checkpoint"));
}

// Regression: what was signed after the snapshot was opened was taken for entries that are missing.
TEST_F(LedgerAuditTest, WhatIsSignedMeanwhileIsNotMissing) {
  PublishOk();
  const auto snapshot = SnapshotOf(*ledger_);
  SendOk(*ledger_, {Service(700, 0)});
  PublishOk();
  const AuditRequest request{.log = signer_.verifier(), .policy = std::nullopt, .state_file = "",
                             .scratch_directory = temp_ / ""};
  const absl::Status audited = AuditLedger(*snapshot, request, Always, report_);
  EXPECT_TRUE(audited.ok()) << audited << ": " << report_.finding.what;
  EXPECT_EQ(report_.checkpoint.size, snapshot->size() + 1);
}

TEST_F(LedgerAuditTest, AnotherKeyHasNotSignedIt) {
  PublishOk();
  const Signer other = Signer::Generate("town.example/hours", SignatureType::kEd25519).value();
  EXPECT_EQ(FailureOf(TryAudit(other.verifier())), Failure::kUnsound);
  EXPECT_EQ(report_.finding.kind, FindingKind::kSignature);
}

TEST_F(LedgerAuditTest, ADamagedMemoryOfTheCheckpointIsFound) {
  PublishOk();
  WriteContents(temp_ / "ledger/published", "nonsense");
  EXPECT_EQ(FailureOf(TryAudit()), Failure::kUnsound);
  EXPECT_EQ(report_.finding.kind, FindingKind::kSignature);
}

TEST_F(LedgerAuditTest, ALedgerBehindItsCheckpointIsFound) {
  PublishOk();
  ASSERT_TRUE(ledger_->Backup(temp_ / "backup").ok());
  SendOk(*ledger_, {Service(700, 0)});
  PublishOk();
  const std::string newer = Contents(temp_ / "ledger/published");
  ledger_.reset();
  WriteContents(temp_ / "backup/published", newer);
  ledger_ = OpenTown(temp_ / "backup");
  EXPECT_EQ(FailureOf(TryAudit()), Failure::kUnsound);
  EXPECT_EQ(report_.finding.kind, FindingKind::kMissing);
}

TEST_F(LedgerAuditTest, AnotherHistoryThanWasSeenIsFound) {
  ASSERT_TRUE(ledger_->Backup(temp_ / "other").ok());
  SendOk(*ledger_, {Service(700, 0)});
  PublishOk();
  ASSERT_TRUE(TryAudit().ok());
  ledger_.reset();
  ledger_ = OpenTown(temp_ / "other");
  SendOk(*ledger_, {Service(701, 0)});
  ASSERT_TRUE(Publish(*ledger_, signer_, temp_ / "other-site", Always).ok());
  EXPECT_EQ(FailureOf(TryAudit()), Failure::kUnsound);
  EXPECT_EQ(report_.finding.kind, FindingKind::kForked);
}

}  // namespace
}  // namespace hourbook
