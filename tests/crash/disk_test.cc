#include "tests/crash/disk.h"

#include "gtest/gtest.h"

namespace hourbook::crash {
namespace {

using Kind = Op::Kind;

Op MakeFile(uint64_t file, const std::string& name) { return {.kind = Kind::kMakeFile, .file = file, .name = name}; }
Op Write(uint64_t file, uint64_t offset, const std::string& data) {
  return {.kind = Kind::kWrite, .file = file, .offset = offset, .data = data};
}
Op Sync(uint64_t file) { return {.kind = Kind::kSync, .file = file}; }
Op SyncDirectory(const std::string& name) { return {.kind = Kind::kSyncDirectory, .name = name}; }

class DiskTest : public testing::Test {
 protected:
  // What is there where nothing, or all, that is not synced was written.
  Contents Least() const { return disk_.After(std::vector<bool>(disk_.unsynced(), false)); }
  Contents Most() const { return disk_.After(std::vector<bool>(disk_.unsynced(), true)); }

  Disk disk_;
};

using Files = std::map<std::string, std::string>;

TEST_F(DiskTest, ANameLastsOnceItsDirectoryIsSyncedAndItsContentsOnceItIs) {
  disk_.Take(MakeFile(1, "a"));
  disk_.Take(Write(1, 0, "hello"));
  EXPECT_EQ(Least().files, Files());
  disk_.Take(Sync(1));
  EXPECT_EQ(Least().files, Files()) << "it has no name yet";
  EXPECT_EQ(Most().files, Files({{"a", "hello"}}));
  disk_.Take(SyncDirectory(""));
  EXPECT_EQ(Least().files, Files({{"a", "hello"}}));
  EXPECT_EQ(disk_.unsynced(), 0);
}

TEST_F(DiskTest, WritesAreThereInAnyChoiceAndTheirOrderIsKept) {
  disk_.Take(MakeFile(1, "a"));
  disk_.Take(SyncDirectory(""));
  disk_.Take(Write(1, 0, "aaaa"));
  disk_.Take(Write(1, 2, "bbbb"));
  EXPECT_EQ(disk_.After({true, false}).files["a"], "aaaa");
  EXPECT_EQ(disk_.After({false, true}).files["a"], std::string("\0\0bbbb", 6));
  EXPECT_EQ(disk_.After({true, true}).files["a"], "aabbbb");
}

TEST_F(DiskTest, ASyncedWriteSaysNothingOfOthers) {
  disk_.Take(MakeFile(1, "a"));
  disk_.Take(SyncDirectory(""));
  disk_.Take(Write(1, 0, "aaaa"));
  disk_.Take({.kind = Kind::kSyncedWrite, .file = 1, .offset = 2, .data = "b"});
  EXPECT_EQ(Least().files["a"], std::string("\0\0b", 3));
  EXPECT_EQ(Most().files["a"], "aaba");
}

TEST_F(DiskTest, AWriteIsTornWhereItsFileHasAMultipleOfTheUnit) {
  disk_.Take(MakeFile(1, "a"));
  disk_.Take(SyncDirectory(""));
  disk_.Take(Write(1, 500, std::string(600, 'x')));
  const std::vector<Disk::Part> parts = disk_.PartsOf(0, 512);
  ASSERT_EQ(parts.size(), 4) << "a front and an end for each of 512 and 1,024";
  EXPECT_EQ(disk_.After({false}, parts[0]).files["a"], std::string(500, '\0') + std::string(12, 'x'));
  EXPECT_EQ(disk_.After({false}, parts[1]).files["a"], std::string(512, '\0') + std::string(588, 'x'));
  EXPECT_TRUE(disk_.PartsOf(0, 4'096).empty());
}

TEST_F(DiskTest, ARenameKeepsTheOldOrTheNewFileAndWhatItNeeds) {
  disk_.Take(MakeFile(1, "a"));
  disk_.Take(Write(1, 0, "old"));
  disk_.Take(Sync(1));
  disk_.Take(SyncDirectory(""));
  disk_.Take(MakeFile(2, "b"));
  disk_.Take(Write(2, 0, "new"));
  disk_.Take(Sync(2));
  disk_.Take({.kind = Kind::kRename, .name = "b", .new_name = "a"});
  EXPECT_EQ(Least().files, Files({{"a", "old"}}));
  EXPECT_EQ(Most().files, Files({{"a", "new"}}));
  EXPECT_EQ(disk_.After({false, true}).files, Files({{"a", "old"}})) << "there is nothing to rename";
  disk_.Take(SyncDirectory(""));
  EXPECT_EQ(Least().files, Files({{"a", "new"}}));
}

TEST_F(DiskTest, WhatIsBelowADirectoryNeedsIt) {
  disk_.Take({.kind = Kind::kMakeDirectory, .name = "d"});
  disk_.Take(MakeFile(1, "d/a"));
  disk_.Take(SyncDirectory("d"));
  EXPECT_EQ(Least(), Contents());
  EXPECT_EQ(Most().files, Files({{"d/a", ""}}));
  disk_.Take(SyncDirectory(""));
  EXPECT_EQ(Least().files, Files({{"d/a", ""}}));
}

TEST_F(DiskTest, AFileThatIsGoneLeavesItsOtherName) {
  disk_.Take(MakeFile(1, "a"));
  disk_.Take({.kind = Kind::kLink, .file = 1, .name = "b"});
  disk_.Take({.kind = Kind::kRemove, .name = "a"});
  disk_.Take({.kind = Kind::kResize, .file = 1, .offset = 2});
  EXPECT_EQ(Most().files, Files({{"b", std::string(2, '\0')}}));
}

}  // namespace
}  // namespace hourbook::crash
