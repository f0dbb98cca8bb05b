// The system refuses the n-th call that maps memory or starts a thread, or that reaches the disk, for every n
// that a scene comes to.
#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include "tests/api/scenes.h"
#include "tests/base/effort.h"
#include "tests/calls/calls.h"
#include "tests/calls/mappings.h"

namespace hourbook {
namespace {

template <int kError>
void Refuse(uint64_t first, uint64_t last) {
  FailCalls(first, last, kError);
}

bool IsOutOfMemory(hbk_status status) { return status == HBK_OUT_OF_MEMORY; }
bool IsIoError(hbk_status status) { return status == HBK_IO_ERROR; }
bool IsDiskFull(hbk_status status) { return status == HBK_DISK_FULL; }

bool IsDenied(hbk_status status) { return status == HBK_PERMISSION_DENIED; }

struct Refusal {
  Refuser refuser;
  bool for_ever;
  bool in_short_form;  // what fails once or for ever seldom differs with the reason
};

const Refusal kRefusals[] = {
    {{"mapping", FailMappings, CountedMappings, IsOutOfMemory, false}, false, true},
    {{"mapping", FailMappings, CountedMappings, IsOutOfMemory, false}, true, true},
    {{"EIO", Refuse<EIO>, CountedCalls, IsIoError, false}, false, true},
    {{"EIO", Refuse<EIO>, CountedCalls, IsIoError, false}, true, false},
    {{"ENOSPC", Refuse<ENOSPC>, CountedCalls, IsDiskFull, false}, false, false},
    {{"ENOSPC", Refuse<ENOSPC>, CountedCalls, IsDiskFull, false}, true, true},
    {{"EMFILE", Refuse<EMFILE>, CountedCalls, IsIoError, false}, false, false},
    {{"EMFILE", Refuse<EMFILE>, CountedCalls, IsIoError, false}, true, false},
    // As of a file system that was mounted read-only under it.
    {{"EROFS", Refuse<EROFS>, CountedCalls, IsDenied, false}, false, false},
    {{"EROFS", Refuse<EROFS>, CountedCalls, IsDenied, false}, true, true},
};

// What a scene needs, so that its refusal is tried: what is not taken over any more, under whatever name a
// compiler calls it, is refused to nobody.
struct Need {
  absl::string_view scene;
  std::vector<Call> calls;
  std::vector<Mapping> mappings;
};

const Need kNeeds[] = {
    {"Create", {Call::kOpen, Call::kWrite, Call::kSync, Call::kResize, Call::kMakeDirectory}, {}},
    {"Open", {Call::kOpen}, {Mapping::kMap, Mapping::kUnmap, Mapping::kAdvise}},
    {"Backup", {Call::kSync}, {Mapping::kThread}},
    {"Publish", {Call::kRename, Call::kRemove}, {}},
    {"Keys", {Call::kLink, Call::kRemove}, {}},
};

// A few refusals may harm nobody; no more of them.
constexpr uint64_t kFewRuns = 3;

class RefusedCallsTest : public testing::TestWithParam<Scene> {
 protected:
  void Try(const Scene& scene, const Refusal& refusal) {
    const auto calls_before = FailedCalls();
    const auto mappings_before = FailedMappings();
    const Explored explored = Explore(scene, refusal.refuser, refusal.for_ever);
    const auto calls = FailedCalls();
    const auto mappings = FailedMappings();
    const auto call = [&](Call kind) {
      const auto i = static_cast<size_t>(kind);
      return calls[i] - calls_before[i];
    };
    const auto mapping = [&](Mapping kind) {
      const auto i = static_cast<size_t>(kind);
      return mappings[i] - mappings_before[i];
    };
    std::printf("%s%s, %s\n", scene.name, refusal.for_ever ? " for ever" : "", refusal.refuser.name);
    PrintCounts("calls", {{"runs", explored.runs},
                          {"told", explored.told},
                          {"poisoned", explored.poisoned},
                          {"open", call(Call::kOpen)},
                          {"write", call(Call::kWrite)},
                          {"sync", call(Call::kSync)},
                          {"resize", call(Call::kResize)},
                          {"mkdir", call(Call::kMakeDirectory)},
                          {"link", call(Call::kLink)},
                          {"rename", call(Call::kRename)},
                          {"remove", call(Call::kRemove)},
                          {"mmap", mapping(Mapping::kMap)},
                          {"munmap", mapping(Mapping::kUnmap)},
                          {"mremap", mapping(Mapping::kRemap)},
                          {"msync", mapping(Mapping::kSync)},
                          {"madvise", mapping(Mapping::kAdvise)},
                          {"pthread_create", mapping(Mapping::kThread)}});
    if (refusal.refuser.counted == CountedMappings) return;  // many do without
    EXPECT_TRUE(explored.told > 0 || explored.runs <= kFewRuns) << scene.name << ", " << refusal.refuser.name;
  }
};

TEST_P(RefusedCallsTest, AreToldAndHarmNothing) {
  const auto calls = FailedCalls();
  const auto mappings = FailedMappings();
  for (const Refusal& refusal : kRefusals) {
    if (refusal.in_short_form || IsLongForm()) Try(GetParam(), refusal);
  }
  for (const Need& need : kNeeds) {
    if (need.scene != GetParam().name || !TriesEachCall()) continue;
    for (const Call call : need.calls) {
      const auto i = static_cast<size_t>(call);
      EXPECT_GT(FailedCalls()[i], calls[i]) << "no call of kind " << i << " was refused";
    }
    for (const Mapping mapping : need.mappings) {
      const auto i = static_cast<size_t>(mapping);
      EXPECT_GT(FailedMappings()[i], mappings[i]) << "no mapping of kind " << i << " was refused";
    }
  }
}

TEST(NeedTest, NamesScenes) {
  for (const Need& need : kNeeds) {
    const auto is_it = [&](const Scene& scene) { return need.scene == scene.name; };
    EXPECT_TRUE(std::any_of(Scenes().begin(), Scenes().end(), is_it)) << need.scene;
  }
}

// The system may have dropped what it could not write: a later sync that succeeds says nothing of it.
TEST(FailedSyncTest, PoisonsTheHandleAndSaysWhatToDo) {
  const TempDir temp(TempDir::MemoryBase());
  hbk_ledger* ledger = nullptr;
  hbk_error error = HBK_ERROR_INIT;
  ASSERT_EQ(Found(temp / "ledger", &ledger, &error), HBK_OK) << error.message;
  ASSERT_EQ(AppendAll(ledger, Founding(1), &error), HBK_OK) << error.message;
  SetCallGate([](Call call) { return call == Call::kSync ? EIO : 0; });
  EXPECT_EQ(AppendAll(ledger, {Service(0, 0)}, &error), HBK_IO_ERROR);
  EXPECT_NE(std::strstr(error.message, "check the disk"), nullptr) << error.message;
  SetCallGate(nullptr);
  hbk_snapshot* snapshot = nullptr;
  EXPECT_EQ(AppendAll(ledger, {Service(0, 0)}, &error), HBK_POISONED);
  EXPECT_NE(std::strstr(error.message, "close the ledger, open it again"), nullptr) << error.message;
  EXPECT_EQ(hbk_snapshot_open(ledger, &snapshot, &error), HBK_POISONED);
  hbk_close(ledger);
  ASSERT_EQ(OpenAt(temp / "ledger", &ledger, 0, &error), HBK_OK) << error.message;
  EXPECT_EQ(AppendAll(ledger, {Service(0, 0)}, &error), HBK_OK) << error.message;
  EXPECT_EQ(VerifyAll(ledger, &error), HBK_OK) << error.message;
  hbk_close(ledger);
}

INSTANTIATE_TEST_SUITE_P(Scenes, RefusedCallsTest, testing::ValuesIn(Scenes()),
                         [](const auto& scene) { return std::string(scene.param.name); });

}  // namespace
}  // namespace hourbook
