#include "ledger/format/base64.h"

#include "gtest/gtest.h"

namespace hourbook {
namespace {

// RFC 4648, section 10.
TEST(Base64Test, PublicVectors) {
  const std::pair<std::string, std::string> cases[] = {
      {"", ""},         {"f", "Zg=="},        {"fo", "Zm8="},        {"foo", "Zm9v"},
      {"foob", "Zm9vYg=="}, {"fooba", "Zm9vYmE="}, {"foobar", "Zm9vYmFy"}};
  for (const auto& [bytes, text] : cases) {
    const Bytes span(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size());
    EXPECT_EQ(Base64Encode(span), text);
    EXPECT_EQ(Base64Decode(text), bytes);
  }
}

TEST(Base64Test, OneTextForEachBytes) {
  for (const absl::string_view text : {"Zg", "Zg=", "Zh==", "Zg== ", " Zg==", "Z g==", "Zm9v\n",
                                       "Zm-v", "Zm_v", "Zm9v====", "=", "Zg==Zg=="}) {
    EXPECT_FALSE(Base64Decode(text).has_value()) << text;
  }
}

TEST(Base64Test, AHashHas32Bytes) {
  const Hash hash{1, 2, 3};
  EXPECT_EQ(Base64DecodeHash(Base64Encode(hash)), hash);
  const std::array<uint8_t, 31> less{};
  const std::array<uint8_t, 33> more{};
  EXPECT_FALSE(Base64DecodeHash(Base64Encode(less)).has_value());
  EXPECT_FALSE(Base64DecodeHash(Base64Encode(more)).has_value());
  EXPECT_FALSE(Base64DecodeHash("").has_value());
}

}  // namespace
}  // namespace hourbook
