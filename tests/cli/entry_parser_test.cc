#include "tools/hourbook/append/entry_parser.h"

#include <cstdint>
#include <cstring>
#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tools/hourbook/hex.h"
#include "tools/hourbook/json.h"

namespace hourbook::cli {
namespace {

const std::string kId = "000102030405060708090a0b0c0d0e0f";

std::string WithRequired(const std::string& more) {
  return "{\"id\":\"" + kId + "\",\"kind\":\"service\"" + more + "}";
}

TEST(EntryParserTest, ReadsEveryKey) {
  const hbk_entry entry = ParseEntry(
      "{\"id\":\"" + kId + "\",\"kind\":\"redeem\",\"debit\":\"11111111111111111111111111111111\","
      "\"credit\":\"22222222222222222222222222222222\",\"ref\":\"33333333333333333333333333333333\","
      "\"activity\":null,\"recorder\":\"44444444444444444444444444444444\",\"evidence\":\"" +
      std::string(64, 'a') + "\",\"amount\":18446744073709551615,"
      "\"occurred_at\":\"2025-01-01T00:00:00+08:00\",\"recorded_at\":-5,\"unit\":\"point\","
      "\"code\":65535,\"timeout\":4294967295,\"flags\":[\"linked\",\"pending\"]}");
  EXPECT_EQ(HexText(entry.id), kId);
  EXPECT_EQ(entry.kind, HBK_KIND_REDEEM);
  EXPECT_EQ(entry.debit[0], 0x11);
  EXPECT_EQ(entry.credit[15], 0x22);
  EXPECT_EQ(entry.ref[7], 0x33);
  EXPECT_TRUE(IsZero(entry.activity));
  EXPECT_EQ(entry.recorder[0], 0x44);
  EXPECT_EQ(entry.evidence[31], 0xaa);
  EXPECT_EQ(entry.amount, UINT64_MAX);
  EXPECT_EQ(entry.occurred_at, 1'735'660'800'000'000'000);
  EXPECT_EQ(entry.recorded_at, -5);
  EXPECT_EQ(entry.unit, HBK_UNIT_POINT);
  EXPECT_EQ(entry.code, 65'535);
  EXPECT_EQ(entry.timeout, UINT32_MAX);
  EXPECT_EQ(entry.flags, HBK_FLAG_LINKED | HBK_FLAG_PENDING);
}

TEST(EntryParserTest, AnAmountMayBeAText) {
  EXPECT_EQ(ParseEntry(WithRequired(",\"amount\":\"18446744073709551615\"")).amount, UINT64_MAX);
}

TEST(EntryParserTest, NumbersWithoutANameMayBeTexts) {
  EXPECT_EQ(ParseEntry(WithRequired(",\"unit\":\"16\"")).unit, HBK_UNIT_FIRST_DEFINED);
  EXPECT_EQ(ParseEntry(WithRequired(",\"topic\":\"65535\"")).code, 65'535);
  EXPECT_EQ(ParseEntry(WithRequired(",\"party_kind\":\"99\"")).code, 99);
  for (const char* const wrong : {"1", "016", "+16", "65536", "", " 16"}) {
    EXPECT_THROW(ParseEntry(WithRequired(absl::StrCat(",\"unit\":\"", wrong, "\""))), EntrySyntaxError)
        << wrong;
  }
}

// What a listing prints of an entry, less what the ledger gave, is the entry again.
TEST(EntryParserTest, ReadsWhatListingsPrint) {
  const hbk_entry entry = ParseEntry(WithRequired(",\"unit\":16,\"amount\":3,\"flags\":[\"pending\"]"));
  Json json = EntryJson(entry, LocalClock());
  for (const char* const given : {"index", "prev_debit", "prev_credit"}) json.erase(given);
  const hbk_entry again = ParseEntry(json.dump());
  EXPECT_EQ(std::memcmp(&again, &entry, sizeof(entry)), 0);
}

TEST(EntryParserTest, RefusesWhatIsNoEntry) {
  const struct {
    std::string line;
    std::string message;
  } cases[] = {
      {"", "no JSON"},
      {"[]", "a line is one object"},
      {"7", "is no value here"},
      {"\"x\"", "a line is one object"},
      {"{}", "\"id\" is missing"},
      {"{\"id\":\"" + kId + "\"}", "\"kind\" is missing"},
      {"{\"id\":null,\"kind\":\"open\"}", "\"id\" is missing"},
      {"{\"id\":\"12\",\"kind\":\"open\"}", "\"id\" must be 32 hexadecimal digits"},
      {WithRequired(",\"amonut\":1"), "\"amonut\" must be no number"},
      {WithRequired(",\"amonut\":\"1\""), "\"amonut\" is unknown"},
      {WithRequired(",\"amount\":1,\"amount\":1"), "\"amount\" comes twice"},
      {WithRequired(",\"amount\":1.0"), "whole number"},
      {WithRequired(",\"amount\":1e3"), "whole number"},
      {WithRequired(",\"amount\":-1"), "no negative number"},
      {WithRequired(",\"amount\":18446744073709551616"), "whole number"},
      {WithRequired(",\"amount\":\"18446744073709551616\""), "0 to 18446744073709551615"},
      {WithRequired(",\"amount\":\"+1\""), "0 to 18446744073709551615"},
      {WithRequired(",\"amount\":true"), "not true or false"},
      {WithRequired(",\"code\":65536"), "at most 65535"},
      {WithRequired(",\"timeout\":4294967296"), "at most 4294967295"},
      {WithRequired(",\"unit\":\"hours\""), "one of: minute, point, bank-minute"},
      {WithRequired(",\"flags\":[\"urgent\"]"), "one of: linked, pending, imported"},
      {WithRequired(",\"flags\":[1]"), "is no value here"},
      {WithRequired(",\"flags\":[[]]"), "no array"},
      {WithRequired(",\"debit\":[]"), "no array"},
      {WithRequired(",\"debit\":{}"), "holds no objects"},
      {WithRequired(",\"occurred_at\":\"yesterday\""), "a time such as"},
      {WithRequired("") + "x", "no JSON"},
  };
  for (const auto& [line, message] : cases) {
    try {
      ParseEntry(line);
      ADD_FAILURE() << "accepted: " << line;
    } catch (const EntrySyntaxError& error) {
      EXPECT_NE(std::string(error.what()).find(message), std::string::npos)
          << line << ": " << error.what();
    }
  }
}

TEST(EntryParserTest, SaysWhere) {
  const std::string line = WithRequired(",\"unit\":\"hours\",\"amount\":60");
  try {
    ParseEntry(line);
    ADD_FAILURE();
  } catch (const EntrySyntaxError& error) {
    EXPECT_EQ(error.column(), line.find("hours") + std::string("hours\"").size());
  }
}

}  // namespace
}  // namespace hourbook::cli
