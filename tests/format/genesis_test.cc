#include "ledger/format/genesis.h"

#include <limits>

#include "gtest/gtest.h"

namespace hourbook {
namespace {

constexpr Id kAuthority = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};

Genesis Town() {
  return {.origin = "town.example/hours",
          .time_zone = "Asia/Shanghai",
          .utc_offset = 28'800,
          .created_at = 1'735'660'800'000'000'000,
          .authority = kAuthority};
}

TEST(GenesisTest, ReadsWhatItWrites) {
  const absl::StatusOr<Entry> entry = EncodeGenesis(Town());
  ASSERT_TRUE(entry.ok()) << entry.status();
  const absl::StatusOr<Genesis> again = DecodeGenesis(*entry);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->origin, Town().origin);
  EXPECT_EQ(again->time_zone, Town().time_zone);
  EXPECT_EQ(again->utc_offset, 28'800);
  EXPECT_EQ(again->created_at, Town().created_at);
  EXPECT_EQ(again->authority, kAuthority);
}

TEST(GenesisTest, HasItsAuthorityWhereFormatMdSays) {
  const Entry entry = *EncodeGenesis(Town());
  const auto bytes = EntryBytes(entry);
  EXPECT_EQ(bytes[160], 1);
  EXPECT_EQ(bytes[175], 16);
}

TEST(GenesisTest, RefusesWhatItWouldNotWrite) {
  for (const size_t zero : {size_t{152}, size_t{178}, size_t{180}, size_t{182}, size_t{188}}) {
    Entry entry = *EncodeGenesis(Town());
    reinterpret_cast<uint8_t*>(&entry)[zero] = 1;
    EXPECT_FALSE(DecodeGenesis(entry).ok()) << "byte " << zero;
  }
  Genesis genesis = Town();
  genesis.utc_offset = 86'401;
  EXPECT_FALSE(EncodeGenesis(genesis).ok());
  genesis = Town();
  genesis.origin = "two words";
  EXPECT_FALSE(EncodeGenesis(genesis).ok());
}

TEST(GenesisTest, SaysItsPolicyAsEntries) {
  const std::vector<Entry> policies = FirstPolicies(*EncodeGenesis(Town()));
  ASSERT_EQ(policies.size(), 2u);
  EXPECT_EQ(policies[0].amount, 28'800u);
  EXPECT_EQ(policies[0].occurred_at, std::numeric_limits<int64_t>::min());
  EXPECT_EQ(policies[1].credit, kAuthority);
  EXPECT_EQ(policies[1].amount, 1u);
  Genesis genesis = Town();
  genesis.authority = kNoId;
  EXPECT_EQ(FirstPolicies(*EncodeGenesis(genesis)).size(), 1u);
}

}  // namespace
}  // namespace hourbook
