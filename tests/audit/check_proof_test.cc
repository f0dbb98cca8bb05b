#include "ledger/audit/check_proof.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "ledger/base/error.h"
#include "tests/audit/changed_texts.h"
#include "tests/audit/plain_log.h"

namespace hourbook {
namespace {

constexpr char kOrigin[] = "town.example/hours";

Signer NewKey(absl::string_view name = kOrigin) {
  return Signer::Generate(name, SignatureType::kEd25519).value();
}

// Every node of the tree over these leaves, as RFC 6962 splits it.
void AddNodes(Leaves leaves, std::vector<Hash>& nodes) {
  nodes.push_back(PlainRoot(leaves));
  if (leaves.size() < 2) return;
  AddNodes(leaves.first(SplitPoint(leaves.size())), nodes);
  AddNodes(leaves.subspan(SplitPoint(leaves.size())), nodes);
}

// Tells of the hashes with one changed, dropped or doubled, two swapped, one put behind, and each
// replaced by each of the others given.
template <class Tell>
void ForEachForgery(const std::vector<Hash>& hashes, const std::vector<Hash>& others, Tell tell) {
  for (size_t i = 0; i < hashes.size(); ++i) {
    std::vector<Hash> forged = hashes;
    forged[i][31] ^= 1;
    tell(forged);
    forged = hashes;
    forged.erase(forged.begin() + static_cast<ptrdiff_t>(i));
    tell(forged);
    forged = hashes;
    forged.insert(forged.begin() + static_cast<ptrdiff_t>(i), hashes[i]);
    tell(forged);
    for (size_t j = 0; j < i; ++j) {
      forged = hashes;
      std::swap(forged[i], forged[j]);
      tell(forged);
    }
    for (const Hash& other : others) {
      if (other == hashes[i]) continue;
      forged = hashes;
      forged[i] = other;
      tell(forged);
    }
  }
  std::vector<Hash> longer = hashes;
  longer.push_back(Hash{});
  tell(longer);
}

class CheckProofTest : public testing::Test {
 protected:
  const Verifier& key() const { return signer_.verifier(); }

  static bool IsUnsound(const absl::Status& status) {
    return !status.ok() && FailureOf(status) == Failure::kUnsound && !status.message().empty();
  }

  bool Refuses(const Proof& proof, const std::optional<Hash>& leaf = std::nullopt) const {
    return IsUnsound(CheckInclusion(FormatProof(proof), key(), leaf).status());
  }

  bool Refuses(const AddCheckpoint& request, absl::string_view old_note) const {
    return IsUnsound(CheckConsistency(FormatAddCheckpoint(request), key(), old_note).status());
  }

