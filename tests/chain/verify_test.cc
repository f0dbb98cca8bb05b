#include "ledger/chain/verify.h"

#include <functional>
#include <vector>

#include "gtest/gtest.h"
#include "tests/chain/plain_tree.h"
#include "tests/chain/rfc6962_8leaf.h"

namespace hourbook {
namespace {

constexpr size_t kLargest = 33;  // one past a power of two, so that every shape occurs

using Proof = std::vector<Hash>;

Hash FromHex(const char* hex) {
  Hash hash{};
  EXPECT_TRUE(HexDecode(hex, hash.data(), hash.size()));
  return hash;
}

Proof FromHex(const std::vector<const char*>& hexes) {
  Proof proof;
  for (const char* hex : hexes) proof.push_back(FromHex(hex));
  return proof;
}

Hash Flipped(Hash hash) {
  hash[13] ^= 0x10;
  return hash;
}

// Every way to spoil a proof by one step: a node changed, dropped, repeated, swapped, or added.
void ForEachDamage(const Proof& proof, const std::function<void(const Proof&)>& refuses) {
  for (size_t i = 0; i < proof.size(); ++i) {
    Proof changed = proof;
    changed[i] = Flipped(changed[i]);
    refuses(changed);
    Proof dropped = proof;
    dropped.erase(dropped.begin() + static_cast<ptrdiff_t>(i));
    refuses(dropped);
    Proof repeated = proof;
    repeated.insert(repeated.begin() + static_cast<ptrdiff_t>(i), proof[i]);
    refuses(repeated);
    if (i == 0) continue;
    Proof swapped = proof;
    std::swap(swapped[i - 1], swapped[i]);
    refuses(swapped);
  }
  Proof longer = proof;
  longer.emplace_back();
  refuses(longer);
}

TEST(VerifyInclusionTest, PublicTreeOf8Leaves) {
  for (const auto& c : rfc6962_8leaf::kInclusion) {
    const absl::string_view hex = rfc6962_8leaf::kLeaves[c.index];
    std::vector<uint8_t> data(hex.size() / 2);
    ASSERT_TRUE(HexDecode(hex, data.data(), data.size()));
    EXPECT_TRUE(VerifyInclusion(c.index, c.size, LeafHash(data),
                                FromHex(rfc6962_8leaf::kRoots[c.size]), FromHex(c.proof))
                    .ok())
        << c.index << " of " << c.size;
  }
}

TEST(VerifyInclusionTest, EveryLeafOfEveryTreeAndNoOther) {
  const std::vector<Hash> all = SomeLeaves(kLargest);
  for (size_t size = 1; size <= kLargest; ++size) {
    const Leaves leaves = Leaves(all).first(size);
    const Hash root = PlainRoot(leaves);
    for (size_t index = 0; index < size; ++index) {
      const Proof proof = PlainPath(index, leaves);
      ASSERT_TRUE(VerifyInclusion(index, size, leaves[index], root, proof).ok());
      EXPECT_FALSE(VerifyInclusion(index, size, Flipped(leaves[index]), root, proof).ok());
      EXPECT_FALSE(VerifyInclusion(index, size, leaves[index], Flipped(root), proof).ok());
      for (size_t other = 0; other <= size; ++other) {
        if (other == index) continue;
        EXPECT_FALSE(VerifyInclusion(other, size, leaves[index], root, proof).ok())
            << other << " for " << index << " of " << size;
      }
      ForEachDamage(proof, [&](const Proof& damaged) {
        EXPECT_FALSE(VerifyInclusion(index, size, leaves[index], root, damaged).ok());
      });
    }
  }
}

TEST(VerifyInclusionTest, TheLargestSizesAreRefusedAndNotOverrun) {
  const Proof proof(200);
  EXPECT_FALSE(VerifyInclusion(UINT64_MAX - 1, UINT64_MAX, Hash{}, Hash{}, proof).ok());
  EXPECT_FALSE(VerifyInclusion(UINT64_MAX, UINT64_MAX, Hash{}, Hash{}, proof).ok());
  EXPECT_FALSE(VerifyInclusion(0, 0, Hash{}, Hash{}, {}).ok());
}

TEST(VerifyConsistencyTest, PublicTreeOf8Leaves) {
  for (const auto& c : rfc6962_8leaf::kConsistency) {
    EXPECT_TRUE(VerifyConsistency(c.old_size, c.new_size,
                                  FromHex(rfc6962_8leaf::kRoots[c.old_size]),
                                  FromHex(rfc6962_8leaf::kRoots[c.new_size]), FromHex(c.proof))
                    .ok())
        << c.old_size << " to " << c.new_size;
  }
}

TEST(VerifyConsistencyTest, EveryPairOfSizesAndNoFork) {
  const std::vector<Hash> all = SomeLeaves(kLargest);
  for (size_t size = 1; size <= kLargest; ++size) {
    const Leaves leaves = Leaves(all).first(size);
    const Hash root = PlainRoot(leaves);
    for (size_t old_size = 1; old_size <= size; ++old_size) {
      const Hash old_root = PlainRoot(leaves.first(old_size));
      const Proof proof = PlainProof(old_size, leaves);
      ASSERT_TRUE(VerifyConsistency(old_size, size, old_root, root, proof).ok())
          << old_size << " to " << size;
      EXPECT_FALSE(VerifyConsistency(old_size, size, Flipped(old_root), root, proof).ok());
      EXPECT_FALSE(VerifyConsistency(old_size, size, old_root, Flipped(root), proof).ok());
      ForEachDamage(proof, [&](const Proof& damaged) {
        EXPECT_FALSE(VerifyConsistency(old_size, size, old_root, root, damaged).ok());
      });
    }
  }
}

TEST(VerifyConsistencyTest, SizesThatMakeNoSense) {
  const Hash root = SomeLeaves(1)[0];
  EXPECT_FALSE(VerifyConsistency(0, 1, EmptyRoot(), root, {}).ok());
  EXPECT_FALSE(VerifyConsistency(2, 1, root, root, {}).ok());
  EXPECT_FALSE(VerifyConsistency(UINT64_MAX, UINT64_MAX - 1, root, root, {}).ok());
  EXPECT_FALSE(VerifyConsistency(UINT64_MAX - 1, UINT64_MAX, root, root, Proof(200)).ok());
}

}  // namespace
}  // namespace hourbook
