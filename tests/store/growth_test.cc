// How a store grows, and what it does when it cannot.
#include <dlfcn.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/time/clock.h"
#include "gtest/gtest.h"
#include "ledger/base/error.h"
#include "ledger/store/store.h"

namespace {

std::function<void()> after_looking;  // at a file's size; null for nothing

}  // namespace

// In place of the system's.
extern "C" int fstat(int fd, struct stat* file) noexcept {
  using Function = int (*)(int, struct stat*);
  static const auto real = reinterpret_cast<Function>(dlsym(RTLD_NEXT, "fstat"));
  const int result = real(fd, file);
  if (after_looking != nullptr) after_looking();
  return result;
}

namespace hourbook {
namespace {

namespace fs = std::filesystem;

constexpr uint64_t kSmallMap = 1 << 20;

std::vector<Record> Records(uint64_t from, uint64_t to) {
  std::vector<Record> records;
  for (uint64_t i = from; i < to; ++i) {
    Record record{};
    record.entry.id.fill(0xab);
    std::memcpy(record.entry.id.data(), &i, sizeof(i));
    record.entry.index = i;
    records.push_back(record);
  }
  return records;
}

absl::Status Append(Store& store, uint64_t count) {
  absl::StatusOr<WriteTxn> txn = store.Write();
  if (!txn.ok()) return txn.status();
  const uint64_t size = txn->head().size;
  if (absl::Status done = txn->Append(Records(size, size + count)); !done.ok()) return done;
  return txn->Commit(Hash{});
}

uint64_t SizeOf(const Store& store) {
  const absl::StatusOr<ReadTxn> txn = store.Read();
  EXPECT_TRUE(txn.ok()) << txn.status();
  return txn.ok() ? txn->head().size : 0;
}

// What stopped it.
absl::Status Fill(Store& store) {
  absl::Status status;
  while (status.ok()) status = Append(store, 100);
  return status;
}

// Runs in a child process, which stands for another user of the ledger.
class Child {
 public:
  explicit Child(const std::function<bool()>& work) : pid_(fork()) {
    if (pid_ == 0) _exit(work() ? 0 : 1);
  }
  bool Succeeded() const {
    int status = -1;
    return waitpid(pid_, &status, 0) == pid_ && status == 0;
  }

 private:
  const pid_t pid_;
};

class GrowthTest : public testing::Test {
 protected:
  GrowthTest() {
    std::string name = (fs::temp_directory_path() / "hourbook-growth-XXXXXX").string();
    directory_ = mkdtemp(name.data());
  }
  ~GrowthTest() override { fs::remove_all(directory_); }

  std::unique_ptr<Store> Open(uint64_t map_size = kSmallMap) const {
    auto store = Store::Open(directory_, {.create = true, .map_size = map_size});
    EXPECT_TRUE(store.ok()) << store.status();
    return store.ok() ? *std::move(store) : nullptr;
  }

