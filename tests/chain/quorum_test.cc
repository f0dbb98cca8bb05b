#include "ledger/chain/quorum.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "ledger/chain/hasher.h"
#include "ledger/chain/signer.h"

namespace hourbook {
namespace {

constexpr char kOrigin[] = "town.example/hours";

class QuorumTest : public testing::Test {
 protected:
  static Signer Key(absl::string_view name, SignatureType type) {
    return Signer::Generate(name, type).value();
  }

  QuorumTest() {
    for (int i = 0; i < 5; ++i) {
      witnesses_.push_back(Key(absl::StrCat("w", i, ".example"), SignatureType::kCosignature));
    }
  }

  std::string Witnesses() const {
    std::string lines;
    for (size_t i = 0; i < witnesses_.size(); ++i) {
      absl::StrAppend(&lines, "witness w", i, " ", FormatVkey(witnesses_[i].verifier()), "\n");
    }
    return lines;
  }

  std::string LogLine() const { return absl::StrCat("log ", FormatVkey(log_.verifier()), "\n"); }

  static TrustPolicy Policy(const std::string& text) { return ParseTrustPolicy(text).value(); }

  // Signed by the log, and cosigned at 1000 + i by witness i for each bit of `cosigners`.
  Note Signed(unsigned cosigners) const {
    Note note{.text = text_, .signatures = {log_.Sign(text_)}};
    for (size_t i = 0; i < witnesses_.size(); ++i) {
      if ((cosigners >> i & 1) == 0) continue;
      note.signatures.push_back(witnesses_[i].Sign(text_, 1'000 + i));
    }
    return note;
  }

  // Empty where it is trusted.
  static std::string Refusal(const Note& note, const TrustPolicy& policy,
                             const std::optional<Verifier>& log = std::nullopt) {
    const absl::Status status = OpenTrusted(FormatNote(note), policy, log).status();
    EXPECT_TRUE(status.ok() || status.code() == absl::StatusCode::kDataLoss) << status;
    return std::string(status.message());
  }

  const Checkpoint checkpoint_{.origin = kOrigin, .size = 7, .root = EmptyRoot()};
  const std::string text_ = FormatCheckpoint(checkpoint_);
  const Signer log_ = Key(kOrigin, SignatureType::kEd25519);
  std::vector<Signer> witnesses_;
};

TEST_F(QuorumTest, NestedGroupsForEverySetOfCosigners) {
  const TrustPolicy policy =
      Policy(LogLine() + Witnesses() +
             "group two 2 w0 w1 w2\ngroup one any w3\ngroup both all two one\n"
             "group top any both w4\nquorum top\n");
  for (unsigned set = 0; set < 32; ++set) {
    const int of_two = static_cast<int>((set & 1) + (set >> 1 & 1) + (set >> 2 & 1));
    const bool expected = (of_two >= 2 && (set >> 3 & 1) != 0) || (set >> 4 & 1) != 0;
    const auto opened = OpenTrusted(FormatNote(Signed(set)), policy, std::nullopt);
    ASSERT_EQ(opened.ok(), expected) << set << opened.status();
    if (!expected) {
      EXPECT_TRUE(absl::StrContains(opened.status().message(), "quorum top is missed"));
      continue;
    }
    EXPECT_EQ(opened->checkpoint, checkpoint_);
    for (size_t i = 0; i < 5; ++i) {
      EXPECT_EQ(opened->cosigned[i], (set >> i & 1) != 0 ? 1'000 + i : 0) << set;
    }
  }
}

TEST_F(QuorumTest, OneWitnessOrNone) {
  EXPECT_EQ(Refusal(Signed(0), Policy(LogLine() + Witnesses() + "quorum none\n")), "");
  const TrustPolicy one = Policy(LogLine() + Witnesses() + "quorum w1\n");
  EXPECT_EQ(Refusal(Signed(2), one), "");
  EXPECT_EQ(Refusal(Signed(0), one),
            "the policy's quorum w1 is missed; the checkpoint was cosigned by none of its "
            "witnesses");
  EXPECT_EQ(Refusal(Signed(5), one),
            "the policy's quorum w1 is missed; the checkpoint was cosigned by w0, w2");
}

TEST_F(QuorumTest, SignedByAListedLogOrTheOneAskedFor) {
  const TrustPolicy none = Policy("quorum none\n");
  const Signer other = Key(kOrigin, SignatureType::kEd25519);
  const Signer stranger = Key("other.example", SignatureType::kEd25519);
  const auto listing = [](const Signer& log) {
    return Policy(absl::StrCat("log ", FormatVkey(log.verifier()), "\nquorum none\n"));
  };
  EXPECT_TRUE(absl::StrContains(Refusal(Signed(0), none), "no signature of a log of the policy"));
  EXPECT_EQ(Refusal(Signed(0), none, log_.verifier()), "");
  EXPECT_EQ(Refusal(Signed(0), listing(log_), log_.verifier()), "");
  EXPECT_TRUE(absl::StrContains(Refusal(Signed(0), none, other.verifier()), "by this key"));
  EXPECT_TRUE(absl::StrContains(Refusal(Signed(0), listing(other)), "of a log of the policy"));
  EXPECT_TRUE(absl::StrContains(Refusal(Signed(0), listing(other), log_.verifier()),
                                "of a log of the policy"));
  EXPECT_TRUE(absl::StrContains(Refusal(Signed(0), listing(log_), other.verifier()),
                                "by this key"));
  // A log vouches for its own origin alone.
  const Note foreign{.text = text_, .signatures = {stranger.Sign(text_)}};
  EXPECT_TRUE(absl::StrContains(Refusal(foreign, listing(stranger)), "of a log of the policy"));
  EXPECT_TRUE(absl::StrContains(Refusal(foreign, none, stranger.verifier()),
                                "is of town.example/hours, not of other.example"));
}

TEST_F(QuorumTest, AKnownKeyThatFailsRejectsAndAnUnknownIsPassedOver) {
  const TrustPolicy policy = Policy(LogLine() + Witnesses() + "quorum w0\n");
  Note note = Signed(1);
  note.signatures.push_back(Key("w9.example", SignatureType::kCosignature).Sign(text_, 5));
  note.signatures.push_back(Key("w0.example", SignatureType::kCosignature).Sign(text_, 5));
  EXPECT_EQ(Refusal(note, policy), "");
  for (size_t i = 0; i < 2; ++i) {
    Note bad = note;
    bad.signatures[i].bytes.back() ^= 1;
    EXPECT_TRUE(absl::StrContains(Refusal(bad, policy), "is not good")) << i;
  }
  // Also one that the quorum would not need.
  Note bad = note;
  bad.signatures.push_back(witnesses_[3].Sign("another text\n", 5));
  EXPECT_EQ(Refusal(bad, policy), "the signature of w3.example is not good");
}

TEST_F(QuorumTest, ACosignatureHasATime) {
  const TrustPolicy policy = Policy(LogLine() + Witnesses() + "quorum w0\n");
  for (const uint64_t time : {uint64_t{0}, uint64_t{1} << 63, UINT64_MAX}) {
    Note note = Signed(0);
    note.signatures.push_back(witnesses_[0].Sign(text_, time));
    EXPECT_EQ(Refusal(note, policy), "the signature of w0.example is not good") << time;
  }
  Note note = Signed(0);
  note.signatures.push_back(witnesses_[0].Sign(text_, INT64_MAX));
  EXPECT_EQ(Refusal(note, policy), "");
}

// With a log's key of its own name and bytes a witness's signature is no cosignature.
TEST_F(QuorumTest, APlainSignatureIsNoCosignature) {
  const TrustPolicy policy = Policy(LogLine() + Witnesses() + "quorum w0\n");
  Note note = Signed(1);
  note.signatures.back().bytes = log_.Sign(text_).bytes;
  EXPECT_EQ(Refusal(note, policy), "the signature of w0.example is not good");
}

TEST_F(QuorumTest, NoteThatIsNone) {
  const TrustPolicy policy = Policy("quorum none\n");
  EXPECT_EQ(OpenTrusted("", policy, log_.verifier()).status().code(),
            absl::StatusCode::kInvalidArgument);
  const Note note{.text = "no checkpoint\n", .signatures = {log_.Sign("no checkpoint\n")}};
  EXPECT_EQ(OpenTrusted(FormatNote(note), policy, log_.verifier()).status().code(),
            absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace hourbook
