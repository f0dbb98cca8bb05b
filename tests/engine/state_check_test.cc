// What is stored of the state is looked at also because memory has just ended: it may end there again.
#include "ledger/engine/state_parts.h"
#include "tests/calls/refuse_each.h"
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
  const Refusals refusals = RefuseEach([&] { (void)read(); });
  EXPECT_EQ(refusals.kept, 0);
  EXPECT_GT(refusals.refused, kHolds);
}

}  // namespace
}  // namespace hourbook
