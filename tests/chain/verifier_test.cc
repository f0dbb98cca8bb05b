#include "ledger/chain/verifier.h"

#include <fstream>
#include <nlohmann/json.hpp>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "ledger/chain/signer.h"
#include "ledger/format/base64.h"

namespace hourbook {
namespace {

using Json = nlohmann::json;

Json PublicNotes() {
  std::ifstream file(HOURBOOK_TEST_DATA "/vectors/note.json");
  return Json::parse(file);
}

std::vector<Verifier> Verifiers(const Json& vkeys) {
  std::vector<Verifier> verifiers;
  for (const Json& vkey : vkeys) verifiers.push_back(ParseVkey(vkey.get<std::string>()).value());
  return verifiers;
}

// What the public cases call what becomes of a note.
std::string Verdict(const std::string& bytes, const std::vector<Verifier>& verifiers,
                    std::vector<std::string>& verified) {
  const absl::StatusOr<Note> note = ParseNote(bytes);
  if (!note.ok()) return "malformed";
  const absl::StatusOr<std::vector<Signed>> found = VerifyNote(*note, verifiers);
  if (!found.ok()) return "invalid signature";
  for (const Signed& one : *found) {
    const std::string vkey = FormatVkey(verifiers[one.verifier]);
    verified.push_back(vkey.substr(0, vkey.rfind('+')));
  }
  return found->empty() ? "unverified" : "ok";
}

TEST(VerifierTest, PublicNotes) {
  const Json cases = PublicNotes()["notes"];
  ASSERT_EQ(cases.size(), 13);
  for (const Json& c : cases) {
    const std::optional<std::string> note = Base64Decode(c["note_base64"].get<std::string>());
    ASSERT_TRUE(note.has_value());
    std::vector<std::string> verified;
    EXPECT_EQ(Verdict(*note, Verifiers(c["vkeys"]), verified), c["want"]) << c["desc"];
    EXPECT_EQ(Json(verified), c["verified"]) << c["desc"];
  }
}

TEST(VerifierTest, PublicVkeys) {
  const Json data = PublicNotes();
  for (const Json& vkey : data["vkeys_good"]) {
    const absl::StatusOr<Verifier> verifier = ParseVkey(vkey.get<std::string>());
    ASSERT_TRUE(verifier.ok()) << verifier.status();
    EXPECT_EQ(FormatVkey(*verifier), vkey);
  }
  for (const Json& bad : data["vkeys_bad"]) {
    if (!bad.contains("vkey")) continue;
    EXPECT_FALSE(ParseVkey(bad["vkey"].get<std::string>()).ok()) << bad["why"];
  }
}

TEST(VerifierTest, NoPartOfAVkeyNorAnyOtherByte) {
  const std::string vkey = PublicNotes()["vkeys_good"][0];
  for (size_t begin = 0; begin < vkey.size(); ++begin) {
    for (size_t length = 0; begin + length <= vkey.size(); ++length) {
      if (length == vkey.size()) continue;
      EXPECT_FALSE(ParseVkey(vkey.substr(begin, length)).ok()) << vkey.substr(begin, length);
    }
    for (int change = 1; change < 256; ++change) {
      std::string changed = vkey;
      changed[begin] = static_cast<char>(changed[begin] + change);
      EXPECT_FALSE(ParseVkey(changed).ok()) << changed;
    }
  }
}

TEST(VerifierTest, TheStandardsExample) {
  const absl::StatusOr<Verifier> verifier =
      ParseVkey("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k");
  ASSERT_TRUE(verifier.ok()) << verifier.status();
  const absl::StatusOr<Note> note = ParseNote(
      "This is an example message.\n\n— example.com/foo "
      "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM="
      "\n");
  ASSERT_TRUE(note.ok()) << note.status();
  EXPECT_EQ(VerifyNote(*note, {*verifier}).value().size(), 1);
}

class SignedCheckpointTest : public testing::Test {
 protected:
  static Signer Key(absl::string_view name, SignatureType type = SignatureType::kEd25519) {
    return Signer::Generate(name, type).value();
  }
  std::string NoteBy(const Signer& signer) const {
    return FormatNote({.text = text_, .signatures = {signer.Sign(text_)}});
  }

  const Checkpoint checkpoint_{.origin = "town.example/hours", .size = 7, .root = Hash{1}};
  const std::string text_ = FormatCheckpoint(checkpoint_);
  const Signer log_ = Key("town.example/hours");
};

TEST_F(SignedCheckpointTest, Opens) {
  EXPECT_EQ(OpenCheckpoint(NoteBy(log_), log_.verifier()).value(), checkpoint_);
}

TEST_F(SignedCheckpointTest, EveryChangedByteIsFound) {
  const std::string note = NoteBy(log_);
  for (size_t i = 0; i < note.size(); ++i) {
    for (const int flip : {0x01, 0x20, 0x80}) {
      std::string changed = note;
      changed[i] = static_cast<char>(changed[i] ^ flip);
      EXPECT_FALSE(OpenCheckpoint(changed, log_.verifier()).ok()) << i;
    }
  }
}

TEST_F(SignedCheckpointTest, AnotherKeyOfTheRightName) {
  const Signer other = Key("town.example/hours");
  const absl::Status status = OpenCheckpoint(NoteBy(other), log_.verifier()).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_TRUE(absl::StrContains(status.message(), "bears no signature")) << status;
}

TEST_F(SignedCheckpointTest, TheRightKeyOfAnotherLog) {
  const Signer other = Key("other.example");
  const absl::Status status = OpenCheckpoint(NoteBy(other), other.verifier()).status();
  EXPECT_TRUE(absl::StrContains(status.message(), "is of town.example/hours, not of")) << status;
}

TEST_F(SignedCheckpointTest, ABadSignatureSpoilsGoodOnes) {
  NoteSignature bad = log_.Sign(text_);
  bad.bytes[5] = static_cast<char>(bad.bytes[5] ^ 1);
  const Note note{.text = text_, .signatures = {log_.Sign(text_), bad}};
  EXPECT_FALSE(OpenCheckpoint(FormatNote(note), log_.verifier()).ok());
}

TEST_F(SignedCheckpointTest, CosignaturesAreOfATime) {
  const Signer witness = Key("witness.example", SignatureType::kCosignature);
  const Note note{.text = text_, .signatures = {log_.Sign(text_), witness.Sign(text_, 1'679'315'147)}};
  const std::vector<Verifier> both = {log_.verifier(), witness.verifier()};
  const absl::StatusOr<std::vector<Signed>> found = VerifyNote(note, both);
  ASSERT_TRUE(found.ok()) << found.status();
  ASSERT_EQ(found->size(), 2);
  EXPECT_EQ((*found)[1].time, 1'679'315'147);
  // The time is under the signature.
  Note later = note;
  later.signatures[1].bytes[7] = static_cast<char>(later.signatures[1].bytes[7] + 1);
  EXPECT_FALSE(VerifyNote(later, both).ok());
  // What a key cosigns it has not signed.
  Verifier as_log = witness.verifier();
  as_log.type = SignatureType::kEd25519;
  EXPECT_TRUE(VerifyNote(note, {as_log}).value().empty());
}

// C2SP tlog-cosignature's example of the message.
TEST(VerifierTest, CosignedMessage) {
  EXPECT_EQ(CosignedMessage("example.com/behind-the-sofa\n20852163\nCsUY\n", 1'679'315'147),
            "cosignature/v1\ntime 1679315147\nexample.com/behind-the-sofa\n20852163\nCsUY\n");
}

}  // namespace
}  // namespace hourbook
