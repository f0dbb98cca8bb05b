#include "ledger/audit/cosignatures.h"

#include <filesystem>
#include <fstream>
#include <thread>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "ledger/base/error.h"
#include "ledger/chain/quorum.h"
#include "tests/audit/witnessed_log.h"
#include "tests/base/temp_dir.h"

namespace hourbook {
namespace {

class CosignaturesTest : public testing::Test {
 protected:
  CosignaturesTest() {
    std::string text = log_.PolicyLine();
    for (int i = 0; i < 4; ++i) {
      witnesses_.push_back(
          Signer::Generate(absl::StrCat("w", i), SignatureType::kCosignature).value());
      absl::StrAppend(&text, "witness w", i, " ", FormatVkey(witnesses_[i].verifier()), "\n");
    }
    policy_ = ParseTrustPolicy(text + "group all all w0 w1 w2 w3\nquorum all\n").value();
    Put(log_.Note(7));
  }

  void Put(const std::string& note) const {
    std::ofstream(temp_ / "checkpoint", std::ios::binary) << note;
  }
  std::string Present() const { return ReadFile(temp_ / "checkpoint", kNoteMaxSize).value(); }
  std::string Line(int witness, uint64_t time, size_t size = 7) const {
    return FormatSignature(witnesses_[witness].Sign(log_.Text(size), time));
  }
  absl::StatusOr<size_t> Add(const std::string& lines) const {
    return AddCosignatures(temp_ / "", lines, policy_);
  }
  // Refused so, and nothing is changed.
  void ExpectRefused(const std::string& lines, Failure failure, absl::string_view says) const {
    const std::string before = Present();
    const absl::Status refused = Add(lines).status();
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(FailureOf(refused), failure) << refused;
    EXPECT_TRUE(absl::StrContains(refused.message(), says)) << refused;
    EXPECT_EQ(Present(), before);
  }

  TempDir temp_;
  const WitnessedLog log_{"town.example/hours"};
  std::vector<Signer> witnesses_;
  TrustPolicy policy_;
};

TEST_F(CosignaturesTest, AreAddedAndNewerOnesTakeThePlaceOfOlder) {
  EXPECT_EQ(Add(Line(0, 5) + Line(1, 6)).value(), 2);
  EXPECT_EQ(Present(), log_.Note(7) + Line(0, 5) + Line(1, 6));
  EXPECT_EQ(Add(Line(0, 9)).value(), 1);
  EXPECT_EQ(Present(), log_.Note(7) + Line(0, 9) + Line(1, 6));
  EXPECT_EQ(Add(Line(0, 8)).value(), 1);
  EXPECT_EQ(Present(), log_.Note(7) + Line(0, 9) + Line(1, 6));
  EXPECT_EQ(Add(Line(3, 1) + Line(2, 2)).value(), 2);
  EXPECT_TRUE(OpenTrusted(Present(), policy_, std::nullopt).ok());
  EXPECT_FALSE(std::filesystem::exists(temp_ / "checkpoint.new"));
}

TEST_F(CosignaturesTest, UnknownOnesArePassedOver) {
  const Signer stranger = Signer::Generate("w0", SignatureType::kCosignature).value();
  const std::string unknown = FormatSignature(stranger.Sign(log_.Text(7), 5));
  EXPECT_EQ(Add(unknown + Line(0, 5)).value(), 1);
  EXPECT_EQ(Present(), log_.Note(7) + Line(0, 5));
  ExpectRefused(unknown, Failure::kUnsound, "none of the signatures is of a witness");
  ExpectRefused(FormatSignature(log_.key().Sign(log_.Text(7))), Failure::kUnsound, "none of");
}

TEST_F(CosignaturesTest, BadOnesAreRefused) {
  ExpectRefused(Line(0, 5) + Line(1, 5, 6), Failure::kUnsound, "the signature of w1 is not good");
  ExpectRefused(Line(0, 0), Failure::kUnsound, "the signature of w0 is not good");
  ExpectRefused("", Failure::kUnsound, "line 1: no signature");
  ExpectRefused(Line(0, 5) + "x\n", Failure::kUnsound, "line 2: not a signature");
}

TEST_F(CosignaturesTest, OnlyOnAWholeCheckpointOfThePolicysLog) {
  for (const std::string& note : {std::string(), std::string("x"), log_.Text(7)}) {
    Put(note);
    ExpectRefused(Line(0, 5), Failure::kUnsound, "note, line 1");
  }
  Put(WitnessedLog("town.example/hours").Note(7));
  ExpectRefused(Line(0, 5), Failure::kUnsound, "no log of the policy signed it");
  std::filesystem::remove(temp_ / "checkpoint");
  EXPECT_EQ(FailureOf(Add(Line(0, 5)).status()), Failure::kNotFound);
  EXPECT_TRUE(std::filesystem::is_empty(temp_ / ""));
}

TEST_F(CosignaturesTest, AForgedOneThatIsThereGivesWay) {
  NoteSignature forged = witnesses_[0].Sign(log_.Text(7), 99);
  forged.bytes.resize(3);
  Put(log_.Note(7) + FormatSignature(forged));
  EXPECT_EQ(Add(Line(0, 5)).value(), 1);
  EXPECT_EQ(Present(), log_.Note(7) + Line(0, 5));
}

TEST_F(CosignaturesTest, NoMoreThanANoteMayHave) {
  std::string full = log_.Note(7);
  const Signer stranger = Signer::Generate("x", SignatureType::kCosignature).value();
  for (size_t i = 1; i < kNoteMaxSignatures; ++i) {
    full += FormatSignature(stranger.Sign(log_.Text(7), i));
  }
  Put(full);
  ExpectRefused(Line(0, 5), Failure::kInvalidArgument, "no room");
}

TEST_F(CosignaturesTest, NoneIsLostWhenSeveralAddAtOnce) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&, i] {
      for (uint64_t time = 1; time <= 20; ++time) {
        const absl::StatusOr<size_t> added = Add(Line(i, time));
        EXPECT_TRUE(added.ok()) << added.status();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  const auto opened = OpenTrusted(Present(), policy_, std::nullopt);
  ASSERT_TRUE(opened.ok()) << opened.status();
  EXPECT_EQ(opened->cosigned, CosignedAt({20, 20, 20, 20}));
}

}  // namespace
}  // namespace hourbook
