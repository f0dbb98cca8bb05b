#include "ledger/base/hash_map.h"

#include <cstdint>
#include <map>
#include <new>
#include <random>

#include "gtest/gtest.h"
#include "tests/calls/allocations.h"

namespace hourbook {
namespace {

template <class Map>
std::map<uint64_t, uint64_t> ContentsOf(const Map& map) {
  return {map.begin(), map.end()};
}

TEST(HashMapTest, IsAsAPlainMap) {
  std::mt19937_64 random(1);
  HashMap<uint64_t, uint64_t> map;
  std::map<uint64_t, uint64_t> plain;
  for (uint64_t i = 0; i < 20'000; ++i) {
    const uint64_t key = random() % 500;
    if (random() % 3 == 0) {
      EXPECT_EQ(map.erase(key), plain.erase(key));
    } else {
      EXPECT_EQ(map.emplace(key, i).second, plain.emplace(key, i).second);
    }
    if (random() % 5'000 == 0) {
      map.clear();
      plain.clear();
    }
    ASSERT_EQ(map.size(), plain.size());
    ASSERT_EQ(map.contains(key), plain.count(key) == 1);
  }
  EXPECT_EQ(ContentsOf(map), plain);
  HashMap<uint64_t, uint64_t> moved = std::move(map);
  EXPECT_EQ(ContentsOf(moved), plain);
}

// As it was, after every allocation that it was refused.
TEST(HashMapTest, IsAsItWasWhereMemoryEnds) {
  HashMap<uint64_t, uint64_t> map;
  HashSet<uint64_t> set;
  uint64_t refused = 0;
  for (uint64_t key = 0; key < 3'000; ++key) {
    FailAllocations(1, 1);
    try {
      map[key] = key;
    } catch (const std::bad_alloc&) {
      ++refused;
    }
    FailAllocations(1, 1);
    try {
      set.emplace(key);
    } catch (const std::bad_alloc&) {
      ++refused;
    }
    FailAllocations(0, 0);
    ASSERT_EQ(map.contains(key), map.size() == key + 1);
    ASSERT_TRUE(key == 0 || map.contains(key - 1));
    if (!map.contains(key)) map[key] = key;
    if (!set.contains(key)) set.emplace(key);
    ASSERT_EQ(map.size(), key + 1);
    ASSERT_EQ(set.size(), key + 1);
  }
  EXPECT_GE(refused, 10u);
}

}  // namespace
}  // namespace hourbook