  const Signer signer_ = NewKey();
  const PlainLog log_{signer_, 20};
};

TEST_F(CheckProofTest, EveryEntryIsProvenInEveryTree) {
  for (uint64_t size = 1; size <= log_.size(); ++size) {
    for (uint64_t i = 0; i < size; ++i) {
      const std::string proof = FormatProof(log_.Inclusion(i, size));
      const auto checked = CheckInclusion(proof, key(), std::nullopt);
      ASSERT_TRUE(checked.ok()) << i << " of " << size << checked.status();
      EXPECT_EQ(checked->index, i);
      EXPECT_EQ(checked->entry->amount, i);
      EXPECT_EQ(checked->checkpoint.size, size);
      EXPECT_EQ(checked->checkpoint.root, PlainRoot(log_.First(size)));
      const auto by_leaf = CheckInclusion(proof, key(), log_.leaf(i));
      ASSERT_TRUE(by_leaf.ok()) << by_leaf.status();
      EXPECT_FALSE(by_leaf->entry.has_value());
      EXPECT_TRUE(IsUnsound(CheckInclusion(proof, key(), log_.leaf((i + 1) % 20)).status()));
    }
  }
}

TEST_F(CheckProofTest, EveryTreeGrowsOutOfEveryOneBefore) {
  for (uint64_t size = 0; size <= log_.size(); ++size) {
    for (uint64_t from = 0; from <= size; ++from) {
      const std::string request = FormatAddCheckpoint(log_.Consistency(from, size));
      const Hash old_root = PlainRoot(log_.First(from));
      const auto checked = CheckConsistency(request, key(), old_root);
      ASSERT_TRUE(checked.ok()) << from << " to " << size << checked.status();
      EXPECT_EQ(checked->old_checkpoint.size, from);
      EXPECT_EQ(checked->old_checkpoint.root, old_root);
      EXPECT_EQ(checked->new_checkpoint.size, size);
      EXPECT_TRUE(CheckConsistency(request, key(), log_.Note(from)).ok());
      EXPECT_TRUE(IsUnsound(CheckConsistency(request, key(), Hash{1}).status()));
    }
  }
}

TEST_F(CheckProofTest, OnlyFromSizeZeroIsNoRootNeeded) {
  EXPECT_TRUE(
      CheckConsistency(FormatAddCheckpoint(log_.Consistency(0, 5)), key(), std::nullopt).ok());
  const absl::Status status =
      CheckConsistency(FormatAddCheckpoint(log_.Consistency(1, 5)), key(), std::nullopt).status();
  EXPECT_EQ(FailureOf(status), Failure::kInvalidArgument);
  AddCheckpoint with_hashes = log_.Consistency(0, 5);
  with_hashes.hashes = {Hash{}};
  EXPECT_TRUE(
      IsUnsound(CheckConsistency(FormatAddCheckpoint(with_hashes), key(), std::nullopt).status()));
}

TEST_F(CheckProofTest, TheEmptyTreeHasOneRoot) {
  const std::string text = FormatCheckpoint({.origin = kOrigin, .size = 0, .root = Hash{}});
  const AddCheckpoint request{.old_size = 0,
                              .hashes = {},
                              .checkpoint = FormatNote(
                                  {.text = text, .signatures = {signer_.Sign(text)}})};
  EXPECT_TRUE(
      IsUnsound(CheckConsistency(FormatAddCheckpoint(request), key(), std::nullopt).status()));
}

TEST_F(CheckProofTest, EveryChangeOfACheckpointIsRefused) {
  const std::string note = log_.Note(13);
  ASSERT_TRUE(CheckCheckpoint(note, key()).ok());
  ForEachChange(note, [&](const std::string& changed, size_t at) {
    EXPECT_TRUE(IsUnsound(CheckCheckpoint(changed, key()).status())) << at << "\n" << changed;
  });
  ForEachPrefix(note, [&](const std::string& prefix) {
    EXPECT_TRUE(IsUnsound(CheckCheckpoint(prefix, key()).status())) << prefix;
  });
}

// Whoever does not know a key cannot tell its signatures from others, and passes over them.
TEST_F(CheckProofTest, ChangesInSignaturesOfUnknownKeysMeanNothing) {
  const Signer stranger = NewKey("stranger.example");
  Note note = ParseNote(log_.Note(13)).value();
  note.signatures.push_back(stranger.Sign(note.text));
  const std::string text = FormatNote(note);
  const size_t stranger_from = text.rfind("\u2014");
  const Checkpoint signed_one = CheckCheckpoint(text, key()).value();
  size_t passed_over = 0;
  ForEachChange(text, [&](const std::string& changed, size_t at) {
    const auto checked = CheckCheckpoint(changed, key());
    if (at < stranger_from) {
      EXPECT_TRUE(IsUnsound(checked.status())) << at << "\n" << changed;
    } else if (checked.ok()) {
      EXPECT_EQ(*checked, signed_one);
      ++passed_over;
    }
  });
  EXPECT_GT(passed_over, 100u);
}

TEST_F(CheckProofTest, EveryChangeOfAnInclusionProofIsRefused) {
  const std::string proof = FormatProof(log_.Inclusion(11, 13));
  ForEachChange(proof, [&](const std::string& changed, size_t at) {
    EXPECT_TRUE(IsUnsound(CheckInclusion(changed, key(), std::nullopt).status()))
        << at << "\n" << changed;
  });
  ForEachPrefix(proof, [&](const std::string& prefix) {
    EXPECT_TRUE(IsUnsound(CheckInclusion(prefix, key(), std::nullopt).status())) << prefix;
  });
}

// The extra data is whatever comes with a proof: where a leaf hash says what is proven, only that
// it is base64 matters.
TEST_F(CheckProofTest, BesideALeafHashTheExtraDataMeansNothing) {
  const std::string proof = FormatProof(log_.Inclusion(11, 13));
  const size_t from = proof.find("extra ") + 6;
  const size_t until = proof.find('\n', from);
  size_t passed_over = 0;
  ForEachChange(proof, [&](const std::string& changed, size_t at) {
    const auto checked = CheckInclusion(changed, key(), log_.leaf(11));
    if (at < from || at >= until) {
      EXPECT_TRUE(IsUnsound(checked.status())) << at << "\n" << changed;
    } else if (checked.ok()) {
      EXPECT_EQ(checked->index, 11u);
      EXPECT_EQ(checked->checkpoint.size, 13u);
      ++passed_over;
    }
  });
  EXPECT_GT(passed_over, 100u);
}

TEST_F(CheckProofTest, EveryChangeOfAConsistencyProofIsRefused) {
  const std::string old_note = log_.Note(6);
  const std::string request = FormatAddCheckpoint(log_.Consistency(6, 13));
  const auto refused = [&](const std::string& changed) {
    return IsUnsound(CheckConsistency(changed, key(), old_note).status());
  };
  ForEachChange(request, [&](const std::string& changed, size_t at) {
    EXPECT_TRUE(refused(changed)) << at << "\n" << changed;
  });
  ForEachPrefix(request,
                [&](const std::string& prefix) { EXPECT_TRUE(refused(prefix)) << prefix; });
  ForEachChange(old_note, [&](const std::string& changed, size_t at) {
    EXPECT_TRUE(IsUnsound(CheckConsistency(request, key(), changed).status())) << at;
  });
}

TEST_F(CheckProofTest, ForgedHashesOfInclusionProofsAreRefused) {
  for (const uint64_t size : {1, 2, 3, 7, 8, 13, 20}) {
    std::vector<Hash> nodes;
    AddNodes(log_.First(size), nodes);
    for (uint64_t i = 0; i < size; ++i) {
      Proof proof = log_.Inclusion(i, size);
      const std::vector<Hash> hashes = proof.hashes;
      ForEachForgery(hashes, nodes, [&](const std::vector<Hash>& forged) {
        proof.hashes = forged;
        EXPECT_TRUE(Refuses(proof)) << i << " of " << size;
      });
    }
  }
}

TEST_F(CheckProofTest, ForgedHashesOfConsistencyProofsAreRefused) {
  for (const uint64_t size : {2, 7, 8, 13, 20}) {
    std::vector<Hash> nodes;
    AddNodes(log_.First(size), nodes);
    for (uint64_t from = 1; from <= size; ++from) {
      const std::string old_note = log_.Note(from);
      AddCheckpoint request = log_.Consistency(from, size);
      const std::vector<Hash> hashes = request.hashes;
      ForEachForgery(hashes, nodes, [&](const std::vector<Hash>& forged) {
        request.hashes = forged;
        EXPECT_TRUE(Refuses(request, old_note)) << from << " to " << size;
      });
    }
  }
}

// Two logs under one key that are the same up to an index: whoever has seen one cannot be shown the
// other as what it grew into, with honest hashes or with the other's.
TEST_F(CheckProofTest, AForkAtAnyIndexIsFound) {
  constexpr uint64_t kSize = 13;
  for (uint64_t fork = 0; fork < kSize; ++fork) {
    const PlainLog forked(signer_, kSize, fork);
    for (uint64_t from = 1; from <= kSize; ++from) {
      AddCheckpoint request = forked.Consistency(from, kSize);
      EXPECT_EQ(Refuses(request, log_.Note(from)), fork < from) << fork << " from " << from;
      request.hashes = log_.Consistency(from, kSize).hashes;
      EXPECT_TRUE(Refuses(request, log_.Note(from))) << fork << " from " << from;
    }
    for (uint64_t i = 0; i < kSize; ++i) {
      Proof proof = log_.Inclusion(i, kSize);
      proof.checkpoint = forked.Note(kSize);
      EXPECT_TRUE(Refuses(proof)) << fork << " at " << i;
      proof = forked.Inclusion(i, kSize);
      EXPECT_EQ(Refuses(proof, log_.leaf(i)), i >= fork) << fork << " at " << i;
    }
  }
}

TEST_F(CheckProofTest, AnotherKeyOfTheSameNameSignsNothing) {
  const Verifier other = NewKey().verifier();
  const Verifier elsewhere{
      .name = "elsewhere.example", .type = key().type, .public_key = key().public_key};
  for (const Verifier& wrong : {other, elsewhere}) {
    EXPECT_TRUE(IsUnsound(CheckCheckpoint(log_.Note(5), wrong).status()));
    EXPECT_TRUE(IsUnsound(
        CheckInclusion(FormatProof(log_.Inclusion(2, 5)), wrong, std::nullopt).status()));
    EXPECT_TRUE(IsUnsound(
        CheckConsistency(FormatAddCheckpoint(log_.Consistency(2, 5)), wrong, log_.Note(2))
            .status()));
  }
  const Signer another = NewKey();
  const PlainLog theirs(another, 5);
  EXPECT_TRUE(Refuses(log_.Consistency(2, 5), theirs.Note(2))) << "the old note's signature";
}

TEST_F(CheckProofTest, TheOldCheckpointMustBeTheOneThatTheProofGoesOnFrom) {
  const absl::Status status =
      CheckConsistency(FormatAddCheckpoint(log_.Consistency(6, 13)), key(), log_.Note(7)).status();
  EXPECT_TRUE(IsUnsound(status));
  EXPECT_TRUE(absl::StrContains(status.message(), "from size 6")) << status;
  EXPECT_TRUE(absl::StrContains(status.message(), "of size 7")) << status;
}

TEST_F(CheckProofTest, AnEntryMustBeOneAndSayWhereItIs) {
  PlainLog log(signer_, 3);
  Entry elsewhere{};
  elsewhere.id[0] = 1;
  elsewhere.index = 2;
  elsewhere.kind = static_cast<uint16_t>(Kind::kService);
  log.Add(EntryBytes(elsewhere));
  const std::array<uint8_t, kEntrySize> nothing{};
  log.Add(nothing);
  log.Add(Bytes(nothing).first(10));
  const auto check = [&](uint64_t index) {
    return CheckInclusion(FormatProof(log.Inclusion(index, log.size())), key(), std::nullopt)
        .status();
  };
  EXPECT_TRUE(check(2).ok()) << check(2);
  EXPECT_TRUE(absl::StrContains(check(3).message(), "says that its index is 2")) << check(3);
  EXPECT_TRUE(absl::StrContains(check(4).message(), "is no entry")) << check(4);
  EXPECT_TRUE(absl::StrContains(check(5).message(), "has 42 bytes, not 224")) << check(5);
  for (const uint64_t index : {3, 4, 5}) EXPECT_TRUE(IsUnsound(check(index)));
  Proof bare = log.Inclusion(0, 5);
  bare.extra.clear();
  EXPECT_TRUE(Refuses(bare));
  EXPECT_FALSE(Refuses(bare, log.leaf(0)));
}

TEST_F(CheckProofTest, RefusesWhateverElseItIsGiven) {
  const std::string texts[] = {"",
                               "\n\n",
                               std::string(1'000, '\0'),
                               std::string(1'000, '\xff'),
                               std::string(3'000'000, 'a'),
                               std::string(3'000'000, '\n'),
                               "c2sp.org/tlog-proof@v1\nindex 0\n\n" + std::string(1'100'000, 'x'),
                               "old 0\n\n" + std::string(1'000'000, '\n'),
                               "old 9223372036854775807\n\n" + log_.Note(3)};
  for (const std::string& text : texts) {
    EXPECT_TRUE(IsUnsound(CheckCheckpoint(text, key()).status())) << text.substr(0, 100);
    EXPECT_TRUE(IsUnsound(CheckInclusion(text, key(), std::nullopt).status()))
        << text.substr(0, 100);
    EXPECT_TRUE(IsUnsound(CheckConsistency(text, key(), Hash{}).status())) << text.substr(0, 100);
  }
}

}  // namespace
}  // namespace hourbook
