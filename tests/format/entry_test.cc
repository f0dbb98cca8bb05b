#include "ledger/format/entry.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace hourbook {
namespace {

Entry SomeEntry() {
  Entry entry{};
  entry.id.fill(0x11);
  entry.debit.fill(0x22);
  entry.credit.fill(0x33);
  entry.amount = 90;
  entry.index = 7;
  entry.kind = static_cast<uint16_t>(Kind::kService);
  entry.unit = static_cast<uint16_t>(Unit::kMinute);
  return entry;
}

std::vector<uint8_t> Encoded(const Entry& entry) {
  const Bytes bytes = EntryBytes(entry);
  return {bytes.begin(), bytes.end()};
}

std::string ErrorOf(const Entry& entry) {
  return std::string(DecodeEntry(EntryBytes(entry)).status().message());
}

TEST(EntryTest, DecodesWhatItEncodes) {
  const absl::StatusOr<Entry> back = DecodeEntry(Encoded(SomeEntry()));
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_EQ(*back, SomeEntry());
}

// FORMAT.md says little-endian: these bytes are typed from it, not from the struct.
TEST(EntryTest, NumbersLieWhereTheFormatSays) {
  const std::vector<uint8_t> bytes = Encoded(SomeEntry());
  EXPECT_EQ(bytes[128], 90);
  EXPECT_EQ(bytes[129], 0);
  EXPECT_EQ(bytes[152], 7);
  EXPECT_EQ(bytes[176], 4);
  EXPECT_EQ(bytes[177], 0);
  EXPECT_EQ(bytes[180], 1);
}

TEST(EntryTest, RefusesEveryOtherLength) {
  const std::vector<uint8_t> bytes(400, 1);
  for (size_t size = 0; size <= bytes.size(); ++size) {
    if (size == kEntrySize) continue;
    EXPECT_FALSE(DecodeEntry(Bytes(bytes.data(), size)).ok()) << size;
  }
}

TEST(EntryTest, SaysWhichByteIsWrong) {
  Entry entry = SomeEntry();
  entry.id = kNoId;
  EXPECT_EQ(ErrorOf(entry), "entry, byte 0: the id is zero");
  entry = SomeEntry();
  entry.kind = 0;
  EXPECT_EQ(ErrorOf(entry), "entry, byte 176: unknown kind 0");
  entry.kind = static_cast<uint16_t>(kLastKind) + 1;
  EXPECT_EQ(ErrorOf(entry), absl::StrCat("entry, byte 176: unknown kind ", entry.kind));
  entry = SomeEntry();
  entry.flags = 128;
  EXPECT_EQ(ErrorOf(entry), "entry, byte 178: unknown flag bits in 128");
  entry = SomeEntry();
  entry.reserved = 1;
  EXPECT_EQ(ErrorOf(entry), "entry, byte 188: reserved is not zero");
}

}  // namespace
}  // namespace hourbook
