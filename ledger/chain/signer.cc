#include "ledger/chain/signer.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>

#include <algorithm>
#include <new>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "ledger/base/big_endian.h"
#include "ledger/base/error.h"
#include "ledger/chain/randomness.h"
#include "ledger/format/proof.h"
#include "ledger/format/text.h"

namespace hourbook {
namespace {

constexpr absl::string_view kVkeyLine = "vkey: ";
constexpr size_t kTextMaxSize = 10'000;

struct FreeBio {
  void operator()(BIO* bio) const { BIO_free_all(bio); }
};
struct FreePkcs8 {
  void operator()(PKCS8_PRIV_KEY_INFO* key) const { PKCS8_PRIV_KEY_INFO_free(key); }
};
struct FreeSealed {
  void operator()(X509_SIG* key) const { X509_SIG_free(key); }
};
struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

absl::Status Refuse(absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("key file: ", what));
}

// Whether what OpenSSL has just failed at it failed at for lack of memory; it says so now and then.
bool MemoryEnded() {
  bool ended = false;
  while (const unsigned long error = ERR_get_error()) {
    ended |= ERR_GET_REASON(error) == ERR_R_MALLOC_FAILURE;
  }
  return ended;
}

// Leaves no error behind in OpenSSL's queue, which is the program's as well.
[[noreturn]] void ThrowOutOfMemory() {
  ERR_clear_error();
  throw std::bad_alloc();
}

// False where the key is not of Ed25519.
bool PublicKeyOf(const EVP_PKEY* key, Verifier& verifier) {
  if (EVP_PKEY_get_id(key) != EVP_PKEY_ED25519) return false;
  size_t size = verifier.public_key.size();
  if (EVP_PKEY_get_raw_public_key(key, verifier.public_key.data(), &size) != 1) ThrowOutOfMemory();
  return size == verifier.public_key.size();
}

// OpenSSL asks for the passphrase with this; never on a terminal.
int GivePassphrase(char* buffer, int size, int, void* passphrase) {
  const auto& text = *static_cast<const absl::string_view*>(passphrase);
  if (text.empty() || text.size() > static_cast<size_t>(size)) return -1;
  text.copy(buffer, text.size());
  return static_cast<int>(text.size());
}

// PBKDF2 rounds for a passphrase that a person thought of; OpenSSL's own default is 2,048.
constexpr int kRounds = 600'000;

// As PKCS #8 by PBES2 with AES-256.
bool WriteEncrypted(BIO* bio, const EVP_PKEY* key, absl::string_view passphrase) {
  const std::unique_ptr<PKCS8_PRIV_KEY_INFO, FreePkcs8> plain(EVP_PKEY2PKCS8(key));
  X509_ALGOR* const method = PKCS5_pbe2_set_iv(EVP_aes_256_cbc(), kRounds, nullptr, 0, nullptr,
                                               NID_hmacWithSHA256);
  if (plain == nullptr || method == nullptr) {
    X509_ALGOR_free(method);
    return false;
  }
  const std::unique_ptr<X509_SIG, FreeSealed> sealed(PKCS8_set0_pbe(
      passphrase.data(), static_cast<int>(passphrase.size()), plain.get(), method));
  return sealed != nullptr && PEM_write_bio_PKCS8(bio, sealed.get()) == 1;
}

// Null where there is none, or the passphrase does not open it.
EVP_PKEY* ReadPem(absl::string_view pem, absl::string_view passphrase) {
  const std::unique_ptr<BIO, FreeBio> bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  if (bio == nullptr) ThrowOutOfMemory();
  EVP_PKEY* const key = PEM_read_bio_PrivateKey(bio.get(), nullptr, GivePassphrase, &passphrase);
  if (key == nullptr && MemoryEnded()) ThrowOutOfMemory();
  ERR_clear_error();
  return key;
}

bool IsEncrypted(absl::string_view pem) {
  return pem.find("BEGIN ENCRYPTED PRIVATE KEY") != absl::string_view::npos;
}

}  // namespace

