#include "ledger/engine/payloads.h"

#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "ledger/base/error.h"
#include "ledger/base/file.h"
#include "ledger/chain/evidence.h"
#include "ledger/engine/verify.h"
#include "ledger/format/opening.h"
#include "tests/base/always.h"
#include "tests/calls/calls.h"
#include "tests/engine/town.h"

namespace hourbook {
namespace {

constexpr char kPayload[] = "Li Na, 13800000000, signed in at 09:00";

// Every byte of every file below a directory, one after the other.
std::string AllBytes(const std::string& directory) {
  std::string bytes;
  for (const auto& item : std::filesystem::recursive_directory_iterator(directory)) {
    if (!item.is_regular_file()) continue;
    std::ifstream file(item.path(), std::ios::binary);
    bytes.append(std::istreambuf_iterator<char>(file), {});
    bytes += item.path().string();
  }
  return bytes;
}

unsigned ModeOf(const std::string& path) {
  struct stat file;
  EXPECT_EQ(::stat(path.c_str(), &file), 0) << path;
  return file.st_mode & 0777;
}

class PayloadsTest : public testing::Test {
 protected:
  std::string store() const { return temp_ / "store"; }
  std::string PathOf(const Hash& commitment) const {
    return store() + "/" + HexEncode(commitment);
  }

  Hash KeepOk(absl::string_view payload = kPayload) {
    const absl::StatusOr<Hash> kept = KeepPayload(store(), payload);
    EXPECT_TRUE(kept.ok()) << kept.status();
    return kept.ok() ? *kept : Hash{};
  }

  Failure ShowFailure(const Hash& commitment) {
    const absl::Status status = ShowPayload(store(), commitment).status();
    EXPECT_FALSE(status.ok());
    return FailureOf(status);
  }

