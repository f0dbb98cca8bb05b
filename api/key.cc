// Keys.
#include <openssl/crypto.h>

#include "absl/strings/str_cat.h"
#include "api/internal.h"
#include "ledger/base/file.h"

namespace hourbook::capi {
namespace {

constexpr size_t kKeyFileMaxSize = 10'000;
constexpr size_t kPassphraseMaxSize = 1'024;  // what OpenSSL's buffer takes
constexpr unsigned kOwnerOnly = 0600;

absl::Status CheckPath(const char* path) {
  return path != nullptr && *path != '\0' ? absl::OkStatus() : Invalid("path is NULL or empty");
}

absl::StatusOr<absl::string_view> TakePassphrase(const char* passphrase) {
  const absl::string_view text = passphrase == nullptr ? "" : passphrase;
  if (text.size() <= kPassphraseMaxSize) return text;
  return Invalid(absl::StrCat("the passphrase has more than ", kPassphraseMaxSize, " bytes"));
}

absl::StatusOr<Signer> ReadKey(const char* path, absl::string_view passphrase) {
  absl::StatusOr<std::string> text = ReadFile(path, kKeyFileMaxSize);
  if (!text.ok()) return text.status();
  absl::StatusOr<Signer> signer = Signer::FromText(*text, passphrase);
  OPENSSL_cleanse(text->data(), text->size());
  if (signer.ok()) return signer;
  return Fail(FailureOf(signer.status()), absl::StrCat(path, ": ", signer.status().message()));
}

}  // namespace
}  // namespace hourbook::capi

using namespace hourbook::capi;  // the functions below are C's, so they cannot be in it
using hourbook::SignatureType;
using hourbook::Signer;

static_assert(HBK_KEY_LOG == static_cast<uint32_t>(SignatureType::kEd25519));
static_assert(HBK_KEY_WITNESS == static_cast<uint32_t>(SignatureType::kCosignature));

hbk_status hbk_key_generate(const char* name, uint32_t type, hbk_key** key, hbk_error* error) {
  return Guard(error, [&]() -> absl::Status {
    if (key == nullptr) return Invalid("key is NULL");
    *key = nullptr;
    if (name == nullptr) return Invalid("name is NULL");
    if (type != HBK_KEY_LOG && type != HBK_KEY_WITNESS) {
      return Invalid(absl::StrCat("keys of type ", type, " are unknown; use HBK_KEY_*"));
    }
    absl::StatusOr<Signer> signer = Signer::Generate(name, static_cast<SignatureType>(type));
    if (!signer.ok()) return signer.status();
    *key = KeyHandles::Open(std::make_unique<Signer>(*std::move(signer)));
    return absl::OkStatus();
  });
}

hbk_status hbk_key_load(const char* path, const char* passphrase, hbk_key** key, hbk_error* error) {
  return Guard(error, [&]() -> absl::Status {
    if (key == nullptr) return Invalid("key is NULL");
    *key = nullptr;
    if (absl::Status checked = CheckPath(path); !checked.ok()) return checked;
    const absl::StatusOr<absl::string_view> taken = TakePassphrase(passphrase);
    if (!taken.ok()) return taken.status();
    absl::StatusOr<Signer> signer = ReadKey(path, *taken);
    if (!signer.ok()) return signer.status();
    *key = KeyHandles::Open(std::make_unique<Signer>(*std::move(signer)));
    return absl::OkStatus();
  });
}

hbk_status hbk_key_save(hbk_key* key, const char* path, const char* passphrase, hbk_error* error) {
  return Guard(error, [&]() -> absl::Status {
    const auto signer = KeyHandles::Find(key, "key");
    if (!signer.ok()) return signer.status();
    if (absl::Status checked = CheckPath(path); !checked.ok()) return checked;
    const absl::StatusOr<absl::string_view> taken = TakePassphrase(passphrase);
    if (!taken.ok()) return taken.status();
    absl::StatusOr<std::string> text = (*signer)->ToText(*taken);
    if (!text.ok()) return text.status();
    const absl::Status written = hourbook::WriteNewFileDurably(path, *text, kOwnerOnly);
    OPENSSL_cleanse(text->data(), text->size());
    return written;
  });
}

hbk_status hbk_key_vkey(hbk_key* key, char* vkey, size_t capacity, size_t* length,
                        hbk_error* error) {
  return Guard(error, [&]() -> absl::Status {
    const auto signer = KeyHandles::Find(key, "key");
    if (!signer.ok()) return signer.status();
    return GiveText(hourbook::FormatVkey((*signer)->verifier()), vkey, capacity, length);
  });
}

void hbk_key_close(hbk_key* key) {
  if (KeyHandles::FindToClose(key) != nullptr) KeyHandles::Close(key);
}