  std::string directory_;
};

TEST_F(GrowthTest, AFullMapGrowsAndWritingGoesOn) {
  const auto store = Open();
  for (int i = 1; i <= 4; ++i) {
    EXPECT_EQ(FailureOf(Fill(*store)), Failure::kMapFull);
    const absl::Status grown = store->Grow();
    ASSERT_TRUE(grown.ok()) << grown;
    EXPECT_EQ(store->Stat()->map_bytes, kSmallMap << i);
    ASSERT_TRUE(Append(*store, 100).ok());
  }
  const auto txn = store->Read();
  for (uint64_t i = 0; i < txn->head().size; ++i) ASSERT_EQ(txn->At(i)->entry.index, i);
}

TEST_F(GrowthTest, WaitsForSnapshotsToEnd) {
  const auto store = Open();
  ASSERT_TRUE(Append(*store, 100).ok());
  std::optional<ReadTxn> reader = *store->Read();
  std::thread ends([&] {
    absl::SleepFor(absl::Milliseconds(50));
    EXPECT_TRUE(reader->At(99).ok());
    reader.reset();
  });
  EXPECT_TRUE(store->Grow().ok());
  ends.join();
}

TEST_F(GrowthTest, AMovedTransactionIsCountedOnce) {
  const auto store = Open();
  ASSERT_TRUE(Append(*store, 100).ok());
  {
    ReadTxn first = *store->Read();
    ReadTxn second = std::move(first);
    ReadTxn third = *store->Read();
    third = std::move(second);
    EXPECT_TRUE(third.At(99).ok());
    WriteTxn writer = *store->Write();
    WriteTxn moved = std::move(writer);
  }
  EXPECT_TRUE(store->Grow().ok());
}

TEST_F(GrowthTest, ASnapshotThatStaysIsNotPulledAway) {
  const auto store = Open();
  ASSERT_TRUE(Append(*store, 100).ok());
  const auto reader = store->Read();
  const absl::Status grown = store->Grow();
  EXPECT_EQ(FailureOf(grown), Failure::kMapFull) << grown;
  EXPECT_EQ(store->Stat()->map_bytes, kSmallMap);
  EXPECT_TRUE(reader->At(99).ok());
  EXPECT_TRUE(Append(*store, 1).ok());
}

TEST_F(GrowthTest, WhatAnotherProcessGrewIsAdopted) {
  int to_child[2];
  int to_parent[2];
  ASSERT_EQ(pipe(to_child), 0);
  ASSERT_EQ(pipe(to_parent), 0);
  { ASSERT_TRUE(Append(*Open(), 100).ok()); }
  char byte = 0;
  const Child child([&] {
    const auto store = Open();
    if (write(to_parent[1], &byte, 1) != 1 || read(to_child[0], &byte, 1) != 1) return false;
    // Reads, writes and copies what lies beyond its own map.
    const fs::path copy = directory_ + "/copy";
    return SizeOf(*store) > 1'000 && store->Stat()->map_bytes == 4 * kSmallMap &&
           store->Backup(copy).ok() && Append(*store, 1'000).ok();
  });
  ASSERT_EQ(read(to_parent[0], &byte, 1), 1);
  const auto store = Open();
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(FailureOf(Fill(*store)), Failure::kMapFull);
    ASSERT_TRUE(store->Grow().ok());
  }
  ASSERT_TRUE(Append(*store, 5'000).ok());
  const uint64_t size = SizeOf(*store);
  ASSERT_EQ(write(to_child[1], &byte, 1), 1);
  EXPECT_TRUE(child.Succeeded());
  EXPECT_EQ(SizeOf(*store), size + 1'000);
}

TEST_F(GrowthTest, ManyThreadsReadAndAskForSizesWhileItGrows) {
  const auto store = Open();
  ASSERT_TRUE(Append(*store, 100).ok());
  std::atomic<bool> done = false;
  std::vector<std::thread> readers;
  for (int i = 0; i < 3; ++i) {
    readers.emplace_back([&] {
      while (!done) {
        const auto txn = store->Read();
        EXPECT_TRUE(txn.ok() && txn->At(99).ok()) << txn.status();
        EXPECT_TRUE(store->Stat().ok());
      }
    });
  }
  for (int i = 0; i < 8; ++i) EXPECT_TRUE(store->Grow().ok());
  done = true;
  for (std::thread& reader : readers) reader.join();
}

#if !defined(__SANITIZE_ADDRESS__)
TEST_F(GrowthTest, WithoutAddressSpaceItStaysAsItIs) {
#if defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "the thread sanitizer keeps a shadow of all memory, which needs address space without limit";
#endif
  { ASSERT_TRUE(Append(*Open(), 100).ok()); }
  EXPECT_TRUE(Child([&] {
                const auto store = Open(uint64_t{1} << 30);
                const rlimit limit{uint64_t{3} << 29, uint64_t{3} << 29};
                setrlimit(RLIMIT_AS, &limit);
                const absl::Status grown = store->Grow();
                return FailureOf(grown) == Failure::kOutOfMemory && SizeOf(*store) == 100 &&
                       Append(*store, 1).ok();
              }).Succeeded());
}
#endif

TEST_F(GrowthTest, AWriteThatCannotBeStoredLosesNothing) {
  { ASSERT_TRUE(Append(*Open(uint64_t{1} << 30), 1'000).ok()); }
  EXPECT_TRUE(Child([&] {
                const auto store = Open(uint64_t{1} << 30);
                signal(SIGXFSZ, SIG_IGN);
                const rlimit limit{1 << 20, 1 << 20};
                setrlimit(RLIMIT_FSIZE, &limit);
                const absl::Status status = Fill(*store);
                return FailureOf(status) == Failure::kIoError ||
                       FailureOf(status) == Failure::kDiskFull;
              }).Succeeded());
  const auto store = Open(uint64_t{1} << 30);
  const auto txn = store->Read();
  ASSERT_GE(txn->head().size, 1'000u);
  for (uint64_t i = 0; i < txn->head().size; ++i) ASSERT_TRUE(txn->At(i).ok());
}

TEST_F(GrowthTest, ReadersBeyondTheLastSlotAreRefusedUntilOneEnds) {
  const auto store = Open();
  std::vector<ReadTxn> readers;
  absl::Status status;
  while (status.ok()) {
    auto txn = store->Read();
    status = txn.status();
    if (txn.ok()) readers.push_back(*std::move(txn));
  }
  EXPECT_EQ(FailureOf(status), Failure::kReadersFull) << status;
  EXPECT_GE(readers.size(), 1'000u);
  readers.pop_back();
  EXPECT_TRUE(store->Read().ok());
}

TEST_F(GrowthTest, SlotsOfADeadProcessAreUsedAgain) {
  EXPECT_TRUE(Child([&] {
                const auto store = Open();
                std::vector<ReadTxn> readers;
                for (int i = 0; i < 1'000; ++i) readers.push_back(*store->Read());
                _exit(0);
                return true;
              }).Succeeded());
  const auto store = Open();
  std::vector<ReadTxn> readers;
  for (int i = 0; i < 1'000; ++i) {
    auto txn = store->Read();
    ASSERT_TRUE(txn.ok()) << i << " " << txn.status();
    readers.push_back(*std::move(txn));
  }
}

TEST_F(GrowthTest, AWriterInAnotherProcessIsWaitedForUntilTheDeadline) {
  const auto store = Open();
  int ready[2];
  ASSERT_EQ(pipe(ready), 0);
  int go[2];
  ASSERT_EQ(pipe(go), 0);
  char byte = 0;
  const Child child([&] {
    const auto own = Open();
    const auto txn = own->Write();
    return txn.ok() && write(ready[1], &byte, 1) == 1 && read(go[0], &byte, 1) == 1;
  });
  ASSERT_EQ(read(ready[0], &byte, 1), 1);
  EXPECT_EQ(FailureOf(store->Write(absl::Now() + absl::Milliseconds(20)).status()),
            Failure::kTimeout);
  ASSERT_EQ(write(go[1], &byte, 1), 1);
  EXPECT_TRUE(child.Succeeded());
  EXPECT_TRUE(store->Write(absl::Now() + absl::Milliseconds(20)).ok());
}

// Regression: the file's length was looked at before what it must be was read, and what another process had
// written between the two was taken for cut off.
TEST_F(GrowthTest, AnotherProcessMayWriteWhileTheStoreIsOpened) {
  { ASSERT_TRUE(Append(*Open(uint64_t{1} << 30), 10).ok()); }
  int to_child[2], to_parent[2];
  ASSERT_EQ(pipe(to_child), 0);
  ASSERT_EQ(pipe(to_parent), 0);
  char byte = 0;
  const Child child([&] {
    close(to_child[1]);
    const auto own = Open(uint64_t{1} << 30);
    bool good = true;
    while (good && read(to_child[0], &byte, 1) == 1) {
      good = Append(*own, 5'000).ok() && write(to_parent[1], &byte, 1) == 1;
    }
    return good;
  });
  int looks = 0;
  after_looking = [&] {
    ++looks;
    EXPECT_EQ(write(to_child[1], &byte, 1), 1);
    EXPECT_EQ(read(to_parent[0], &byte, 1), 1);
  };
  const auto store = Store::Open(directory_, {.map_size = uint64_t{1} << 30});
  after_looking = nullptr;
  EXPECT_TRUE(store.ok()) << store.status();
  EXPECT_GT(looks, 0);
  close(to_child[1]);
  EXPECT_TRUE(child.Succeeded());
}

TEST_F(GrowthTest, AReadOnlyStoreDoesNotWrite) {
  { ASSERT_TRUE(Append(*Open(), 10).ok()); }
  auto store = Store::Open(directory_, {.read_only = true});
  ASSERT_TRUE(store.ok()) << store.status();
  EXPECT_EQ(FailureOf((*store)->Write().status()), Failure::kReadOnly);
}

TEST_F(GrowthTest, ABackupIsALedgerOfItsOwn) {
  const auto store = Open(uint64_t{1} << 30);
  ASSERT_TRUE(Append(*store, 1'000).ok());
  const std::string copy = directory_ + "/copy";
  ASSERT_TRUE(store->Backup(copy).ok());
  ASSERT_TRUE(Append(*store, 1).ok());
  {
    auto opened = Store::Open(copy, {});
    ASSERT_TRUE(opened.ok()) << opened.status();
    EXPECT_EQ(SizeOf(**opened), 1'000u);
    EXPECT_TRUE(Append(**opened, 5).ok());
  }
  const auto before = fs::file_size(copy + "/data.mdb");
  EXPECT_EQ(FailureOf(store->Backup(copy)), Failure::kLedgerExists);
  EXPECT_EQ(fs::file_size(copy + "/data.mdb"), before);
  EXPECT_EQ(FailureOf(store->Backup(directory_ + "/no/where")), Failure::kNotFound);
}

TEST_F(GrowthTest, ABackupThatFailsLeavesNothing) {
  { ASSERT_TRUE(Append(*Open(uint64_t{1} << 30), 20'000).ok()); }
  const std::string copy = directory_ + "/copy";
  EXPECT_TRUE(Child([&] {
                const auto store = Open(uint64_t{1} << 30);
                signal(SIGXFSZ, SIG_IGN);
                const rlimit limit{1 << 20, 1 << 20};
                setrlimit(RLIMIT_FSIZE, &limit);
                return !store->Backup(copy).ok();
              }).Succeeded());
  EXPECT_FALSE(fs::exists(copy + "/data.mdb"));
}

// Pages that one transaction allocates and frees are never written, the last one of the file too.
class CutShortTest : public GrowthTest {
 protected:
  static constexpr uint64_t kEntries = 300, kAll = UINT64_MAX;

  // Commits so that this happens, and calls `visit` after each.
  void CommitAndFree(int commits, const std::function<void(const StoreStat&)>& visit) {
    const auto store = Open(uint64_t{1} << 30);
    ASSERT_TRUE(Append(*store, kEntries).ok());
    for (int i = 0; i < commits; ++i) {
      auto txn = store->Write();
      // More than were ever free, so that the last ones are new; some stay where that is even.
      for (int page = 0; page < 3 * i; ++page) {
        const std::string bytes(page % 2 == 0 ? 3'000 : 900, 'x');
        ASSERT_TRUE(txn->PutStatePage(1, 0, static_cast<uint32_t>(page), bytes).ok());
      }
      ASSERT_TRUE(txn->DropStatePages(i % 2 == 0 ? 2 * static_cast<uint64_t>(i) : kAll).ok());
      ASSERT_TRUE(txn->Commit(Hash{}).ok());
      const auto stat = store->Stat();
      ASSERT_TRUE(stat.ok());
      visit(*stat);
    }
  }

  std::string Copied() const {
    const std::string copy = directory_ + "/copy";
    fs::create_directory(copy);
    fs::copy_file(directory_ + "/data.mdb", copy + "/data.mdb", fs::copy_options::overwrite_existing);
    return copy;
  }

  static bool IsWhole(const Store& store) {
    const absl::StatusOr<ReadTxn> txn = store.Read();
    // Reads each page of the state too, which no head of a state names here.
    bool is_whole = txn.ok() && txn->head().size >= kEntries && txn->CountStatePages(1).ok();
    for (uint64_t i = 0; is_whole && i < kEntries; ++i) is_whole = txn->At(i).ok();
    return is_whole;
  }
};

// Regression: the file was made longer after the commit. Whoever was killed before left a ledger that nobody
// could open any more, and so did a power failure and a full disk.
TEST_F(CutShortTest, NoSoundFileSeemsCutShort) {
  int shorter = 0;
  CommitAndFree(60, [&](const StoreStat& stat) {
    if (stat.data_bytes <= stat.file_bytes || ++shorter > 30) return;
    for (const bool read_only : {true, false}) {
      const auto opened = Store::Open(Copied(), {.read_only = read_only});
      ASSERT_TRUE(opened.ok()) << opened.status();
      EXPECT_TRUE(IsWhole(**opened));
      if (read_only) continue;
      ASSERT_TRUE(Append(**opened, 100).ok());
      EXPECT_TRUE(IsWhole(**opened));
      EXPECT_EQ(SizeOf(**opened), kEntries + 100);
    }
  });
  EXPECT_GT(shorter, 3);
}

TEST_F(CutShortTest, WhatLacksMoreThanFreePagesIsRefused) {
  constexpr uint64_t kPage = 4'096;
  CommitAndFree(40, [](const StoreStat&) {});
  const uint64_t whole = fs::file_size(directory_ + "/data.mdb");
  int opened = 0, refused = 0;
  for (uint64_t pages = whole / kPage - 1; pages >= 2; --pages) {
    const std::string copy = Copied();
    fs::resize_file(copy + "/data.mdb", pages * kPage + pages % 3);
    const auto store = Store::Open(copy, {});
    (store.ok() ? opened : refused) += 1;
    if (store.ok()) {
      ASSERT_TRUE(IsWhole(**store)) << pages;
    } else {
      ASSERT_EQ(FailureOf(store.status()), Failure::kTruncated) << store.status();
    }
  }
  EXPECT_GT(refused, 0);
  std::printf("%d that lack free pages alone are opened, %d others are refused\n", opened, refused);
}

}  // namespace
}  // namespace hourbook
