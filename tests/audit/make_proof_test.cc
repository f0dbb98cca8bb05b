#include "ledger/audit/make_proof.h"

#include "absl/strings/match.h"
#include "gtest/gtest.h"
#include "ledger/audit/check_proof.h"
#include "ledger/base/error.h"
#include "ledger/chain/signer.h"
#include "ledger/format/checkpoint.h"
#include "ledger/format/note.h"
#include "tests/engine/town.h"

namespace hourbook {
namespace {

class MakeProofTest : public testing::Test {
 protected:
  // More than one tile.
  static constexpr uint64_t kSize = 300;

  MakeProofTest() {
    ledger_ = CreateTown(temp_ / "ledger");
    std::vector<Entry> entries = Founding(4);
    while (entries.size() + 1 < kSize) entries.push_back(Service(entries.size(), 0));
    SendOk(*ledger_, entries);
    snapshot_ = SnapshotOf(*ledger_);
  }

  const Verifier& key() const { return signer_.verifier(); }

  std::string Sign(const Checkpoint& checkpoint) const {
    const std::string text = FormatCheckpoint(checkpoint);
    return FormatNote({.text = text, .signatures = {signer_.Sign(text)}});
  }

  std::string NoteAt(uint64_t size) const {
    return Sign({.origin = key().name, .size = size, .root = snapshot_->RootAt(size).value()});
  }

  Failure FailureOfBoth(const std::string& note) const {
    const absl::Status inclusion = MakeInclusionProof(*snapshot_, 2, note).status();
    const absl::Status consistency = MakeConsistencyProof(*snapshot_, 2, note).status();
    EXPECT_FALSE(inclusion.ok() || consistency.ok());
    EXPECT_EQ(FailureOf(inclusion), FailureOf(consistency)) << inclusion << consistency;
    return FailureOf(inclusion);
  }

  TempDir temp_;
  const Signer signer_ =
      Signer::Generate("town.example/hours", SignatureType::kEd25519).value();
  std::unique_ptr<Ledger> ledger_;
  std::unique_ptr<Snapshot> snapshot_;
};

TEST_F(MakeProofTest, EveryEntryIsProvenByEveryCheckpointThatCoversIt) {
  for (const uint64_t size : {1, 2, 13, 255, 256, 257, 300}) {
    const std::string note = NoteAt(size);
    for (uint64_t i = 0; i < size; ++i) {
      const auto proof = MakeInclusionProof(*snapshot_, i, note);
      ASSERT_TRUE(proof.ok()) << i << " of " << size << proof.status();
      const auto checked = CheckInclusion(*proof, key(), std::nullopt);
      ASSERT_TRUE(checked.ok()) << i << " of " << size << checked.status();
      EXPECT_EQ(*checked->entry, snapshot_->At(i)->entry);
      EXPECT_EQ(checked->index, i);
      EXPECT_TRUE(absl::EndsWith(*proof, note)) << "the note is verbatim";
    }
    EXPECT_EQ(FailureOf(MakeInclusionProof(*snapshot_, size, note).status()), Failure::kNotFound);
  }
}

TEST_F(MakeProofTest, EveryCheckpointGrowsOutOfEveryOneBefore) {
  for (const uint64_t size : {1, 2, 13, 255, 256, 257, 300}) {
    const std::string note = NoteAt(size);
    for (uint64_t from = 0; from <= size; ++from) {
      const auto request = MakeConsistencyProof(*snapshot_, from, note);
      ASSERT_TRUE(request.ok()) << from << " to " << size << request.status();
      const auto checked = CheckConsistency(*request, key(), NoteAt(from));
      ASSERT_TRUE(checked.ok()) << from << " to " << size << checked.status();
      EXPECT_EQ(checked->old_checkpoint.size, from);
      EXPECT_EQ(checked->new_checkpoint.size, size);
    }
    EXPECT_EQ(FailureOf(MakeConsistencyProof(*snapshot_, size + 1, note).status()),
              Failure::kNotFound);
  }
}

TEST_F(MakeProofTest, NothingIsProvenByWhatTheLedgerDoesNotHold) {
  const Hash root = snapshot_->root();
  EXPECT_EQ(FailureOfBoth(Sign({.origin = key().name, .size = kSize + 1, .root = root})),
            Failure::kBehind);
  EXPECT_EQ(FailureOfBoth(Sign({.origin = key().name, .size = kSize - 1, .root = root})),
            Failure::kBehind);
  EXPECT_EQ(FailureOfBoth(Sign({.origin = key().name, .size = kSize, .root = Hash{}})),
            Failure::kBehind);
  EXPECT_EQ(FailureOfBoth(Sign({.origin = "elsewhere.example", .size = kSize, .root = root})),
            Failure::kUnsound);
}

TEST_F(MakeProofTest, NothingIsProvenByWhatIsNoCheckpoint) {
  const std::string text = key().name + "\n12\nno root\n";
  for (const std::string& note :
       {std::string(), std::string("hello\n"), FormatCheckpoint({key().name, 5, Hash{}}),
        FormatNote({.text = text, .signatures = {signer_.Sign(text)}}),
        std::string(2'000'000, 'x')}) {
    EXPECT_EQ(FailureOfBoth(note), Failure::kUnsound) << note.substr(0, 100);
  }
}

}  // namespace
}  // namespace hourbook
