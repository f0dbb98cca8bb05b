#include "ledger/chain/hasher.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <vector>

#include "gtest/gtest.h"

namespace hourbook {
namespace {

// transparency-dev/merkle, rfc6962/rfc6962_test.go (Apache-2.0), values transcribed.
TEST(HasherTest, PublicVectors) {
  EXPECT_EQ(HexEncode(EmptyRoot()),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(HexEncode(LeafHash({})),
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
  const uint8_t leaf[] = {'L', '1', '2', '3', '4', '5', '6'};
  EXPECT_EQ(HexEncode(LeafHash(leaf)),
            "395aa064aa4c29f7010acfe3f25db9485bbd4b91897b6ad7ad547639252b4d56");
}

// Messages are gathered in a buffer of 256 bytes where they fit: around that, against OpenSSL's own.
TEST(HasherTest, MessagesOfAnyLength) {
  for (const size_t size : {0, 1, 223, 224, 225, 253, 254, 255, 256, 257, 1'000}) {
    std::vector<uint8_t> message(size + 1);
    for (size_t i = 1; i < message.size(); ++i) message[i] = static_cast<uint8_t>(i * 7);
    Hash expected;
    ASSERT_EQ(EVP_Q_digest(nullptr, "SHA256", nullptr, message.data(), message.size(),
                           expected.data(), nullptr),
              1);
    EXPECT_EQ(LeafHash(absl::MakeConstSpan(message).subspan(1)), expected) << size;
    EXPECT_EQ(Sha256Of(message), expected) << size;
  }
}

TEST(HasherTest, AnEntrysLeafDataIsPrevThenEntry) {
  Hash prev;
  prev.fill(0xaa);
  Entry entry{};
  entry.id.fill(0x11);
  entry.amount = 90;
  std::array<uint8_t, 224> leaf_data;
  const Bytes entry_bytes = EntryBytes(entry);
  std::copy(entry_bytes.begin(), entry_bytes.end(),
            std::copy(prev.begin(), prev.end(), leaf_data.begin()));
  EXPECT_EQ(EntryLeafHash(prev, entry), LeafHash(leaf_data));
}

}  // namespace
}  // namespace hourbook
