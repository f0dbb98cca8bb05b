// Memory ends at every place where the library, or one that it uses, asks for some: each call says so, no
// exception leaves it, nothing is lost, nothing is half done, and nothing is kept.
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#include "gtest/gtest-spi.h"
#include "tests/api/scenes.h"
#include "tests/base/effort.h"
#include "tests/calls/allocations.h"

namespace hourbook {
namespace {

constexpr Refuser kMemory = {.name = "allocation",
                             .refuse = FailAllocations,
                             .counted = CountedAllocations,
                             .fits = [](hbk_status status) { return status == HBK_OUT_OF_MEMORY; },
                             .are_many = true};

class OutOfMemoryTest : public testing::TestWithParam<Scene> {};

TEST_P(OutOfMemoryTest, IsToldAndHarmsNothing) {
  const Scene& scene = GetParam();
  for (const bool for_ever : {false, true}) {
    const auto before = RefusedAllocations();
    const Explored explored = Explore(scene, kMemory, for_ever);
    constexpr uint64_t kSomeAreTold = 10;  // of so many runs; a few allocations can be done without
    EXPECT_TRUE(explored.told > 0 || explored.runs < kSomeAreTold);
    const auto after = RefusedAllocations();
    const auto refused = [&](Allocation kind) {
      const auto i = static_cast<size_t>(kind);
      return after[i] - before[i];
    };
    std::printf("%s%s\n", scene.name, for_ever ? " for ever" : "");
    PrintCounts("memory", {{"runs", explored.runs},
                           {"told", explored.told},
                           {"poisoned", explored.poisoned},
                           {"malloc", refused(Allocation::kMalloc)},
                           {"calloc", refused(Allocation::kCalloc)},
                           {"realloc", refused(Allocation::kRealloc)},
                           {"aligned", refused(Allocation::kAligned)},
                           {"new", refused(Allocation::kNew)}});
  }
}

// Of what others wrote half may be taken in: then nothing is judged or read on top of it.
TEST(OutOfMemoryTest, WhileOthersEntriesAreTakenInPoisons) {
  const auto reads_twice = [](World& world) {
    for (int i = 0; i < 2; ++i) {
      hbk_snapshot* snapshot = nullptr;
      world.Note(hbk_snapshot_open(world.ledger, &snapshot, nullptr), "snapshot");
      hbk_snapshot_close(snapshot);
    }
  };
  const Scene scene = {
      .name = "TakeIn", .opens = true, .run = reads_twice, .stride = 0, .others_write = true};
  const Explored explored = Explore(scene, kMemory, false);
  EXPECT_GT(explored.poisoned, 0u) << explored.told << " of " << explored.runs;
  EXPECT_LT(explored.poisoned, explored.told) << "what took in nothing yet does not poison";
}

// What Explore says of a scene that has one failing.
std::string FailuresOf(const Scene& scene) {
  testing::TestPartResultArray failures;
  {
    const testing::ScopedFakeTestPartResultReporter reporter(&failures);
    Explore(scene, kMemory, false);
  }
  std::string all;
  for (int i = 0; i < failures.size(); ++i) all += failures.GetTestPartResult(i).message();
  return all;
}

TEST(ExploreTest, FindsABlockThatIsKept) {
  const auto keeps = [](World&) {
    void* volatile kept = std::malloc(1);  // volatile: none of it is left out
    void* volatile other = std::malloc(1);
    if (other != nullptr) std::free(kept);  // else it is lost
    std::free(other);
  };
  const std::string found = FailuresOf({.name = "Keeps", .opens = false, .run = keeps});
  if (LiveAllocations() == 0) GTEST_SKIP() << "the sanitizer tells of those at the end";
  EXPECT_NE(found.find("OwnedBlocks"), std::string::npos) << found;
}

TEST(ExploreTest, FindsAFileThatIsKept) {
  const auto keeps = [](World&) {
    const int fd = ::dup(0);
    void* volatile memory = std::malloc(1);
    if (memory != nullptr) ::close(fd);
    std::free(memory);
  };
  const std::string found = FailuresOf({.name = "KeepsFile", .opens = false, .run = keeps});
  EXPECT_NE(found.find("OpenFiles"), std::string::npos) << found;
}

TEST(ExploreTest, FindsAnEntryThatIsLost) {
  const auto forgets = [](World& world) {
    const OwnMemory own;
    world.Acknowledge({Service(3'000, 0)});
  };
  const std::string found = FailuresOf({.name = "Forgets", .opens = true, .run = forgets});
  EXPECT_NE(found.find("an entry was lost"), std::string::npos) << found;
}

TEST(ExploreTest, FindsAStatusThatSaysSomethingElse) {
  const auto misleads = [](World& world) { world.Note(HBK_UNSOUND, "audit"); };
  const std::string found = FailuresOf({.name = "Misleads", .opens = false, .run = misleads});
  EXPECT_NE(found.find("audit: unsound"), std::string::npos) << found;
}

INSTANTIATE_TEST_SUITE_P(Scenes, OutOfMemoryTest, testing::ValuesIn(Scenes()),
                         [](const auto& scene) { return std::string(scene.param.name); });

}  // namespace
}  // namespace hourbook
