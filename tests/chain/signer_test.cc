#include "ledger/chain/signer.h"

#include <fstream>
#include <nlohmann/json.hpp>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "gtest/gtest.h"
#include "ledger/base/error.h"
#include "ledger/format/base64.h"

namespace hourbook {
namespace {

// A key file with the given 32 secret bytes: PKCS #8 of Ed25519 is a fixed prefix and these.
std::string KeyText(absl::string_view vkey, absl::string_view seed) {
  const absl::string_view prefix("\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20",
                                 16);
  const std::string der = absl::StrCat(prefix, seed);
  const Bytes bytes(reinterpret_cast<const uint8_t*>(der.data()), der.size());
  return absl::StrCat("vkey: ", vkey, "\n-----BEGIN PRIVATE KEY-----\n", Base64Encode(bytes),
                      "\n-----END PRIVATE KEY-----\n");
}

TEST(SignerTest, SignsAsThePublicNoteWasSigned) {
  std::ifstream file(HOURBOOK_TEST_DATA "/vectors/note.json");
  const nlohmann::json c = nlohmann::json::parse(file)["deterministic_sign"];
  // PRIVATE+KEY+name+key id+base64, which may have plus signs of its own.
  const std::vector<std::string> skey =
      absl::StrSplit(c["skey"].get<std::string>(), absl::MaxSplits('+', 4));
  const std::string secret = Base64Decode(skey[4]).value();
  const absl::StatusOr<Signer> signer =
      Signer::FromText(KeyText(c["vkey"].get<std::string>(), secret.substr(1)), "");
  ASSERT_TRUE(signer.ok()) << signer.status();
  const std::string text = c["text"];
  EXPECT_EQ(FormatNote({.text = text, .signatures = {signer->Sign(text)}}), c["want_note"]);
}

TEST(SignerTest, KeepsItsKeyInText) {
  for (const SignatureType type : {SignatureType::kEd25519, SignatureType::kCosignature}) {
    const Signer signer = Signer::Generate("town.example/志愿", type).value();
    for (const absl::string_view passphrase : {"", "correct horse"}) {
      const std::string text = signer.ToText(passphrase).value();
      const absl::StatusOr<Signer> again = Signer::FromText(text, passphrase);
      ASSERT_TRUE(again.ok()) << again.status();
      EXPECT_EQ(FormatVkey(again->verifier()), FormatVkey(signer.verifier()));
      EXPECT_EQ(again->Sign("text\n", 5).bytes, signer.Sign("text\n", 5).bytes);
      EXPECT_EQ(absl::StrContains(text, "ENCRYPTED"), !passphrase.empty());
    }
  }
}

TEST(SignerTest, AWrongPassphraseIsToldFromNone) {
  const Signer signer = Signer::Generate("a", SignatureType::kEd25519).value();
  const std::string text = signer.ToText("right").value();
  const absl::Status none = Signer::FromText(text, "").status();
  EXPECT_EQ(FailureOf(none), Failure::kPermissionDenied);
  EXPECT_TRUE(absl::StrContains(none.message(), "give its passphrase")) << none;
  const absl::Status wrong = Signer::FromText(text, "wrong").status();
  EXPECT_EQ(FailureOf(wrong), Failure::kPermissionDenied);
  EXPECT_TRUE(absl::StrContains(wrong.message(), "does not open it")) << wrong;
}

TEST(SignerTest, TwoKeysAreNeverTheSame) {
  EXPECT_NE(Signer::Generate("a", SignatureType::kEd25519)->verifier().public_key,
            Signer::Generate("a", SignatureType::kEd25519)->verifier().public_key);
}

TEST(SignerTest, RefusesWhatIsNoKeyFile) {
  const Signer signer = Signer::Generate("a", SignatureType::kEd25519).value();
  const Signer other = Signer::Generate("a", SignatureType::kEd25519).value();
  const std::string text = signer.ToText("").value();
  const std::string foreign = absl::StrReplaceAll(
      text, {{FormatVkey(signer.verifier()), FormatVkey(other.verifier())}});
  const std::pair<std::string, absl::string_view> cases[] = {
      {"", "first line"},
      {text.substr(6), "first line"},
      {absl::StrCat("vkey: x\n", text), "vkey: not of the form"},
      {text.substr(0, text.find('\n') + 1), "no Ed25519 private key"},
      {text.substr(0, text.size() / 2), "no Ed25519 private key"},
      {foreign, "not that of the key"},
      {text + std::string(10'000, ' '), "too large"},
  };
  for (const auto& [file, says] : cases) {
    const absl::Status status = Signer::FromText(file, "").status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << file;
    EXPECT_TRUE(absl::StrContains(status.message(), says)) << file << status;
  }
  EXPECT_FALSE(Signer::Generate("a b", SignatureType::kEd25519).ok());
}

}  // namespace
}  // namespace hourbook
