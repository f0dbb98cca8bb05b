#include "ledger/store/store.h"

#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "ledger/base/error.h"
#include "tests/calls/calls.h"

namespace hourbook {
namespace {

namespace fs = std::filesystem;

Record RecordAt(uint64_t index) {
  Record record{};
  record.entry.id.fill(0xab);
  std::memcpy(record.entry.id.data(), &index, sizeof(index));
  record.entry.index = index;
  record.entry.recorded_at = static_cast<int64_t>(index) + 1;
  record.leaf.fill(static_cast<uint8_t>(index));
  return record;
}

std::vector<Record> Records(uint64_t from, uint64_t to) {
  std::vector<Record> records;
  for (uint64_t i = from; i < to; ++i) records.push_back(RecordAt(i));
  return records;
}

class StoreTest : public testing::Test {
 protected:
  StoreTest() {
    std::string name = (fs::temp_directory_path() / "hourbook-store-XXXXXX").string();
    directory_ = mkdtemp(name.data());
  }
  ~StoreTest() override { fs::remove_all(directory_); }

  std::unique_ptr<Store> Open(StoreOptions options = {.create = true}) {
    absl::StatusOr<std::unique_ptr<Store>> store = Store::Open(directory_, options);
    EXPECT_TRUE(store.ok()) << store.status();
    return store.ok() ? *std::move(store) : nullptr;
  }

  absl::Status OpenError(StoreOptions options = {}) {
    return Store::Open(directory_, options).status();
  }

  static absl::Status Append(Store& store, uint64_t from, uint64_t to) {
    absl::StatusOr<WriteTxn> txn = store.Write();
    if (!txn.ok()) return txn.status();
    if (absl::Status done = txn->Append(Records(from, to)); !done.ok()) return done;
    return txn->Commit(Hash{});
  }

  static uint64_t SizeOf(const Store& store) {
    const absl::StatusOr<ReadTxn> txn = store.Read();
    EXPECT_TRUE(txn.ok()) << txn.status();
    return txn->head().size;
  }

  static void ExpectHolds(const Store& store, uint64_t size) {
    const absl::StatusOr<ReadTxn> txn = store.Read();
    ASSERT_TRUE(txn.ok()) << txn.status();
    ASSERT_EQ(txn->head().size, size);
    for (uint64_t i = 0; i < size; ++i) {
      const absl::StatusOr<Record> record = txn->At(i);
      ASSERT_TRUE(record.ok()) << record.status();
      ASSERT_EQ(*record, RecordAt(i)) << i;
    }
    EXPECT_EQ(FailureOf(txn->At(size).status()), Failure::kNotFound);
  }

  std::string File() const { return directory_ + "/data.mdb"; }

