#include "ledger/audit/seen.h"

#include "ledger/base/error.h"
#include "ledger/chain/hasher.h"
#include "ledger/chain/signer.h"
#include "tests/audit/forged_publication.h"
#include "tests/base/temp_dir.h"

namespace hourbook {
namespace {

class SeenTest : public testing::Test {
 protected:
  SeenTest() : signer_(Signer::Generate("town.example", SignatureType::kEd25519).value()) {}

  std::string NoteOf(const Checkpoint& checkpoint) const {
    const std::string text = FormatCheckpoint(checkpoint);
    return FormatNote({.text = text, .signatures = {signer_.Sign(text)}});
  }

  TempDir temp_;
  Signer signer_;
  const Checkpoint none_{.origin = "town.example", .size = 0, .root = EmptyRoot()};
  const Checkpoint one_{.origin = "town.example", .size = 10, .root = Sha256Of(Bytes())};
};

TEST_F(SeenTest, IsWhatWasRemembered) {
  const std::string path = temp_ / "deep/seen";
  EXPECT_EQ(ReadSeen(path, signer_.verifier()).value(), none_);
  ASSERT_TRUE(RememberSeen(path, signer_.verifier(), NoteOf(one_), none_).ok());
  EXPECT_EQ(ReadSeen(path, signer_.verifier()).value(), one_);
  EXPECT_EQ(ReadSeen("", signer_.verifier()).value(), none_);
  EXPECT_TRUE(RememberSeen("", signer_.verifier(), NoteOf(one_), none_).ok());
}

// Two audits at once, of two forks: the second to end was not held against the first's.
TEST_F(SeenTest, WhatAnotherAuditRememberedMeanwhileIsNotReplaced) {
  const std::string path = temp_ / "seen";
  Checkpoint fork = one_;
  fork.root[0] ^= 1;
  ++fork.size;
  ASSERT_TRUE(RememberSeen(path, signer_.verifier(), NoteOf(one_), none_).ok());
  const absl::Status refused = RememberSeen(path, signer_.verifier(), NoteOf(fork), none_);
  EXPECT_EQ(FailureOf(refused), Failure::kTimeout);
  EXPECT_EQ(Contents(path), NoteOf(one_));
}

}  // namespace
}  // namespace hourbook
