#include "ledger/audit/witness.h"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <thread>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "ledger/base/error.h"
#include "ledger/base/file.h"
#include "ledger/chain/hasher.h"
#include "tests/calls/calls.h"
#include "tests/audit/witnessed_log.h"
#include "tests/base/temp_dir.h"

namespace hourbook {
namespace {

constexpr uint64_t kNow = 1'750'000'000;
constexpr char kOrigin[] = "town.example/hours";

Hash HashOfText(const std::string& text) {
  return Sha256Of(Bytes(reinterpret_cast<const uint8_t*>(text.data()), text.size()));
}

class WitnessTest : public testing::Test {
 protected:
  WitnessTest() : witness_(Witness::Open(key_, policy_, state()).value()) {}

  std::string state() const { return temp_ / ""; }
  std::string file() const {
    const Hash hash = HashOfText(kOrigin);
    return absl::StrCat(state(), "/", absl::BytesToHexString(absl::string_view(
                                          reinterpret_cast<const char*>(hash.data()), 32)));
  }

  absl::StatusOr<WitnessAnswer> Ask(const std::string& request, uint64_t now = kNow) const {
    absl::StatusOr<WitnessAnswer> answer = witness_.Answer(request, now);
    if (answer.ok()) {
      EXPECT_LE(answer->body.size(), witness_.body_max_size());
      EXPECT_EQ(answer->body.back(), '\n');
    }
    return answer;
  }

  uint32_t Code(const std::string& request) const {
    const absl::StatusOr<WitnessAnswer> answer = Ask(request);
    EXPECT_TRUE(answer.ok()) << answer.status();
    return answer.ok() ? static_cast<uint32_t>(answer->code) : 0;
  }

  // Cosigned, and the cosignature is good and of that time.
  void ExpectCosigned(size_t old_size, size_t size, uint64_t now = kNow, uint64_t time = kNow) {
    const absl::StatusOr<WitnessAnswer> answer = Ask(log_.Step(old_size, size), now);
    ASSERT_TRUE(answer.ok()) << answer.status();
    ASSERT_EQ(answer->code, WitnessAnswer::kCosigned) << answer->body;
    const Note note = ParseNote(log_.Note(size) + answer->body).value();
    const auto found = VerifyNote(note, {log_.verifier(), key_.verifier()});
    ASSERT_TRUE(found.ok()) << found.status();
    ASSERT_EQ(found->size(), 2);
    EXPECT_EQ((*found)[1].time, time);
    EXPECT_EQ(witness_.Latest(HashOfText(kOrigin)).value(), log_.Note(size) + answer->body);
  }

