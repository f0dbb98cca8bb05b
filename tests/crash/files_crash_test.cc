// The power fails at every call that is made for the files beside a ledger: what a witness cosigned, what an
// auditor saw, the payloads behind evidence.
#include <sys/stat.h>

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "ledger/audit/seen.h"
#include "ledger/audit/witness.h"
#include "ledger/base/error.h"
#include "ledger/chain/hasher.h"
#include "ledger/engine/payloads.h"
#include "tests/audit/witnessed_log.h"
#include "tests/base/temp_dir.h"
#include "tests/crash/explore.h"

namespace hourbook::crash {
namespace {

constexpr uint64_t kNow = 1'750'000'000;
constexpr char kOrigin[] = "town.example/hours";
constexpr uint64_t kSizes[] = {3, 4, 9, 15, 20};

absl::Status Unsound(const std::string& why) { return absl::DataLossError(why); }

class FilesCrashTest : public testing::Test {
 protected:
  FilesCrashTest() { EXPECT_EQ(::mkdir(disk().c_str(), 0755), 0); }

  std::string disk() const { return temp_ / "disk"; }

  // No state is unsound; without any one of those kinds of sync there is one that is.
  void ExpectSoundBecauseOf(const std::vector<Op::Kind>& syncs, const std::vector<Op>& ops, const Check& check) {
    const Explored explored = Explore(ops, disk(), Given({.seed = 7}), check);
    EXPECT_EQ(explored.unsound, 0) << explored.first;
    EXPECT_GT(explored.states, 20);
    for (const Op::Kind left_out : syncs) {
      const Effort effort{.seed = 7, .ends_at_unsound = true};
      EXPECT_GT(Explore(Without(left_out, ops), disk(), effort, check).unsound, 0) << static_cast<int>(left_out);
    }
  }

  TempDir temp_{TempDir::MemoryBase()};
};

class WitnessCrashTest : public FilesCrashTest {
 protected:
  std::string state() const { return disk() + "/state"; }

  absl::StatusOr<WitnessAnswer> Ask(const std::string& request) const {
    const auto witness = Witness::Open(key_, policy_, state());
    return witness.ok() ? witness->Answer(request, kNow) : witness.status();
  }

  // What was cosigned last, as the witness tells who asks for a step from somewhere else.
  absl::StatusOr<uint64_t> LastSize() const {
    const auto witness = Witness::Open(key_, policy_, state());
    if (!witness.ok()) return witness.status();
    const auto latest = witness->Latest(Sha256Of(BytesOf(kOrigin)));
    if (!latest.ok() && FailureOf(latest.status()) == Failure::kNotFound) return 0;
    if (!latest.ok()) return latest.status();
    const auto note = ParseNote(*latest);
    if (!note.ok()) return note.status();
    const auto checkpoint = ParseCheckpoint(note->text);
    return checkpoint.ok() ? absl::StatusOr<uint64_t>(checkpoint->size) : checkpoint.status();
  }

  // It has what it answered, cosigns no fork of it, and goes on.
  absl::Status CheckWitness(uint64_t promised) const {
    const absl::StatusOr<uint64_t> size = LastSize();
    if (!size.ok()) return promised == 0 ? absl::OkStatus() : size.status();
    if (*size < promised) return Unsound(absl::StrCat("only ", *size, " are remembered"));
    if (promised > 0) {
      const auto forked = Ask(log_.ForkedAt(promised - 1).Step(*size, 20));
      if (!forked.ok()) return forked.status();
      if (forked->code == WitnessAnswer::kCosigned) return Unsound("a fork is cosigned");
    }
    const auto next = Ask(log_.Step(*size, 20));
    if (!next.ok()) return next.status();
    return next->code == WitnessAnswer::kCosigned ? absl::OkStatus() : Unsound(next->body);
  }

  static Bytes BytesOf(absl::string_view text) {
    return Bytes(reinterpret_cast<const uint8_t*>(text.data()), text.size());
  }

