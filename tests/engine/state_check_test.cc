// What is stored of the state is looked at also because memory has just ended: it may end there again.
#include <new>

#include "ledger/engine/state_parts.h"
#include "tests/calls/allocations.h"
#include "tests/engine/town.h"

namespace hourbook {
namespace {

TEST(StateCheckTest, MemoryMayEndAnywhere) {
  const TempDir temp;
  LedgerOptions options = TownOptions();
  options.state_period = 1;
  const auto ledger = CreateTown(temp / "ledger", options);
  SendOk(*ledger, Founding(3));
  SendOk(*ledger, {Grant(1, 0, 100)});
  constexpr uint64_t kHolds = 20;
  for (uint64_t i = 0; i < kHolds; ++i) SendOk(*ledger, {Redeem(i, 0, 1, true)});
  const auto snapshot = SnapshotOf(*ledger);
  const auto read = [&] { return ReadState(snapshot->txn()); };
  const auto stored = read();
  ASSERT_TRUE(stored.ok()) << stored.status();
  ASSERT_GT(stored->holds.open(), kHolds / 2);
  int64_t kept = 0;
  uint64_t refused = 0;
  for (bool is_reached = true; is_reached; ++refused) {
    FailAllocations(refused + 1, refused + 1);
    const int64_t before = LiveAllocations();
    try {
      (void)read();
    } catch (const std::bad_alloc&) {
    }
    kept += LiveAllocations() - before;
    is_reached = CountedAllocations() > refused;
    FailAllocations(0, 0);
  }
  EXPECT_EQ(kept, 0);
  EXPECT_GT(refused, kHolds);
}

}  // namespace
}  // namespace hourbook