void Signer::Free::operator()(evp_pkey_st* key) const { EVP_PKEY_free(key); }

absl::StatusOr<Signer> Signer::Generate(absl::string_view name, SignatureType type) {
  if (!IsKeyName(name)) {
    return Refuse("a key's name is not empty, UTF-8, without spaces, plus signs and control "
                  "characters");
  }
  Key key(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  Verifier verifier{.name = std::string(name), .type = type, .public_key = {}};
  if (key == nullptr || !PublicKeyOf(key.get(), verifier)) return WhyNothingRandom();
  return Signer(std::move(key), std::move(verifier));
}

absl::StatusOr<Signer> Signer::FromText(absl::string_view text, absl::string_view passphrase) {
  if (text.size() > kTextMaxSize) return Refuse("too large to be one");
  absl::string_view line;
  if (!TakeLine(text, line) || !absl::ConsumePrefix(&line, kVkeyLine)) {
    return Refuse("the first line is not the key's vkey");
  }
  absl::StatusOr<Verifier> named = ParseVkey(line);
  if (!named.ok()) return Refuse(named.status().message());
  Key key(ReadPem(text, passphrase));
  // Once more: for lack of memory, too, OpenSSL may say that there is no key.
  if (key == nullptr) key.reset(ReadPem(text, passphrase));
  if (key == nullptr && IsEncrypted(text)) {
    return Fail(Failure::kPermissionDenied,
                passphrase.empty() ? "key file: it is encrypted; give its passphrase"
                                   : "key file: the passphrase does not open it");
  }
  Verifier derived{.name = named->name, .type = named->type, .public_key = {}};
  if (key == nullptr || !PublicKeyOf(key.get(), derived)) {
    return Refuse("no Ed25519 private key in PEM follows the vkey");
  }
  if (derived.public_key != named->public_key) return Refuse("the vkey is not that of the key");
  return Signer(std::move(key), *std::move(named));
}

absl::StatusOr<std::string> Signer::ToText(absl::string_view passphrase) const {
  if (passphrase.size() > PEM_BUFSIZE) return Refuse("the passphrase is too long for OpenSSL");
  const std::unique_ptr<BIO, FreeBio> bio(BIO_new(BIO_s_secmem()));
  if (bio == nullptr) ThrowOutOfMemory();
  const bool written =
      passphrase.empty()
          ? PEM_write_bio_PKCS8PrivateKey(bio.get(), key_.get(), nullptr, nullptr, 0, nullptr,
                                          nullptr) == 1
          : WriteEncrypted(bio.get(), key_.get(), passphrase);
  if (!written) return WhyNothingRandom();
  char* pem = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &pem);
  return absl::StrCat(kVkeyLine, FormatVkey(verifier_), "\n",
                      absl::string_view(pem, static_cast<size_t>(size)));
}

NoteSignature Signer::Sign(absl::string_view text, uint64_t unix_seconds) const {
  NoteSignature signature{.name = verifier_.name, .key_id = verifier_.key_id(), .bytes = {}};
  std::string message(text);
  if (verifier_.type == SignatureType::kCosignature) {
    message = CosignedMessage(text, unix_seconds);
    AppendBigEndian(unix_seconds, signature.bytes);
  }
  std::array<uint8_t, 64> bytes;
  size_t size = bytes.size();
  const std::unique_ptr<EVP_MD_CTX, FreeContext> context(EVP_MD_CTX_new());
  const bool ok =
      context != nullptr &&
      EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key_.get()) == 1 &&
      EVP_DigestSign(context.get(), bytes.data(), &size,
                     reinterpret_cast<const uint8_t*>(message.data()), message.size()) == 1;
  // With a key that was checked nothing but memory can be lacking.
  if (!ok || size != bytes.size()) ThrowOutOfMemory();
  signature.bytes.append(bytes.begin(), bytes.end());
  return signature;
}

}  // namespace hourbook