  const WitnessedLog log_{kOrigin};
  const Signer key_ = Signer::Generate("witness.example", SignatureType::kCosignature).value();
  const TrustPolicy policy_ = ParseTrustPolicy(log_.PolicyLine() + "quorum none\n").value();
};

TEST_F(WitnessCrashTest, WhatItCosignedIsRememberedAndNoForkOfItCosigned) {
  Recording recording(disk());
  ASSERT_EQ(::mkdir(state().c_str(), 0755), 0);
  recording.Promise(0);
  uint64_t old_size = 0;
  for (const uint64_t size : kSizes) {
    const auto answer = Ask(log_.Step(old_size, size));
    ASSERT_TRUE(answer.ok()) << answer.status();
    ASSERT_EQ(answer->code, WitnessAnswer::kCosigned) << answer->body;
    recording.Promise(size);
    old_size = size;
  }
  std::vector<Op> ops = recording.Take();
  // Its directory is made by whoever runs it, durably.
  ops.insert(ops.begin() + 1, {.kind = Op::Kind::kSyncDirectory});
  ExpectSoundBecauseOf({Op::Kind::kSync}, ops, [this](uint64_t promised) { return CheckWitness(promised); });
}

TEST_F(FilesCrashTest, WhatAnAuditorSawIsRemembered) {
  const WitnessedLog log(kOrigin);
  const std::string path = disk() + "/deep/seen";
  Recording recording(disk());
  for (const uint64_t size : kSizes) {
    const auto seen = ReadSeen(path, log.verifier());
    ASSERT_TRUE(seen.ok()) << seen.status();
    ASSERT_TRUE(RememberSeen(path, log.verifier(), log.Note(size), *seen).ok());
    recording.Promise(size);
  }
  ExpectSoundBecauseOf({Op::Kind::kSync, Op::Kind::kSyncDirectory}, recording.Take(), [&](uint64_t promised) {
    const auto seen = ReadSeen(path, log.verifier());
    if (!seen.ok()) return seen.status();
    if (seen->size < promised) return Unsound(absl::StrCat("only ", seen->size, " are remembered"));
    return RememberSeen(path, log.verifier(), log.Note(20), *seen);
  });
}

// What was kept is there, what was erased is not, whatever was under way.
TEST_F(FilesCrashTest, APayloadIsThereOnceKeptAndGoneOnceErased) {
  const std::string store = disk() + "/payloads";
  struct Stage {
    std::set<Hash> kept;
    std::set<Hash> erased;
  };
  std::vector<Stage> stages(1);
  Recording recording(disk());
  for (int i = 0; i < 6; ++i) {
    Stage next = stages.back();
    if (i % 3 == 2) {
      const Hash gone = *next.kept.begin();
      ASSERT_TRUE(ErasePayload(store, gone).ok());
      next.kept.erase(gone);
      next.erased.insert(gone);
    } else {
      const auto commitment = KeepPayload(store, std::string(600, static_cast<char>('a' + i)));
      ASSERT_TRUE(commitment.ok()) << commitment.status();
      next.kept.insert(*commitment);
    }
    stages.push_back(next);
    recording.Promise(stages.size() - 1);
  }
  ExpectSoundBecauseOf({Op::Kind::kSync, Op::Kind::kSyncDirectory}, recording.Take(), [&](uint64_t promised) {
    const Stage& now = stages[promised];
    const Stage& later = stages[std::min<size_t>(promised + 1, stages.size() - 1)];
    for (const Hash& commitment : now.kept) {
      const absl::Status shown = ShowPayload(store, commitment).status();
      if (shown.ok()) continue;
      const bool is_going = later.erased.count(commitment) > 0 && FailureOf(shown) == Failure::kNotFound;
      if (!is_going) return shown;
      if (!ErasePayload(store, commitment).ok()) return Unsound("an erasure cannot be completed");
    }
    for (const Hash& commitment : now.erased) {
      if (ShowPayload(store, commitment).ok()) return Unsound("what was erased is there");
    }
    return KeepPayload(store, "next").status();
  });
}

}  // namespace
}  // namespace hourbook::crash