  std::string FileBytes() const {
    std::ifstream in(File(), std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  std::string directory_;
};

TEST_F(StoreTest, KeepsEveryRecordWhateverTheBatches) {
  for (const uint64_t batch : {1, 2, 16, 17, 18, 100}) {
    fs::remove_all(directory_);
    {
      std::unique_ptr<Store> store = Open();
      for (uint64_t i = 0; i < 100; i += batch) {
        ASSERT_TRUE(Append(*store, i, std::min<uint64_t>(i + batch, 100)).ok());
      }
      ExpectHolds(*store, 100);
    }
    ExpectHolds(*Open({.read_only = true}), 100);
  }
}

TEST_F(StoreTest, ADroppedTransactionLeavesNothing) {
  std::unique_ptr<Store> store = Open();
  ASSERT_TRUE(Append(*store, 0, 20).ok());
  {
    absl::StatusOr<WriteTxn> txn = store->Write();
    ASSERT_TRUE(txn.ok());
    ASSERT_TRUE(txn->Append(Records(20, 40)).ok());
  }
  ExpectHolds(*store, 20);
  ASSERT_TRUE(Append(*store, 20, 21).ok());
}

// LMDB refuses all use of a file whose head it could not write, and another thread may be the first to hear
// of it. It is to be told what the writer's callers are told next, not of an error of the disk.
TEST_F(StoreTest, WhatAFailedWriteStopsIsPoisoned) {
  { ASSERT_TRUE(Append(*Open(), 0, 100).ok()); }
  bool is_any_poisoned = false;
  bool is_reached = true;
  for (uint64_t call = 1; is_reached; ++call) {
    const auto store = Open();
    FailCalls(call, call, EROFS);
    const absl::Status appended = Append(*store, 100, 110);
    is_reached = CountedCalls() >= call;
    FailCalls(0, 0, 0);
    EXPECT_EQ(appended.ok(), !is_reached) << call;
    EXPECT_TRUE(appended.ok() || FailureOf(appended) == Failure::kPermissionDenied) << appended;
    const absl::Status read = store->Read().status();
    if (read.ok()) continue;
    is_any_poisoned = true;
    EXPECT_EQ(FailureOf(read), Failure::kPoisoned) << read;
  }
  EXPECT_TRUE(is_any_poisoned);
}

TEST_F(StoreTest, AReaderKeepsItsView) {
  std::unique_ptr<Store> store = Open();
  ASSERT_TRUE(Append(*store, 0, 5).ok());
  const absl::StatusOr<ReadTxn> before = store->Read();
  ASSERT_TRUE(Append(*store, 5, 50).ok());
  EXPECT_EQ(before->head().size, 5u);
  EXPECT_EQ(*before->At(4), RecordAt(4));
  EXPECT_EQ(FailureOf(before->At(5).status()), Failure::kNotFound);
  EXPECT_EQ(SizeOf(*store), 50u);
}

TEST_F(StoreTest, SeesWhatAnotherProcessAppends) {
  { ASSERT_TRUE(Append(*Open(), 0, 10).ok()); }
  const pid_t child = fork();
  if (child == 0) {
    absl::StatusOr<std::unique_ptr<Store>> store = Store::Open(directory_, {});
    _exit(store.ok() && Append(**store, 10, 30).ok() ? 0 : 1);
  }
  int status = -1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_EQ(status, 0);
  ExpectHolds(*Open({}), 30);
}

TEST_F(StoreTest, RefusesRecordsThatDoNotFollow) {
  std::unique_ptr<Store> store = Open();
  EXPECT_EQ(Append(*store, 1, 2).message(), "record 0 has index 1, not 0");
  absl::StatusOr<WriteTxn> txn = store->Write();
  EXPECT_EQ(txn->Append({RecordAt(0), RecordAt(2)}).message(), "record 1 has index 2, not 1");
}

TEST_F(StoreTest, EveryFlippedByteOfARecordIsFound) {
  { ASSERT_TRUE(Append(*Open(), 0, 3).ok()); }
  const std::string good = FileBytes();
  const Record wanted = RecordAt(1);
  const size_t start =
      good.rfind(std::string(reinterpret_cast<const char*>(&wanted), sizeof(wanted)));
  ASSERT_NE(start, std::string::npos);
  for (size_t i = start; i < start + sizeof(StoredRecord); ++i) {
    std::string bad = good;
    bad[i] = static_cast<char>(bad[i] ^ 0x40);
    std::ofstream(File(), std::ios::binary) << bad;
    std::unique_ptr<Store> store = Open({.read_only = true});
    const absl::StatusOr<ReadTxn> txn = store->Read();
    ASSERT_EQ(FailureOf(txn->At(1).status()), Failure::kCorrupt) << "byte " << i - start;
    ASSERT_TRUE(txn->At(2).ok());
  }
}

TEST_F(StoreTest, SaysWhatADirectoryIsNot) {
  EXPECT_EQ(FailureOf(OpenError()), Failure::kNotFound);
  EXPECT_EQ(FailureOf(OpenError({.create = true, .read_only = true})), Failure::kNotFound);
  std::ofstream(File()) << std::string(8192, 'x');
  EXPECT_EQ(FailureOf(OpenError()), Failure::kNotALedger);
}

TEST_F(StoreTest, AFileCutShortIsAnErrorAndNotASignal) {
  { ASSERT_TRUE(Append(*Open(), 0, 1000).ok()); }
  fs::resize_file(File(), fs::file_size(File()) / 2);
  const absl::Status status = OpenError();
  EXPECT_EQ(FailureOf(status), Failure::kTruncated);
  EXPECT_NE(status.message().find("cut short"), absl::string_view::npos) << status;
}

// What LMDB's head pages call the last page is more than any file has: waiting for the map to grow to it
// would never end.
TEST_F(StoreTest, ALastPageBeyondAnyFileIsAnError) {
  { ASSERT_TRUE(Append(*Open(), 0, 3).ok()); }
  constexpr size_t kPage = 4'096, kLastPage = 136;  // in LMDB's head page
  std::string bytes = FileBytes();
  for (const size_t page : {0, 1}) bytes[page * kPage + kLastPage + 7] = '\x9b';
  std::ofstream(File(), std::ios::binary) << bytes;
  EXPECT_EQ(FailureOf(OpenError()), Failure::kTruncated);
}

TEST_F(StoreTest, ALedgerOfANewerFormatIsRefusedAndLeftAlone) {
  { ASSERT_TRUE(Append(*Open(), 0, 3).ok()); }
  std::string bytes = FileBytes();
  const std::string magic(reinterpret_cast<const char*>(&kHeadMagic), sizeof(kHeadMagic));
  int heads = 0;
  for (size_t at = 0; (at = bytes.find(magic, at)) != std::string::npos; at += magic.size()) {
    bytes[at + offsetof(Head, version)] = 2;
    ++heads;
  }
  ASSERT_GT(heads, 0);
  std::ofstream(File(), std::ios::binary) << bytes;
  for (const bool create : {false, true}) {
    const absl::Status status = OpenError({.create = create});
    EXPECT_EQ(FailureOf(status), Failure::kNewerFormat) << status;
    EXPECT_NE(status.message().find("upgrade Hourbook"), absl::string_view::npos) << status;
  }
  EXPECT_EQ(FileBytes(), bytes);
}

TEST_F(StoreTest, ADamagedHeadIsFound) {
  { ASSERT_TRUE(Append(*Open(), 0, 3).ok()); }
  std::string bytes = FileBytes();
  const std::string magic(reinterpret_cast<const char*>(&kHeadMagic), sizeof(kHeadMagic));
  for (size_t at = 0; (at = bytes.find(magic, at)) != std::string::npos; at += magic.size()) {
    bytes[at + offsetof(Head, root)] ^= 1;
  }
  std::ofstream(File(), std::ios::binary) << bytes;
  EXPECT_EQ(FailureOf(OpenError()), Failure::kCorrupt);
}

TEST_F(StoreTest, ANewLedgerIsSmall) {
  Open();
  EXPECT_LE(fs::file_size(File()), 64u * 1024);
  // Of any ledger: its room is taken when it is opened, so that a full disk ends no reader.
  EXPECT_LE(fs::file_size(directory_ + "/lock.mdb"), 64u * 1024);
}

TEST_F(StoreTest, AFullMapLosesNothing) {
  uint64_t size = 0;
  {
    std::unique_ptr<Store> store = Open({.create = true, .map_size = 1 << 20});
    absl::Status status;
    for (; status.ok(); size += status.ok() ? 100 : 0) status = Append(*store, size, size + 100);
    EXPECT_EQ(FailureOf(status), Failure::kMapFull) << status;
    EXPECT_GT(size, 0u);
  }
  std::unique_ptr<Store> store = Open({});
  ExpectHolds(*store, size);
  EXPECT_TRUE(Append(*store, size, size + 1000).ok());
}

TEST_F(StoreTest, AnEntryCostsAtMost260BytesOnDisk) {
  constexpr uint64_t kEntries = 100'000;
  constexpr uint64_t kBatch = 8'192;
  std::unique_ptr<Store> store = Open();
  for (uint64_t i = 0; i < kEntries; i += kBatch) {
    ASSERT_TRUE(Append(*store, i, std::min(i + kBatch, kEntries)).ok());
  }
  EXPECT_LE(fs::file_size(File()), 260 * kEntries);
  RecordProperty("bytes_per_entry", static_cast<int>(fs::file_size(File()) / kEntries));
}

}  // namespace
}  // namespace hourbook
