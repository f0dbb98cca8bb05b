#include "ledger/chain/verifier.h"

#include <openssl/err.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <memory>
#include <new>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "ledger/base/big_endian.h"
#include "ledger/base/bytes.h"
#include "ledger/chain/hasher.h"
#include "ledger/format/base64.h"
#include "ledger/format/text.h"

namespace hourbook {
namespace {

constexpr size_t kSignatureSize = 64;  // Ed25519
constexpr size_t kTimeSize = 8;        // before it in a cosignature
constexpr uint64_t kMaxTime = INT64_MAX;

struct FreeKey {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

absl::Status Refuse(absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("vkey: ", what));
}

std::string KeyBytes(const Verifier& verifier) {
  std::string bytes(1, static_cast<char>(verifier.type));
  bytes.append(verifier.public_key.begin(), verifier.public_key.end());
  return bytes;
}

// Also false where OpenSSL fails, for lack of memory.
bool Verifies(absl::Span<const uint8_t> public_key, absl::string_view message, absl::string_view signature) {
  const std::unique_ptr<EVP_PKEY, FreeKey> key(
      EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, public_key.data(), public_key.size()));
  const std::unique_ptr<EVP_MD_CTX, FreeContext> context(EVP_MD_CTX_new());
  const bool verifies =
      key != nullptr && context != nullptr &&
      EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
      EVP_DigestVerify(context.get(), ToBytes(signature).data(), signature.size(), ToBytes(message).data(),
                       message.size()) == 1;
  if (!verifies) ERR_clear_error();
  return verifies;
}

// RFC 8032, section 7.1, test 1: a good signature of nothing.
bool VerifiesAGoodOne() {
  std::array<uint8_t, 32> key;
  std::array<uint8_t, kSignatureSize> signature;
  HexDecode("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", key.data(), key.size());
  HexDecode("e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
            "d25bf5f0595bbe24655141438e7a100b",
            signature.data(), signature.size());
  return Verifies(key, "", {reinterpret_cast<const char*>(signature.data()), signature.size()});
}

// Also false for 32 bytes that are no point of the curve. Whether OpenSSL found a signature bad or had no
// memory it does not say for certain; and nobody is to be accused for a lack of memory. So it is asked again,
// and then about a good one. Throws std::bad_alloc.
bool IsGood(const Verifier& verifier, absl::string_view message, absl::string_view signature) {
  if (signature.size() != kSignatureSize) return false;
  for (int i = 0; i < 2; ++i) {
    if (Verifies(verifier.public_key, message, signature)) return true;
  }
  if (!VerifiesAGoodOne()) throw std::bad_alloc();
  return false;
}

// The time of a good signature, 0 for a type that has none; nothing for one that is not good.
std::optional<uint64_t> TimeOfGood(const Verifier& verifier, absl::string_view text,
                                   absl::string_view signature) {
  if (verifier.type == SignatureType::kEd25519) {
    if (!IsGood(verifier, text, signature)) return std::nullopt;
    return 0;
  }
  if (signature.size() != kTimeSize + kSignatureSize) return std::nullopt;
  const auto time = ReadBigEndian<uint64_t>(signature);
  if (time == 0 || time > kMaxTime) return std::nullopt;
  const std::string message = CosignedMessage(text, time);
  if (!IsGood(verifier, message, signature.substr(kTimeSize))) return std::nullopt;
  return time;
}

// Not by absl::StrFormat, which ends the process where memory ends.
std::string KeyIdText(const Verifier& verifier) {
  return absl::StrCat(absl::Hex(verifier.key_id(), absl::kZeroPad8));
}

}  // namespace

uint32_t Verifier::key_id() const {
  const Hash hash = Sha256Of(ToBytes(absl::StrCat(name, "\n", KeyBytes(*this))));
  return ReadBigEndian<uint32_t>(
      absl::string_view(reinterpret_cast<const char*>(hash.data()), sizeof(uint32_t)));
}

absl::StatusOr<Verifier> ParseVkey(absl::string_view vkey) {
  const std::vector<absl::string_view> parts = absl::StrSplit(vkey, absl::MaxSplits('+', 2));
  if (parts.size() != 3) return Refuse("not of the form name+key id+base64");
  if (!IsKeyName(parts[0])) return Refuse("the name is empty or has a space or control character");
  const std::optional<std::string> key = Base64Decode(parts[2]);
  if (!key) return Refuse("the key is not base64");
  Verifier verifier{.name = std::string(parts[0]), .type = SignatureType::kEd25519, .public_key{}};
  const auto type = static_cast<uint8_t>(key->empty() ? 0 : key->front());
  if (type == static_cast<uint8_t>(SignatureType::kCosignature)) {
    verifier.type = SignatureType::kCosignature;
  } else if (type != static_cast<uint8_t>(SignatureType::kEd25519)) {
    return Refuse(absl::StrCat("keys of type ", type, " are unknown; 1 is a log's, 4 a witness's"));
  }
  if (key->size() != 1 + verifier.public_key.size()) {
    return Refuse(absl::StrCat("the key has ", key->size(), " bytes, not 33"));
  }
  std::copy(key->begin() + 1, key->end(), verifier.public_key.begin());
  if (parts[1] != KeyIdText(verifier)) {
    return Refuse("the key id is not that of the name and key");
  }
  return verifier;
}

std::string FormatVkey(const Verifier& verifier) {
  return absl::StrCat(verifier.name, "+", KeyIdText(verifier), "+",
                      Base64Encode(ToBytes(KeyBytes(verifier))));
}

absl::StatusOr<std::vector<Signed>> VerifyNote(const Note& note,
                                               absl::Span<const Verifier> verifiers) {
  std::vector<Signed> found;
  for (const NoteSignature& signature : note.signatures) {
    for (size_t i = 0; i < verifiers.size(); ++i) {
      const Verifier& verifier = verifiers[i];
      if (signature.name != verifier.name || signature.key_id != verifier.key_id()) continue;
      const std::optional<uint64_t> time = TimeOfGood(verifier, note.text, signature.bytes);
      if (!time) {
        return absl::DataLossError(absl::StrCat("the signature of ", verifier.name, " is not good"));
      }
      const bool again = std::any_of(found.begin(), found.end(),
                                     [i](const Signed& one) { return one.verifier == i; });
      if (!again) found.push_back({.verifier = i, .time = *time});
    }
  }
  return found;
}

std::string CosignedMessage(absl::string_view text, uint64_t unix_seconds) {
  return absl::StrCat("cosignature/v1\ntime ", unix_seconds, "\n", text);
}

absl::StatusOr<Checkpoint> OpenCheckpoint(absl::string_view note, const Verifier& log) {
  const absl::StatusOr<Note> parsed = ParseNote(note);
  if (!parsed.ok()) return parsed.status();
  const absl::StatusOr<std::vector<Signed>> found = VerifyNote(*parsed, {log});
  if (!found.ok()) return found.status();
  if (found->empty()) {
    return absl::DataLossError(absl::StrCat("the checkpoint bears no signature of ", log.name,
                                            " by this key"));
  }
  absl::StatusOr<Checkpoint> checkpoint = ParseCheckpoint(parsed->text);
  if (checkpoint.ok() && checkpoint->origin != log.name) {
    return absl::DataLossError(absl::StrCat("the checkpoint is of ", checkpoint->origin,
                                            ", not of ", log.name));
  }
  return checkpoint;
}

}  // namespace hourbook
