#include "ledger/base/file.h"

#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <optional>
#include <thread>

#include "absl/strings/match.h"
#include "absl/time/clock.h"
#include "gtest/gtest.h"
#include "ledger/base/error.h"
#include "tests/base/temp_dir.h"

namespace hourbook {
namespace {

// The names in a directory, sorted.
std::vector<std::string> NamesIn(const std::string& directory) {
  std::vector<std::string> names;
  for (const auto& item : std::filesystem::directory_iterator(directory)) {
    names.push_back(item.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

TEST(ReadFileTest, GivesTheWholeFileUpToItsLimit) {
  TempDir temp;
  const std::string path = temp / "file";
  std::ofstream(path) << "12345";
  EXPECT_EQ(ReadFile(path, 5).value(), "12345");
  const absl::Status refused = ReadFile(path, 4).status();
  EXPECT_EQ(FailureOf(refused), Failure::kInvalidArgument);
  EXPECT_TRUE(absl::StrContains(refused.message(), "5 bytes")) << refused;
  std::ofstream(temp / "empty");
  EXPECT_EQ(ReadFile(temp / "empty", 0).value(), "");
}

TEST(ReadFileTest, RefusesWhatIsNoFile) {
  TempDir temp;
  EXPECT_EQ(FailureOf(ReadFile(temp / "none", 9).status()), Failure::kNotFound);
  EXPECT_EQ(FailureOf(ReadFile(temp / "", 9).status()), Failure::kInvalidArgument);
  ASSERT_EQ(::mkfifo((temp / "pipe").c_str(), 0600), 0);
  EXPECT_EQ(FailureOf(ReadFile(temp / "pipe", 9).status()), Failure::kInvalidArgument);
  std::ofstream(temp / "file") << "x";
  EXPECT_EQ(FailureOf(ReadFile(temp / "file/below", 9).status()), Failure::kNotFound);
}

TEST(FileSizeTest, CountsTheBytesOfFilesAlone) {
  TempDir temp;
  std::ofstream(temp / "file") << "12345";
  EXPECT_EQ(FileSize(temp / "file").value(), 5);
  EXPECT_EQ(FailureOf(FileSize(temp / "none").status()), Failure::kNotFound);
  EXPECT_EQ(FailureOf(FileSize(temp / "").status()), Failure::kInvalidArgument);
}

TEST(CheckIsDirectoryTest, TellsNothingFromSomethingElse) {
  TempDir temp;
  std::ofstream(temp / "file");
  EXPECT_TRUE(CheckIsDirectory(temp / "").ok());
  EXPECT_EQ(FailureOf(CheckIsDirectory(temp / "none")), Failure::kNotFound);
  EXPECT_EQ(FailureOf(CheckIsDirectory(temp / "file")), Failure::kInvalidArgument);
}

TEST(MakeDirectoriesTest, MakesAllThatAreMissing) {
  TempDir temp;
  ASSERT_TRUE(MakeDirectories(temp / "a/b/c").ok());
  EXPECT_TRUE(std::filesystem::is_directory(temp / "a/b/c"));
  EXPECT_TRUE(MakeDirectories(temp / "a/b/c").ok());
  std::ofstream(temp / "file") << "x";
  EXPECT_FALSE(MakeDirectories(temp / "file/below").ok());
}

TEST(FileWriterTest, PutsFilesInTheirPlacesInFlush) {
  TempDir temp;
  absl::StatusOr<FileWriter> writer = FileWriter::Open(temp / "site", ".new");
  ASSERT_TRUE(writer.ok()) << writer.status();
  ASSERT_TRUE(writer->Write("deep/one", "1").ok());
  ASSERT_TRUE(writer->Write("two", "2").ok());
  EXPECT_EQ(NamesIn(temp / "site"), std::vector<std::string>({".new"}));
  ASSERT_TRUE(writer->Flush().ok());
  EXPECT_EQ(ReadFile(temp / "site/deep/one", 9).value(), "1");
  EXPECT_EQ(ReadFile(temp / "site/two", 9).value(), "2");
  ASSERT_TRUE(writer->Write("two", "other").ok());
  ASSERT_TRUE(writer->Flush().ok());
  EXPECT_EQ(ReadFile(temp / "site/two", 9).value(), "other");
  EXPECT_TRUE(std::filesystem::is_empty(temp / "site/.new"));
}

TEST(FileWriterTest, TakesMoreFilesThanABatch) {
  TempDir temp;
  absl::StatusOr<FileWriter> writer = FileWriter::Open(temp / "site", ".new");
  ASSERT_TRUE(writer.ok()) << writer.status();
  for (int i = 0; i < 1'300; ++i) {
    ASSERT_TRUE(writer->Write(std::to_string(i), std::to_string(i)).ok());
  }
  ASSERT_TRUE(writer->Flush().ok());
  EXPECT_EQ(NamesIn(temp / "site").size(), 1'301u);
  EXPECT_EQ(ReadFile(temp / "site/1299", 9).value(), "1299");
}

TEST(WriteFileDurablyTest, ReplacesAndLeavesNothingElse) {
  TempDir temp;
  const std::string path = temp / "key";
  std::ofstream(path + ".new") << "left by a crash, open to all";
  for (const std::string text : {"first", "second"}) {
    ASSERT_TRUE(WriteFileDurably(path, text, 0600).ok());
    EXPECT_EQ(ReadFile(path, 99).value(), text);
    struct stat file;
    ASSERT_EQ(::stat(path.c_str(), &file), 0);
    EXPECT_EQ(file.st_mode & 0777, 0600u);
  }
  EXPECT_EQ(NamesIn(temp / ""), std::vector<std::string>({"key"}));
  EXPECT_EQ(FailureOf(WriteFileDurably(temp / "no/such/key", "x", 0600)), Failure::kNotFound);
}

TEST(WriteNewFileDurablyTest, NeverReplaces) {
  TempDir temp;
  const std::string path = temp / "key";
  std::ofstream(path + ".new") << "another key";
  ASSERT_TRUE(WriteNewFileDurably(path, "first", 0600).ok());
  EXPECT_EQ(FailureOf(WriteNewFileDurably(path, "second", 0600)), Failure::kFileExists);
  EXPECT_EQ(ReadFile(path, 99).value(), "first");
  EXPECT_EQ(NamesIn(temp / ""), std::vector<std::string>({"key", "key.new"}));
}

TEST(FileLockTest, IsHeldByOneUntilItEnds) {
  TempDir temp;
  {
    const auto lock = FileLock::Acquire(temp / "lock");
    ASSERT_TRUE(lock.ok()) << lock.status();
    EXPECT_EQ(FailureOf(FileLock::Acquire(temp / "lock").status()), Failure::kTimeout);
  }
  EXPECT_TRUE(FileLock::Acquire(temp / "lock").ok());
}

TEST(FileLockTest, WaitsAsLongAsItIsTold) {
  TempDir temp;
  std::optional<FileLock> lock = FileLock::Acquire(temp / "lock").value();
  const absl::Time begin = absl::Now();
  EXPECT_EQ(FailureOf(FileLock::Acquire(temp / "lock", absl::Milliseconds(20)).status()),
            Failure::kTimeout);
  EXPECT_GE(absl::Now() - begin, absl::Milliseconds(20));
  std::thread waiting([&] {
    EXPECT_TRUE(FileLock::Acquire(temp / "lock", absl::InfiniteDuration()).ok());
  });
  lock.reset();
  waiting.join();
}

TEST(FileLockTest, ThePresentFileIsTheOneThatIsLocked) {
  TempDir temp;
  const std::string path = temp / "file";
  EXPECT_EQ(FailureOf(FileLock::AcquirePresent(path, absl::ZeroDuration()).status()),
            Failure::kNotFound);
  EXPECT_TRUE(NamesIn(temp / "").empty());
  ASSERT_TRUE(WriteFileDurably(path, "0", 0644).ok());
  // Each adds one to what it finds: no step is lost, although each puts another file in its place.
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int step = 0; step < 25; ++step) {
        const auto lock = FileLock::AcquirePresent(path, absl::InfiniteDuration());
        ASSERT_TRUE(lock.ok()) << lock.status();
        const int count = std::stoi(ReadFile(path, 9).value());
        ASSERT_TRUE(WriteFileDurably(path, std::to_string(count + 1), 0644).ok());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(ReadFile(path, 9).value(), "100");
}

}  // namespace
}  // namespace hourbook
