#include "ledger/base/id_index.h"

#include <cstring>
#include <map>
#include <random>
#include <vector>

#include "gtest/gtest.h"

namespace hourbook {
namespace {

Id MakeId(uint64_t number) {
  Id id{};
  std::memcpy(id.data(), &number, sizeof(number));
  id[15] = 1;
  return id;
}

uint32_t Find(const IdIndex& index, const std::vector<Id>& ids, const Id& id) {
  return index.Find(id, [&](uint32_t number) { return ids[number]; });
}

TEST(IdIndexTest, AnEmptyOneHasNothing) {
  IdIndex index;
  EXPECT_EQ(Find(index, {}, MakeId(1)), IdIndex::kNone);
  EXPECT_EQ(index.Guess(MakeId(1)), IdIndex::kNone);
  index.Prefetch(MakeId(1));
  EXPECT_EQ(index.size(), 0);
}

// Against a map, over sizes that grow and shrink; what is removed leaves the rest to be found, also where
// runs of cells pass the end and begin again at the front.
TEST(IdIndexTest, FindsJustWhatIsThere) {
  std::mt19937_64 random(17);
  for (int round = 0; round < 40; ++round) {
    IdIndex index;
    std::map<uint64_t, uint32_t> model;
    std::vector<Id> ids;
    const uint64_t keys = uint64_t{1} << (1 + random() % 12);
    for (uint64_t step = 0; step < 4 * keys; ++step) {
      const uint64_t key = random() % keys;
      const bool grows = random() % 8 < (step / keys % 2 == 0 ? 6 : 2);
      const auto present = model.find(key);
      if (present == model.end() && grows) {
        ids.push_back(MakeId(key));
        model[key] = static_cast<uint32_t>(ids.size() - 1);
        index.Add(MakeId(key), model[key]);
      } else if (present != model.end() && !grows) {
        index.Remove(MakeId(key), present->second);
        model.erase(present);
      }
      ASSERT_EQ(index.size(), model.size());
      const uint64_t asked = random() % keys;
      const auto found = model.find(asked);
      ASSERT_EQ(Find(index, ids, MakeId(asked)), found == model.end() ? IdIndex::kNone : found->second);
    }
    for (uint64_t key = 0; key < keys; ++key) {
      const auto found = model.find(key);
      ASSERT_EQ(Find(index, ids, MakeId(key)), found == model.end() ? IdIndex::kNone : found->second);
    }
  }
}

TEST(IdIndexTest, GuessesRightlyForNearlyAll) {
  constexpr uint32_t kIds = 100'000;
  IdIndex index;
  for (uint32_t i = 0; i < kIds; ++i) index.Add(MakeId(i), i);
  uint32_t right = 0, invented = 0;
  for (uint32_t i = 0; i < kIds; ++i) {
    right += index.Guess(MakeId(i)) == i;
    invented += index.Guess(MakeId(kIds + i)) != IdIndex::kNone;
  }
  EXPECT_GT(right, kIds - kIds / 100);
  EXPECT_LT(invented, kIds / 100);
}

// A tag is 32 bits: of so many ids some share one, and each still gets its own number.
TEST(IdIndexTest, IdsThatShareATagAreToldApart) {
  constexpr uint32_t kIds = 500'000;
  IdIndex index;
  std::vector<Id> ids;
  for (uint32_t i = 0; i < kIds; ++i) {
    ids.push_back(MakeId(i));
    index.Add(ids.back(), i);
  }
  uint32_t shared = 0;
  for (uint32_t i = 0; i < kIds; ++i) {
    ASSERT_EQ(Find(index, ids, ids[i]), i);
    shared += index.Guess(ids[i]) != i;
  }
  EXPECT_GT(shared, 0) << "else this shows nothing: about 29 are expected";
}

// As in a damaged log.
TEST(IdIndexTest, AnIdThatIsThereTwiceIsRemovedOneByOne) {
  IdIndex index;
  const std::vector<Id> ids(2, MakeId(7));
  index.Add(ids[0], 0);
  index.Add(ids[1], 1);
  EXPECT_NE(Find(index, ids, MakeId(7)), IdIndex::kNone);
  index.Remove(MakeId(7), 0);
  EXPECT_EQ(Find(index, ids, MakeId(7)), 1);
  index.Remove(MakeId(7), 1);
  EXPECT_EQ(Find(index, ids, MakeId(7)), IdIndex::kNone);
}

TEST(IdIndexTest, ClearForgetsAll) {
  IdIndex index;
  index.Add(MakeId(1), 0);
  index.Clear();
  EXPECT_EQ(index.size(), 0);
  EXPECT_EQ(index.Guess(MakeId(1)), IdIndex::kNone);
  index.Add(MakeId(1), 3);
  EXPECT_EQ(index.Guess(MakeId(1)), 3);
}

}  // namespace
}  // namespace hourbook