  TempDir temp_;
};

TEST_F(PayloadsTest, WhatIsKeptIsShownAndOpensItsCommitment) {
  const std::string large(kPayloadMaxSize, 'x');
  for (const absl::string_view payload : {absl::string_view(kPayload), absl::string_view(),
                                          absl::string_view("\0\n", 2), absl::string_view(large)}) {
    const Hash commitment = KeepOk(payload);
    const absl::StatusOr<std::string> opening = ShowPayload(store(), commitment);
    ASSERT_TRUE(opening.ok()) << opening.status();
    EXPECT_EQ(OpenEvidence(*opening, commitment).value(), payload);
  }
  EXPECT_EQ(FailureOf(KeepPayload(store(), large + "x").status()), Failure::kInvalidArgument);
}

TEST_F(PayloadsTest, TheSamePayloadHasAnotherCommitmentEachTime) {
  EXPECT_NE(KeepOk(), KeepOk());
}

TEST_F(PayloadsTest, ItsOwnerAloneMayReadIt) {
  const Hash commitment = KeepOk();
  EXPECT_EQ(ModeOf(store()), 0700u);
  EXPECT_EQ(ModeOf(PathOf(commitment)), 0600u);
}

TEST_F(PayloadsTest, ErasingLeavesNothingOfIt) {
  const Hash other = KeepOk("another");
  const Hash commitment = KeepOk();
  const std::string opening = ShowPayload(store(), commitment).value();
  const Hash salt = ParseOpening(opening)->salt;
  ASSERT_TRUE(absl::StrContains(AllBytes(store()), kPayload));
  const absl::Status erased = ErasePayload(store(), commitment);
  ASSERT_TRUE(erased.ok()) << erased;
  const std::string bytes = AllBytes(store());
  EXPECT_FALSE(absl::StrContains(bytes, kPayload));
  const std::string salt_line = opening.substr(opening.find("salt"), 49);
  EXPECT_FALSE(absl::StrContains(bytes, salt_line));
  EXPECT_EQ(bytes.find(std::string(salt.begin(), salt.end())), std::string::npos);
  EXPECT_EQ(ShowFailure(commitment), Failure::kNotFound);
  EXPECT_TRUE(absl::StrContains(ShowPayload(store(), commitment).status().message(), "erased"));
  EXPECT_TRUE(ShowPayload(store(), other).ok());
  EXPECT_EQ(OpenEvidence(opening, commitment).value(), kPayload) << "whoever kept it can show it";
}

TEST_F(PayloadsTest, ErasingAgainIsDoneAlready) {
  const Hash commitment = KeepOk();
  EXPECT_TRUE(ErasePayload(store(), commitment).ok());
  EXPECT_TRUE(ErasePayload(store(), commitment).ok());
}

TEST_F(PayloadsTest, WhatAStoreNeverHadItHasNotErased) {
  EXPECT_EQ(FailureOf(ErasePayload(store(), Hash{1})), Failure::kNotFound) << "no store";
  KeepOk();
  EXPECT_EQ(FailureOf(ErasePayload(store(), Hash{1})), Failure::kNotFound);
  EXPECT_EQ(ShowFailure(Hash{1}), Failure::kNotFound);
}

TEST_F(PayloadsTest, DamageIsTold) {
  const Hash commitment = KeepOk();
  std::string text = ShowPayload(store(), commitment).value();
  text.back() ^= 1;
  ASSERT_TRUE(WriteFileDurably(PathOf(commitment), text, 0600).ok());
  EXPECT_EQ(ShowFailure(commitment), Failure::kCorrupt);
  EXPECT_TRUE(ErasePayload(store(), commitment).ok()) << "it can be erased all the same";
}

TEST_F(PayloadsTest, ManyMayKeepAtOnce) {
  std::vector<Hash> kept(32);
  std::vector<std::thread> threads;
  for (size_t t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (size_t i = t; i < kept.size(); i += 4) kept[i] = KeepOk(std::to_string(i));
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (size_t i = 0; i < kept.size(); ++i) {
    EXPECT_EQ(OpenEvidence(ShowPayload(store(), kept[i]).value(), kept[i]).value(),
              std::to_string(i));
  }
}

// A crash is a call after which nothing more is done: at each of them in turn.
TEST_F(PayloadsTest, ACrashWhileErasingIsMendedByErasingAgain) {
  int stopped = 0;
  for (int call = 1;; ++call) {
    const Hash commitment = KeepOk();
    StopCallsAfter(call);
    const bool completed = ErasePayload(store(), commitment).ok();
    StopCallsAfter(0);
    if (completed) break;
    ++stopped;
    EXPECT_TRUE(ErasePayload(store(), commitment).ok()) << call;
    EXPECT_FALSE(absl::StrContains(AllBytes(store()), kPayload)) << call;
  }
  EXPECT_GT(stopped, 3);
}

TEST_F(PayloadsTest, WhatACrashLeftUnnamedGoesWithTheNextErasure) {
  const Hash other = KeepOk("another");
  int stopped = 0;
  for (int call = 1;; ++call) {
    StopCallsAfter(call);
    const absl::StatusOr<Hash> kept = KeepPayload(store(), kPayload);
    StopCallsAfter(0);
    if (kept.ok()) break;
    ++stopped;
    const Hash next = KeepOk("the next");
    EXPECT_TRUE(ErasePayload(store(), next).ok());
    EXPECT_FALSE(std::filesystem::exists(store() + "/incoming")) << call;
    EXPECT_FALSE(std::filesystem::exists(store() + "/incoming.new")) << call;
    EXPECT_TRUE(ShowPayload(store(), other).ok());
  }
  EXPECT_GT(stopped, 3);
}

TEST_F(PayloadsTest, ErasingLeavesTheLedgerAsValidAsItWas) {
  auto ledger = CreateTown(temp_ / "ledger");
  SendOk(*ledger, Founding(1));
  Entry service = Service(1, 0);
  service.evidence = KeepOk();
  SendOk(*ledger, {service});
  const uint64_t size = SnapshotOf(*ledger)->size();
  const Hash root = SnapshotOf(*ledger)->root();
  ASSERT_TRUE(ErasePayload(store(), service.evidence).ok());
  Entry erase{};
  erase.id = MakeId('x', 1);
  erase.ref = service.id;
  erase.evidence = service.evidence;
  erase.recorder = kRecorder;
  erase.kind = static_cast<uint16_t>(Kind::kErase);
  SendOk(*ledger, {erase});
  const auto snapshot = SnapshotOf(*ledger);
  EXPECT_EQ(*snapshot->RootAt(size), root);
  EXPECT_EQ(MinutesOf(*snapshot, 0), 60u);
  const absl::Status verified = Verify(*snapshot, Always);
  EXPECT_TRUE(verified.ok()) << verified;
  EXPECT_EQ(AllBytes(temp_ / "ledger").find(kPayload), std::string::npos);
}

}  // namespace
}  // namespace hourbook
