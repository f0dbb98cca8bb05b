#include "ledger/engine/recent_ids.h"

#include "tests/engine/town.h"

namespace hourbook {
namespace {

Id IdOf(uint64_t index) { return MakeId('e', index); }

// Also where the numbers that the index of them has begin again at 0.
TEST(RecentIdsTest, HasThoseThatWereNotDroppedOrTakenBack) {
  constexpr uint64_t kIds = 1'000;
  for (const uint64_t first : {uint64_t{0}, (uint64_t{1} << 31) - 500, (uint64_t{1} << 32) - 500, uint64_t{3} << 31}) {
    RecentIds recent;
    recent.Reset(first);
    for (uint64_t i = first; i < first + kIds; ++i) recent.Append(IdOf(i));
    recent.DropBefore(first + 300);
    recent.Truncate(first + 800);
    EXPECT_EQ(recent.first(), first + 300);
    EXPECT_EQ(recent.end(), first + 800);
    for (uint64_t i = first; i < first + kIds; ++i) {
      const bool is_there = i >= recent.first() && i < recent.end();
      ASSERT_EQ(recent.Find(IdOf(i)), is_there ? std::optional<uint64_t>(i) : std::nullopt);
      if (is_there) {
        ASSERT_EQ(recent.At(i), IdOf(i));
      }
    }
    recent.Reset(first + 1);
    EXPECT_EQ(recent.Find(IdOf(first + 400)), std::nullopt);
    EXPECT_EQ(recent.end(), first + 1);
  }
}

}  // namespace
}  // namespace hourbook
