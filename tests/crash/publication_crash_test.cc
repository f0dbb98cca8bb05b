// The power fails at every call that publishing a ledger makes.
#include <sys/stat.h>

#include "absl/strings/str_cat.h"
#include "ledger/audit/auditor.h"
#include "ledger/audit/publisher.h"
#include "tests/audit/full_audit.h"
#include "tests/base/always.h"
#include "tests/crash/explore.h"
#include "tests/engine/town.h"

namespace hourbook::crash {
namespace {

class PublicationCrashTest : public testing::Test {
 protected:
  PublicationCrashTest() : signer_(Signer::Generate("town.example/hours", SignatureType::kEd25519).value()) {}

  static LedgerOptions Options() {
    LedgerOptions options = TownOptions();
    options.map_size = uint64_t{1} << 24;
    return options;
  }

  std::string disk() const { return temp_ / "disk"; }
  std::string path() const { return disk() + "/ledger"; }
  std::string site() const { return disk() + "/site"; }

  // A ledger that is published at each of these sizes, into a directory beside it.
  std::vector<Op> PublishAt(const std::vector<uint64_t>& sizes) {
    EXPECT_EQ(::mkdir(disk().c_str(), 0755), 0);
    Recording recording(disk());
    const auto ledger = CreateTown(path(), Options());
    SendOk(*ledger, Founding(4));
    for (const uint64_t size : sizes) {
      std::vector<Entry> services;
      for (uint64_t i = SnapshotOf(*ledger)->size(); i < size; ++i) services.push_back(Service(i, i % 4));
      SendOk(*ledger, services);
      const auto published = Publish(*ledger, signer_, site(), Always);
      EXPECT_TRUE(published.ok()) << published.status();
      recording.Promise(size);
    }
    return recording.Take();
  }

  // The size of a publication in which an auditor finds nothing wrong.
  absl::StatusOr<uint64_t> Audited() const {
    AuditReport report;
    absl::Status audited =
        Audit(PublishedDirectory(site()), FullAudit(signer_.verifier()), Always, report);
    if (!audited.ok()) return absl::DataLossError(absl::StrCat(audited.message(), " ", report.finding.what));
    return report.checkpoint.size;
  }

  // What was published is whole, or what was about to be; and publishing goes on from there.
  absl::Status CheckPublished(uint64_t promised) const {
    if (promised > 0) {
      const absl::StatusOr<uint64_t> size = Audited();
      if (!size.ok()) return size.status();
      if (*size < promised) return absl::DataLossError(absl::StrCat("only ", *size, " are published"));
    }
    const auto ledger = Ledger::Open(path(), Options());
    if (!ledger.ok()) return promised == 0 ? absl::OkStatus() : ledger.status();
    const absl::StatusOr<Checkpoint> again = Publish(**ledger, signer_, site(), Always);
    if (!again.ok()) return again.status();
    const absl::StatusOr<uint64_t> size = Audited();
    if (!size.ok()) return size.status();
    return *size == again->size ? absl::OkStatus() : absl::DataLossError("another size is published");
  }

  Explored Explore(const std::vector<Op>& ops, bool ends_at_unsound = false) const {
    const Effort effort = Given({.seed = 6, .mixtures = 4, .most_alone = 4, .ends_at_unsound = ends_at_unsound});
    return crash::Explore(ops, disk(), effort,
                          [this](uint64_t promised) { return CheckPublished(promised); });
  }

  TempDir temp_{TempDir::MemoryBase()};
  Signer signer_;
};

TEST_F(PublicationCrashTest, TheOldOrTheNewIsWholeAndPublishingGoesOn) {
  const Explored explored = Explore(PublishAt({200, 255, 520}));
  EXPECT_EQ(explored.unsound, 0) << explored.first;
  EXPECT_GT(explored.states, 400);
}

// That what is looked at would show a loss.
TEST_F(PublicationCrashTest, WithoutAnyOneKindOfSyncThereAreLosses) {
  const std::vector<Op> ops = PublishAt({200, 255, 520});
  for (const Op::Kind left_out : {Op::Kind::kSync, Op::Kind::kSyncDirectory, Op::Kind::kSyncAll}) {
    EXPECT_GT(Explore(Without(left_out, ops), true).unsound, 0);
  }
}

}  // namespace
}  // namespace hourbook::crash