  TempDir temp_;
  const WitnessedLog log_{kOrigin};
  const WitnessedLog other_{"other.example/log"};
  const Signer key_ = Signer::Generate("witness.example", SignatureType::kCosignature).value();
  const TrustPolicy policy_ =
      ParseTrustPolicy(log_.PolicyLine() + other_.PolicyLine() + "quorum none\n").value();
  const Witness witness_;
};

TEST_F(WitnessTest, CosignsEveryStepOfALog) {
  for (size_t old_size = 0; old_size < 20; ++old_size) {
    for (size_t size = std::max<size_t>(old_size, 1); size <= 20; ++size) {
      std::filesystem::remove(file());
      if (old_size > 0) ExpectCosigned(0, old_size);
      ExpectCosigned(old_size, size);
    }
  }
}

TEST_F(WitnessTest, AnEmptyLogAndTheSameSizeAgain) {
  ExpectCosigned(0, 0);
  ExpectCosigned(0, 0, kNow + 1, kNow + 1);
  ExpectCosigned(0, 7, kNow + 2, kNow + 2);
  ExpectCosigned(7, 7, kNow + 3, kNow + 3);
  const std::string empty_with_root =
      FormatCheckpoint({.origin = kOrigin, .size = 0, .root = LeafHash({})});
  const std::string note = FormatNote(
      {.text = empty_with_root, .signatures = {log_.key().Sign(empty_with_root)}});
  std::filesystem::remove(file());
  EXPECT_EQ(Code("old 0\n\n" + note), WitnessAnswer::kInconsistent);
}

TEST_F(WitnessTest, TimeNeverGoesBack) {
  EXPECT_EQ(FailureOf(Ask(log_.Step(0, 1), 0).status()), Failure::kInvalidArgument);
  ExpectCosigned(0, 1, kNow, kNow);
  ExpectCosigned(1, 2, kNow - 50, kNow);
  ExpectCosigned(2, 3, kNow + 5, kNow + 5);
}

TEST_F(WitnessTest, RefusesAnotherSizeAndTellsItsOwn) {
  const auto conflict = [&](size_t old_size, size_t size) {
    const WitnessAnswer answer = Ask(log_.Step(old_size, size)).value();
    EXPECT_EQ(answer.code, WitnessAnswer::kOtherSize);
    return answer.body;
  };
  EXPECT_EQ(conflict(3, 7), "0\n");
  ExpectCosigned(0, 7);
  EXPECT_EQ(conflict(0, 7), "7\n");
  EXPECT_EQ(conflict(0, 9), "7\n");
  EXPECT_EQ(conflict(3, 5), "7\n");
  EXPECT_EQ(conflict(8, 9), "7\n");
  ExpectCosigned(7, 9);
}

TEST_F(WitnessTest, RefusesWhatIsNotProved) {
  ExpectCosigned(0, 7);
  const WitnessedLog fork = log_.ForkedAt(5);
  EXPECT_EQ(Code(fork.Step(7, 9)), WitnessAnswer::kInconsistent);
  EXPECT_EQ(Code(fork.Step(7, 7)), WitnessAnswer::kInconsistent);
  const auto step = [&](size_t old_size, std::vector<Hash> hashes, size_t size) {
    return FormatAddCheckpoint(
        {.old_size = old_size, .hashes = std::move(hashes), .checkpoint = log_.Note(size)});
  };
  std::vector<Hash> proof = log_.ConsistencyProof(7, 12);
  EXPECT_EQ(Code(step(7, {}, 12)), WitnessAnswer::kInconsistent);
  EXPECT_EQ(Code(step(7, proof, 7)), WitnessAnswer::kInconsistent);
  proof.push_back(proof[0]);
  EXPECT_EQ(Code(step(7, proof, 12)), WitnessAnswer::kInconsistent);
  proof.pop_back();
  for (Hash& hash : proof) {
    hash[31] ^= 1;
    EXPECT_EQ(Code(step(7, proof, 12)), WitnessAnswer::kInconsistent);
    hash[31] ^= 1;
  }
  EXPECT_EQ(Code(step(7, proof, 12)), WitnessAnswer::kCosigned);
  std::filesystem::remove(file());
  EXPECT_EQ(Code(step(0, {proof[0]}, 12)), WitnessAnswer::kInconsistent);
}

TEST_F(WitnessTest, RefusesWhatIsMalformed) {
  ExpectCosigned(0, 2);
  const std::string note = log_.Note(7);
  const std::vector<std::string> requests = {
      "", "old", "old 0\n", "old 0\n" + note, "old 07\n\n" + note,
      "old -1\n\n" + note, "new 0\n\n" + note, "old 0\nxyz\n\n" + note,
      "old 0\n\nno note\n", "old 0\n\n" + log_.Text(7), "old 8\n\n" + note,
      FormatAddCheckpoint({.old_size = 1,
                           .hashes = std::vector<Hash>(64),
                           .checkpoint = note}),
      "old 2\n\n" + std::string(2'000'000, 'x'),
      "old 0\n\n" + FormatNote({.text = "three\nlines\nhere\n",
                                .signatures = {log_.key().Sign("three\nlines\nhere\n")}})};
  for (const std::string& request : requests) {
    EXPECT_EQ(Code(request), WitnessAnswer::kMalformed) << request.substr(0, 99);
  }
}

TEST_F(WitnessTest, KnowsLogsByNameAndKey) {
  EXPECT_EQ(Code(WitnessedLog("third.example").Step(0, 7)), WitnessAnswer::kUnknownLog);
  EXPECT_EQ(Code(WitnessedLog(std::string(600, 'x')).Step(0, 7)), WitnessAnswer::kUnknownLog);
  EXPECT_EQ(Code(WitnessedLog(kOrigin).Step(0, 7)), WitnessAnswer::kNotSigned);
  const auto with = [&](std::vector<NoteSignature> signatures) {
    return "old 0\n\n" + FormatNote({.text = log_.Text(7), .signatures = std::move(signatures)});
  };
  NoteSignature bad = log_.key().Sign(log_.Text(7));
  bad.bytes[5] ^= 1;
  EXPECT_EQ(Code(with({bad})), WitnessAnswer::kNotSigned);
  EXPECT_EQ(Code(with({log_.key().Sign(log_.Text(7)), bad})), WitnessAnswer::kNotSigned);
  // Another log of the policy does not speak for this one.
  EXPECT_EQ(Code(with({other_.key().Sign(log_.Text(7))})), WitnessAnswer::kNotSigned);
  EXPECT_FALSE(std::filesystem::exists(file()));
}

TEST_F(WitnessTest, KeepsTheLogsSignatureAndItsOwnAlone) {
  Note note = ParseNote(log_.Note(7)).value();
  note.signatures.insert(note.signatures.begin(), 63, other_.key().Sign(note.text));
  const absl::StatusOr<WitnessAnswer> answer = Ask("old 0\n\n" + FormatNote(note));
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(witness_.Latest(HashOfText(kOrigin)).value(), log_.Note(7) + answer->body);
  EXPECT_EQ(FailureOf(witness_.Latest(HashOfText("other.example/log")).status()),
            Failure::kNotFound);
}

TEST_F(WitnessTest, ExtensionLinesAreKeptAndMustLeaveRoom) {
  const auto extended = [&](size_t extension) {
    const std::string text = absl::StrCat(log_.Text(7), std::string(extension, 'x'), "\n");
    return FormatNote({.text = text, .signatures = {log_.key().Sign(text)}});
  };
  const size_t room = kNoteMaxSize - extended(0).size();
  EXPECT_EQ(Code("old 0\n\n" + extended(room)), WitnessAnswer::kMalformed);
  const absl::StatusOr<WitnessAnswer> answer = Ask("old 0\n\n" + extended(9));
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(witness_.Latest(HashOfText(kOrigin)).value(), extended(9) + answer->body);
}

TEST_F(WitnessTest, TwoLogsDoNotDisturbEachOther) {
  ExpectCosigned(0, 7);
  EXPECT_EQ(Code(other_.Step(0, 3)), WitnessAnswer::kCosigned);
  ExpectCosigned(7, 9);
  EXPECT_EQ(Code(other_.Step(3, 9)), WitnessAnswer::kCosigned);
}

TEST_F(WitnessTest, ALogsKeyIsNoWitness) {
  EXPECT_EQ(FailureOf(Witness::Open(log_.key(), policy_, state()).status()),
            Failure::kInvalidArgument);
}

TEST_F(WitnessTest, NoDirectoryIsNoNewWitness) {
  const absl::Status lost = Witness::Open(key_, policy_, temp_ / "lost").status();
  EXPECT_EQ(FailureOf(lost), Failure::kNotFound);
  EXPECT_TRUE(absl::StrContains(lost.message(), "bring it back")) << lost;
  EXPECT_FALSE(std::filesystem::exists(temp_ / "lost"));
  std::ofstream(temp_ / "file") << "x";
  EXPECT_EQ(FailureOf(Witness::Open(key_, policy_, temp_ / "file").status()),
            Failure::kInvalidArgument);
}

TEST_F(WitnessTest, ADamagedFileCosignsNothing) {
  ExpectCosigned(0, 7);
  const std::string kept = ReadFile(file(), kNoteMaxSize).value();
  const auto expect_refused = [&](const std::string& bytes, size_t at) {
    std::ofstream(file(), std::ios::binary) << bytes;
    for (const auto& [old_size, size] : {std::pair(7, 9), std::pair(0, 9)}) {
      EXPECT_EQ(FailureOf(Ask(log_.Step(old_size, size)).status()), Failure::kCorrupt) << at;
    }
    EXPECT_EQ(FailureOf(witness_.Latest(HashOfText(kOrigin)).status()), Failure::kCorrupt);
    EXPECT_EQ(ReadFile(file(), 2 * kNoteMaxSize).value(), bytes);
  };
  for (size_t at = 0; at < kept.size(); ++at) expect_refused(kept.substr(0, at), at);
  expect_refused(std::string(kNoteMaxSize + 1, 'x'), 0);
  // Any byte but the log's signature, which was verified before and is not what is relied on.
  const size_t log_line = kept.find("\n\n") + 2;
  const size_t own_line = kept.find('\n', log_line) + 1;
  for (size_t at = 0; at < kept.size(); ++at) {
    if (at >= log_line && at < own_line) continue;
    std::string changed = kept;
    changed[at] ^= 1;
    expect_refused(changed, at);
  }
  std::ofstream(file(), std::ios::binary) << kept;
  ExpectCosigned(7, 9);
}

TEST_F(WitnessTest, AnotherKeysOrLogsFileCosignsNothing) {
  ExpectCosigned(0, 7);
  const Signer other = Signer::Generate("witness.example", SignatureType::kCosignature).value();
  const Witness impostor = Witness::Open(other, policy_, state()).value();
  EXPECT_EQ(FailureOf(impostor.Answer(log_.Step(7, 9), kNow).status()), Failure::kCorrupt);
  ASSERT_EQ(Code(other_.Step(0, 3)), WitnessAnswer::kCosigned);
  std::filesystem::copy(absl::StrCat(state(), "/", absl::BytesToHexString(absl::string_view(
                            reinterpret_cast<const char*>(
                                HashOfText("other.example/log").data()), 32))),
                        file(), std::filesystem::copy_options::overwrite_existing);
  EXPECT_EQ(FailureOf(Ask(log_.Step(3, 9)).status()), Failure::kCorrupt);
}

// The answer is only made once the file is durable; after a crash between the two, the same request
// meets the new size, and a request from there is cosigned again.
TEST_F(WitnessTest, ACrashAtAnyStepCosignsNothingThatIsForgotten) {
  ExpectCosigned(0, 7);
  bool cosigned = false;
  for (int call = 1; !cosigned; ++call) {
    ASSERT_LT(call, 50);
    StopCallsAfter(call);
    const absl::StatusOr<WitnessAnswer> answer = Ask(log_.Step(7, 9));
    StopCallsAfter(0);
    const uint64_t size =
        ParseCheckpoint(ParseNote(witness_.Latest(HashOfText(kOrigin)).value()).value().text)
            .value().size;
    if (size == 9) {
      const WitnessAnswer again = Ask(log_.Step(7, 9)).value();
      EXPECT_EQ(again.code, WitnessAnswer::kOtherSize);
      EXPECT_EQ(again.body, "9\n");
      ExpectCosigned(9, 9);
    }
    cosigned = answer.ok();
    if (cosigned) {
      EXPECT_EQ(answer->code, WitnessAnswer::kCosigned);
      EXPECT_EQ(size, 9);
    } else {
      std::filesystem::remove(file());
      ExpectCosigned(0, 7);
    }
  }
}

// Walks a log upwards, beside others who do the same, with old requests among the new ones. Each
// step that was cosigned goes to `out`.
void Walk(const Witness& witness, const std::vector<std::vector<std::string>>& steps, unsigned seed,
          const std::string& out) {
  std::ofstream cosigned(out);
  size_t last = 0;
  while (last + 1 < steps.size()) {
    seed = seed * 1'103'515'245 + 12'345;
    const size_t old_size = (seed >> 16) % 4 == 0 ? last / 2 : last;
    const size_t size = std::min(old_size + 1 + (seed >> 20) % 3, steps.size() - 1);
    const WitnessAnswer answer = witness.Answer(steps[old_size][size], kNow).value();
    if (answer.code == WitnessAnswer::kCosigned) {
      cosigned << old_size << ' ' << size << '\n';
      last = size;
    } else {
      ASSERT_EQ(answer.code, WitnessAnswer::kOtherSize);
      last = std::stoull(answer.body);
    }
  }
}

TEST_F(WitnessTest, ThreadsAndProcessesCannotRollBack) {
  constexpr int kProcesses = 2, kThreads = 3;
  constexpr size_t kSize = 60;
  const WitnessedLog log("long.example/log", kSize);
  const TrustPolicy policy = ParseTrustPolicy(log.PolicyLine() + "quorum none\n").value();
  const Witness witness = Witness::Open(key_, policy, state()).value();
  std::vector<std::vector<std::string>> steps(kSize + 1, std::vector<std::string>(kSize + 1));
  for (size_t from = 0; from <= kSize; ++from) {
    for (size_t to = from; to <= std::min(from + 3, kSize); ++to) {
      steps[from][to] = log.Step(from, to);
    }
  }
  const auto name = [&](int process, int thread) {
    return temp_ / absl::StrCat("steps", process, "-", thread);
  };
  std::vector<pid_t> children;
  for (int process = 0; process < kProcesses; ++process) {
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      std::vector<std::thread> threads;
      for (int i = 0; i < kThreads; ++i) {
        threads.emplace_back([&, i] {
          Walk(witness, steps, static_cast<unsigned>(process * kThreads + i), name(process, i));
        });
      }
      for (std::thread& thread : threads) thread.join();
      ::_exit(testing::Test::HasFailure() ? 1 : 0);
    }
    children.push_back(child);
  }
  for (const pid_t child : children) {
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  }
  // What was cosigned is one walk: each size was left once, for the next.
  std::vector<std::pair<size_t, size_t>> walked;
  for (int process = 0; process < kProcesses; ++process) {
    for (int thread = 0; thread < kThreads; ++thread) {
      std::ifstream cosigned(name(process, thread));
      for (size_t from, to; cosigned >> from >> to;) {
        if (from != to) walked.emplace_back(from, to);
      }
    }
  }
  std::sort(walked.begin(), walked.end());
  ASSERT_FALSE(walked.empty());
  size_t reached = 0;
  for (const auto& [from, to] : walked) {
    EXPECT_EQ(from, reached);
    reached = to;
  }
  EXPECT_EQ(reached, kSize);
}

}  // namespace
}  // namespace hourbook
