// The system gives nothing random, and OpenSSL has nothing left.
#include "ledger/chain/randomness.h"

#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "gtest/gtest.h"
#include "ledger/base/error.h"
#include "ledger/chain/evidence.h"
#include "ledger/chain/signer.h"

// What of OpenSSL needs random bytes, and the system's, taken over.
static bool openssl_fails = false, system_fails = false;

extern "C" int RAND_bytes(unsigned char* bytes, int count) {
  return openssl_fails ? 0 : RAND_bytes_ex(nullptr, bytes, static_cast<size_t>(count), 0);
}

extern "C" EVP_PKEY* EVP_PKEY_Q_keygen(OSSL_LIB_CTX* context, const char* properties, const char* type, ...) {
  if (openssl_fails) return nullptr;
  EVP_PKEY_CTX* const making = EVP_PKEY_CTX_new_from_name(context, type, properties);
  EVP_PKEY* key = nullptr;
  if (EVP_PKEY_keygen_init(making) == 1) EVP_PKEY_generate(making, &key);
  EVP_PKEY_CTX_free(making);
  return key;
}

extern "C" X509_ALGOR* PKCS5_pbe2_set_iv(const EVP_CIPHER* cipher, int rounds, unsigned char* salt, int salt_size,
                                         unsigned char* iv, int prf) {
  if (openssl_fails) return nullptr;
  return PKCS5_pbe2_set_iv_ex(cipher, rounds, salt, salt_size, iv, prf, nullptr);
}

extern "C" int getentropy(void* bytes, size_t count) {
  if (!system_fails) return syscall(SYS_getrandom, bytes, count, 0) < 0 ? -1 : 0;
  errno = EPERM;
  return -1;
}

namespace hourbook {
namespace {

class RandomnessTest : public testing::Test {
 protected:
  RandomnessTest() { openssl_fails = true; }
  ~RandomnessTest() override { openssl_fails = system_fails = false; }

  // That whoever needs something random is told what lacks.
  static void ExpectTold(const absl::Status& failed) {
    EXPECT_EQ(FailureOf(failed), system_fails ? Failure::kIoError : Failure::kOutOfMemory) << failed;
    EXPECT_EQ(failed.message().find("random bytes") != absl::string_view::npos, system_fails) << failed;
  }
};

TEST_F(RandomnessTest, OfASaltIsToldFromMemory) {
  ExpectTold(NewSalt().status());
  system_fails = true;
  ExpectTold(NewSalt().status());
  openssl_fails = system_fails = false;  // OpenSSL's own seed comes from the system
  EXPECT_TRUE(NewSalt().ok());
}

TEST_F(RandomnessTest, OfAKeyIsToldFromMemory) {
  ExpectTold(Signer::Generate("town", SignatureType::kEd25519).status());
  system_fails = true;
  ExpectTold(Signer::Generate("town", SignatureType::kEd25519).status());
  openssl_fails = system_fails = false;
  EXPECT_TRUE(Signer::Generate("town", SignatureType::kEd25519).ok());
}

TEST_F(RandomnessTest, OfAKeysSaltIsToldFromMemory) {
  openssl_fails = false;
  const auto signer = Signer::Generate("town", SignatureType::kEd25519);
  ASSERT_TRUE(signer.ok()) << signer.status();
  openssl_fails = true;
  ExpectTold(signer->ToText("passphrase").status());
  system_fails = true;
  ExpectTold(signer->ToText("passphrase").status());
  EXPECT_TRUE(signer->ToText("").ok()) << "needs nothing random";
  openssl_fails = system_fails = false;
  EXPECT_TRUE(signer->ToText("passphrase").ok());
}

}  // namespace
}  // namespace hourbook
