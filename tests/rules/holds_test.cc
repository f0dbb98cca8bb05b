#include "ledger/rules/holds.h"

#include <algorithm>
#include <map>
#include <random>

#include "gtest/gtest.h"
#include "tests/calls/refuse_each.h"

namespace hourbook {
namespace {

Hold HoldOf(uint64_t index, int64_t deadline) {
  return {.index = index, .deadline = deadline, .amount = index * 10, .debit = 0, .credit = 1};
}

TEST(HoldsTest, TheFirstDueLapsesFirst) {
  Holds holds;
  holds.Open(HoldOf(1, kNoDeadline));
  holds.Open(HoldOf(2, 50));
  holds.Open(HoldOf(4, 30));
  holds.Open(HoldOf(3, 30));
  EXPECT_FALSE(holds.FirstDue(29).has_value());
  for (const uint64_t expected : {3, 4, 2}) {
    ASSERT_TRUE(holds.FirstDue(50).has_value());
    EXPECT_EQ(holds.FirstDue(50)->index, expected);
    holds.Close(expected);
  }
  EXPECT_FALSE(holds.FirstDue(kNoDeadline).has_value());
  EXPECT_EQ(holds.open(), 1u);
}

TEST(HoldsTest, SlotsAreUsedAgain) {
  Holds holds;
  for (uint64_t index = 1; index <= 1000; ++index) {
    holds.Open(HoldOf(index, kNoDeadline));
    if (index > 3) holds.Close(index - 3);
  }
  EXPECT_EQ(holds.open(), 3u);
  EXPECT_LE(holds.table().size(), 4u);
}

TEST(HoldsTest, NothingIsKeptWhereMemoryEnds) {
  constexpr uint64_t kMany = 50;
  const Refusals refusals = RefuseEach([] {
    Holds holds;
    for (uint64_t index = 1; index <= kMany; ++index) holds.Open(HoldOf(index, static_cast<int64_t>(index)));
    for (uint64_t index = 1; index <= kMany; ++index) holds.Close(index);
  });
  EXPECT_EQ(refusals.kept, 0);
  EXPECT_GT(refusals.refused, 10u);
}

// The model is a map that is copied whole before each chain.
TEST(HoldsTest, AgreesWithAMapThroughRollBacks) {
  for (unsigned seed = 0; seed < 30; ++seed) {
    std::mt19937 random(seed);
    Holds holds;
    std::map<uint64_t, int64_t> model;
    uint64_t next = 1;
    const auto change = [&] {
      if (model.empty() || random() % 2 == 0) {
        const auto deadline = random() % 4 == 0 ? kNoDeadline : static_cast<int64_t>(random() % 50);
        holds.Open(HoldOf(next, deadline));
        model[next++] = deadline;
      } else {
        const auto victim = std::next(model.begin(), static_cast<int64_t>(random() % model.size()));
        holds.Close(victim->first);
        model.erase(victim);
      }
    };
    for (int step = 0; step < 200; ++step) {
      const auto before = model;
      const Holds::Mark mark = holds.Begin();
      for (int i = 0; i < 4; ++i) change();
      if (random() % 3 == 0) {
        holds.RollBack(mark);
        model = before;
      } else {
        holds.Keep(mark);
      }
      ASSERT_EQ(holds.open(), model.size()) << "seed " << seed;
      for (const auto& [index, deadline] : model) {
        ASSERT_TRUE(holds.Find(index).has_value()) << "seed " << seed;
        ASSERT_EQ(holds.Find(index)->deadline, deadline) << "seed " << seed;
      }
      const auto first =
          std::min_element(model.begin(), model.end(),
                           [](const auto& a, const auto& b) { return a.second < b.second; });
      const bool due = first != model.end() && first->second <= 25;
      ASSERT_EQ(holds.FirstDue(25).has_value(), due) << "seed " << seed;
      if (due) {
        ASSERT_EQ(holds.FirstDue(25)->index, first->first) << "seed " << seed;
      }
    }
  }
}

TEST(HoldsDeathTest, AHoldClosesOnce) {
  Holds holds;
  holds.Open(HoldOf(1, kNoDeadline));
  EXPECT_DEATH(holds.Open(HoldOf(1, kNoDeadline)), "holds once");
  holds.Close(1);
  EXPECT_DEATH(holds.Close(1), "only an open hold");
}

TEST(HoldsTest, WhatWasStoredIsTakenInOnce) {
  Holds holds;
  EXPECT_TRUE(holds.Restore(HoldOf(7, 30)));
  EXPECT_TRUE(holds.Restore(Hold{}));  // a slot that was free
  EXPECT_TRUE(holds.Restore(HoldOf(9, kNoDeadline)));
  EXPECT_FALSE(holds.Restore(HoldOf(7, 40)));
  EXPECT_EQ(holds.open(), 2u);
  EXPECT_EQ(holds.FirstDue(30)->index, 7u);
  holds.Open(HoldOf(11, 50));
  EXPECT_EQ(holds.table().size(), 3u);
  EXPECT_FALSE(holds.Find(8).has_value());
}

TEST(HoldsTest, RollBackBringsBackWhatWasHeld) {
  Holds holds;
  holds.Open(HoldOf(1, 30));
  holds.Open(HoldOf(2, kNoDeadline));
  holds.Close(2);
  const Holds::Mark mark = holds.Begin();
  holds.Close(1);
  holds.Open(HoldOf(3, 10));
  holds.RollBack(mark);
  EXPECT_EQ(holds.FirstDue(30)->index, 1u);
  EXPECT_FALSE(holds.Find(3).has_value());
  EXPECT_EQ(holds.open(), 1u);
}

}  // namespace
}  // namespace hourbook
