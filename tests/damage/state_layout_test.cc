// A stored state that another version of the library left is no damage, and neither is in the way of a new
// one; heads that no ledger has are, until it is replayed.
#include <cstring>
#include <map>
#include <string>

#include "gtest/gtest.h"
#include "ledger/base/error.h"
#include "ledger/engine/state_parts.h"
#include "ledger/engine/verify.h"
#include "tests/base/always.h"
#include "tests/damage/raw_store.h"
#include "tests/engine/town.h"

namespace hourbook::damage {
namespace {

class StateLayoutTest : public testing::Test {
 protected:
  // With enough volunteers that the first part has more pages than one of what changes later.
  StateLayoutTest() {
    const auto ledger = CreateTown(path(), EveryEntry());
    SendOk(*ledger, Founding(300));
    SendServices(*ledger, 0);
    EXPECT_EQ(SoundnessOf(*ledger), absl::OkStatus());
  }

  std::string path() const { return temp_ / "ledger"; }

  // The state is stored with nearly every entry.
  static LedgerOptions EveryEntry() {
    LedgerOptions options = TownOptions();
    options.state_period = 1;
    return options;
  }

  static void SendServices(Ledger& ledger, uint64_t first) {
    for (uint64_t i = first; i < first + 100; ++i) SendOk(ledger, {Service(i, i % 5)});
  }

  static absl::Status SoundnessOf(Ledger& ledger) { return Verify(*SnapshotOf(ledger), Always); }

  // Of what is stored of the state.
  RawRecord Head() {
    for (const RawRecord& record : RawStore(path()).ReadAll()) {
      if (record.database == "meta" && record.key == kStateKey) return record;
    }
    ADD_FAILURE() << "no state is stored";
    return {};
  }

  void ChangeLayout() {
    RawRecord head = Head();
    const uint64_t other = kStateLayout + 1;
    std::memcpy(head.value.data(), &other, sizeof(other));
    head.value = WithChecksum(head.database, head.value);
    RawStore(path()).Change({head});
  }

  std::map<std::string, std::string> Pages() {
    std::map<std::string, std::string> pages;
    for (const RawRecord& record : RawStore(path()).ReadAll()) {
      if (record.database == "state") pages[record.key] = record.value;
    }
    return pages;
  }

  // Those that are left of earlier ones are as they were: no number is used again.
  void ExpectNoneWrittenOver(const std::map<std::string, std::string>& before) {
    ASSERT_GT(before.size(), 5u);
    for (const auto& [key, value] : Pages()) {
      const auto was = before.find(key);
      EXPECT_TRUE(was == before.end() || was->second == value);
    }
  }

  const TempDir temp_;
};

TEST_F(StateLayoutTest, AnotherOneIsAsNone) {
  const auto before = Pages();
  ChangeLayout();
  {
    const auto ledger = OpenTown(path(), EveryEntry());
    EXPECT_EQ(SoundnessOf(*ledger), absl::OkStatus());
    SendOk(*ledger, {Service(1'000, 0)});
    EXPECT_EQ(SoundnessOf(*ledger), absl::OkStatus());
    SendServices(*ledger, 2'000);
    EXPECT_EQ(SoundnessOf(*ledger), absl::OkStatus());
    EXPECT_GT(SnapshotOf(*ledger)->txn().ReadStateHead()->part_count, 0u);
  }
  ExpectNoneWrittenOver(before);
}

TEST_F(StateLayoutTest, PagesWithoutAHeadAreInNobodysWay) {
  const auto before = Pages();
  RawStore(path()).Change({}, {Head()});
  {
    const auto ledger = OpenTown(path(), EveryEntry());
    const absl::Status strays = SoundnessOf(*ledger);
    EXPECT_EQ(FailureOf(strays), Failure::kCorrupt);
    EXPECT_NE(strays.message().find("replays"), absl::string_view::npos) << strays;
    SendServices(*ledger, 1'000);
    EXPECT_EQ(SoundnessOf(*ledger), absl::OkStatus());
  }
  ExpectNoneWrittenOver(before);
}

TEST_F(StateLayoutTest, AHeadThatNoLedgerHasGoesWhenItIsReplayed) {
  RawRecord head = Head();
  head.key += "s";
  RawStore(path()).Change({head});
  {
    const auto ledger = OpenTown(path(), EveryEntry());
    SendServices(*ledger, 1'000);
    EXPECT_EQ(FailureOf(SoundnessOf(*ledger)), Failure::kCorrupt);
  }
  LedgerOptions replay = EveryEntry();
  replay.replay = true;
  EXPECT_EQ(SoundnessOf(*OpenTown(path(), replay)), absl::OkStatus());
}

}  // namespace
}  // namespace hourbook::damage
