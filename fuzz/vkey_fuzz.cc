// Verifier keys: what is read is written back byte for byte, a key that is written reads as itself,
// and with any byte changed it is another key or none.
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "fuzz/fuzz_input.h"
#include "ledger/chain/hasher.h"
#include "ledger/chain/verifier.h"
#include "ledger/format/base64.h"
#include "ledger/format/text.h"

namespace hourbook::fuzz {
namespace {

bool IsSame(const Verifier& a, const Verifier& b) {
  return a.name == b.name && a.type == b.type && a.public_key == b.public_key;
}

// As C2SP signed-note has it: the first four bytes of SHA-256(name || newline || type || key).
std::string KeyIdOf(const Verifier& key) {
  std::string text = key.name + "\n" + static_cast<char>(key.type);
  text.append(key.public_key.begin(), key.public_key.end());
  const Hash hash = Sha256Of(ToBytes(text));
  return absl::StrFormat("%02x%02x%02x%02x", hash[0], hash[1], hash[2], hash[3]);
}

// Whatever there is before and after each part is a part of it.
void CheckRead(absl::string_view text) {
  const auto read = ParseVkey(text);
  if (!read.ok()) {
    FUZZ_CHECK(absl::StartsWith(read.status().message(), "vkey: "));
    return;
  }
  FUZZ_CHECK(FormatVkey(*read) == text && IsKeyName(read->name));
  const size_t plus = text.find('+');
  FUZZ_CHECK(text.substr(0, plus) == read->name && text.substr(plus + 1, 8) == KeyIdOf(*read));
  const auto key = Base64Decode(text.substr(plus + 10));
  FUZZ_CHECK(key && key->size() == 33 && key->front() == static_cast<char>(read->type));
}

void CheckWritten(FuzzInput& input) {
  Verifier key{.name = {}, .type = SignatureType::kEd25519, .public_key = {}};
  if (input.Below(2) == 1) key.type = SignatureType::kCosignature;
  input.TakeBytes(key.public_key.data(), key.public_key.size());
  const size_t at = input.Take<uint8_t>();
  const auto by = input.Take<uint8_t>();
  key.name = input.TakeRest();
  std::string text = FormatVkey(key);
  const auto read = ParseVkey(text);
  FUZZ_CHECK(read.ok() == IsKeyName(key.name));
  if (!read.ok()) return;
  FUZZ_CHECK(IsSame(*read, key));
  Flip(text, at, by);
  const auto changed = ParseVkey(text);
  FUZZ_CHECK(by == 0 || !changed.ok() || !IsSame(*changed, key));
  CheckRead(text);
}

}  // namespace
}  // namespace hourbook::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  hourbook::fuzz::CheckRead(absl::string_view(reinterpret_cast<const char*>(data), size));
  hourbook::fuzz::FuzzInput input(data, size);
  hourbook::fuzz::CheckWritten(input);
  return 0;
}
