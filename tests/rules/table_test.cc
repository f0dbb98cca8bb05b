#include "ledger/rules/table.h"

#include <map>
#include <random>
#include <vector>

#include "gtest/gtest.h"

namespace hourbook {
namespace {

using IntTable = Table<int>;

std::vector<int> Contents(const IntTable& table) {
  std::vector<int> all;
  for (Slot slot = 0; slot < table.size(); ++slot) all.push_back(table[slot]);
  return all;
}

std::vector<int> ContentsAt(const IntTable& table, uint64_t view) {
  std::vector<int> all;
  for (Slot slot = 0; slot < table.At(view).size(); ++slot) all.push_back(table.At(view)[slot]);
  return all;
}

TEST(TableTest, RollBackUndoesChangesAndAppends) {
  IntTable table;
  table.Append(1);
  const IntTable::Mark mark = table.Begin();
  table.Mutate(0) = 2;
  table.Mutate(0) = 3;
  table.Mutate(table.Append(4)) = 5;
  table.RollBack(mark);
  EXPECT_EQ(Contents(table), std::vector<int>{1});
}

TEST(TableTest, MarksNest) {
  IntTable table;
  table.Append(1);
  const IntTable::Mark outer = table.Begin();
  table.Mutate(0) = 2;
  const IntTable::Mark inner = table.Begin();
  table.Mutate(0) = 3;
  table.Keep(inner);
  EXPECT_EQ(table[0], 3);
  table.RollBack(outer);
  EXPECT_EQ(table[0], 1);
}

TEST(TableTest, AViewAddedTwiceLivesUntilBothAreGone) {
  IntTable table;
  table.Append(1);
  table.AddView(10);
  table.AddView(10);
  table.Mutate(0) = 2;
  table.RemoveView(10);
  EXPECT_EQ(table.At(10)[0], 1);
  table.RemoveView(10);
}

// The model is the plain thing: a whole copy for each view.
TEST(TableTest, ViewsAgreeWithWholeCopies) {
  for (unsigned seed = 0; seed < 40; ++seed) {
    std::mt19937 random(seed);
    IntTable table;
    std::map<uint64_t, std::vector<int>> copies;
    uint64_t next_view = 0;
    const auto change = [&] {
      if (table.size() == 0 || random() % 4 == 0) {
        table.Append(static_cast<int>(random()));
      } else {
        table.Mutate(static_cast<Slot>(random() % table.size())) = static_cast<int>(random());
      }
    };
    for (int step = 0; step < 300; ++step) {
      const auto dice = random() % 10;
      if (dice == 0) {
        table.AddView(next_view);
        copies[next_view++] = Contents(table);
      } else if (dice == 1 && !copies.empty()) {
        const auto victim =
            std::next(copies.begin(), static_cast<ptrdiff_t>(random() % copies.size()));
        table.RemoveView(victim->first);
        copies.erase(victim);
      } else if (dice == 2) {
        const std::vector<int> before = Contents(table);
        const IntTable::Mark mark = table.Begin();
        for (int i = 0; i < 5; ++i) change();
        table.RollBack(mark);
        ASSERT_EQ(Contents(table), before) << "seed " << seed;
      } else {
        change();
      }
      for (const auto& [view, copy] : copies) {
        ASSERT_EQ(ContentsAt(table, view), copy) << "seed " << seed << " step " << step;
      }
    }
  }
}

}  // namespace
}  // namespace hourbook
