#include "tests/crash/explore.h"

#include <fstream>
#include <iterator>
#include <set>

#include "gtest/gtest.h"
#include "tests/base/temp_dir.h"

namespace hourbook::crash {
namespace {

using Kind = Op::Kind;

const Op kFile = {.kind = Kind::kMakeFile, .file = 1, .name = "a"};
const Op kName = {.kind = Kind::kSyncDirectory};

Op Write(const std::string& data) { return {.kind = Kind::kWrite, .file = 1, .data = data}; }
Op Promise(uint64_t number) { return {.kind = Kind::kPromise, .offset = number}; }

// Threads are answered in one order and say so in another.
TEST(ExploreTest, APromiseIsNotTakenBackByASmallerOne) {
  const TempDir temp(TempDir::MemoryBase());
  std::vector<uint64_t> promised;
  const Check check = [&](uint64_t number) {
    promised.push_back(number);
    return absl::OkStatus();
  };
  Explore({kFile, kName, Promise(5), Promise(3), Write("x")}, temp / "disk", {}, check);
  EXPECT_EQ(promised, (std::vector<uint64_t>{0, 0, 5, 5}));
}

std::set<std::string> StatesOf(const std::string& written, const Effort& effort) {
  const TempDir temp(TempDir::MemoryBase());
  std::set<std::string> states;
  const Check check = [&](uint64_t) {
    std::ifstream file(temp / "disk/a", std::ios::binary);
    states.emplace(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
    return absl::OkStatus();
  };
  Explore({kFile, kName, Write(written)}, temp / "disk", effort, check);
  return states;
}

TEST(ExploreTest, AWriteIsTornAtEverySectorWhereAllAreAskedFor) {
  constexpr size_t kSector = 512, kSectors = 24;
  std::string written;
  for (size_t i = 0; i < kSectors; ++i) written.append(kSector, static_cast<char>('a' + i));
  const std::set<std::string> states = StatesOf(written, {.most_parts = SIZE_MAX});
  EXPECT_EQ(states.size(), 2 * kSectors);
  for (size_t at = 0; at < written.size(); at += kSector) {
    const std::string begun = written.substr(0, at);
    const std::string ended = std::string(at, '\0').append(written, at);
    EXPECT_EQ(states.count(begun), 1u) << at;
    EXPECT_EQ(states.count(ended), 1u) << at;
  }
  EXPECT_LE(StatesOf(written, {.most_parts = 1}).size(), 6u) << "one a unit, beside nothing and beside all";
}

}  // namespace
}  // namespace hourbook::crash
