// What the store keeps beside the log: ids, tile hashes, pages of state.
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "ledger/base/error.h"
#include "ledger/store/store.h"

namespace hourbook {
namespace {

namespace fs = std::filesystem;

// An id that looks random, the same for the same index.
Id IdOf(uint64_t index) {
  std::mt19937_64 random(index);
  Id id;
  for (size_t half = 0; half < 2; ++half) {
    const uint64_t word = random();
    std::memcpy(id.data() + 8 * half, &word, sizeof(word));
  }
  return id;
}

class IndexTest : public testing::Test {
 protected:
  IndexTest() {
    std::string name = (fs::temp_directory_path() / "hourbook-index-XXXXXX").string();
    directory_ = mkdtemp(name.data());
    Reopen();
  }
  ~IndexTest() override {
    store_.reset();
    fs::remove_all(directory_);
  }

  void Reopen() {
    store_.reset();
    auto opened = Store::Open(directory_, {.create = true});
    ASSERT_TRUE(opened.ok()) << opened.status();
    store_ = *std::move(opened);
  }

  // Appends entries and indexes their ids in one transaction.
  void Add(uint64_t count, uint64_t merge_budget, uint64_t index_every = 1) {
    auto txn = store_->Write();
    ASSERT_TRUE(txn.ok()) << txn.status();
    std::vector<Record> records(count);
    for (Record& record : records) {
      record.entry.index = size_;
      record.entry.id = IdOf(size_++);
    }
    ASSERT_TRUE(txn->Append(records).ok());
    if (++batches_ % index_every == 0) {
      std::vector<IdAt> ids;
      for (uint64_t i = txn->ids_covered(); i < size_; ++i) ids.push_back({IdOf(i), i});
      std::reverse(ids.begin(), ids.end());
      ASSERT_TRUE(txn->AddIds(ids).ok());
    }
    const absl::Status merged = txn->MergeIds(merge_budget);
    ASSERT_TRUE(merged.ok()) << merged;
    ASSERT_TRUE(txn->Commit(Hash{}).ok());
  }

  void ExpectFindsAll() {
    const auto txn = store_->Read();
    ASSERT_TRUE(txn.ok());
    for (uint64_t i = 0; i < size_; ++i) {
      const auto found = txn->FindId(IdOf(i));
      ASSERT_TRUE(found.ok()) << found.status();
      if (i >= txn->ids_covered()) {
        ASSERT_FALSE(found->has_value()) << i;
      } else {
        ASSERT_TRUE(found->has_value()) << i;
        ASSERT_EQ(**found, i);
      }
    }
    for (uint64_t i = size_; i < size_ + 1'000; ++i) {
      const auto found = txn->FindId(IdOf(i));
      ASSERT_TRUE(found.ok() && !found->has_value()) << i;
    }
  }

  std::string directory_;
  std::unique_ptr<Store> store_;
  uint64_t size_ = 0;
  uint64_t batches_ = 0;
};

TEST_F(IndexTest, FindsEachIdWhateverIsBeingMerged) {
  for (int i = 0; i < 120; ++i) {
    Add(400, 1'600);
    if (i % 7 == 0) Reopen();
    if (i % 10 == 0) ExpectFindsAll();
  }
  ExpectFindsAll();
}

TEST_F(IndexTest, RunsOfOneIdAreMergedToo) {
  for (int i = 0; i < 300; ++i) Add(1, 64);
  ExpectFindsAll();
}

TEST_F(IndexTest, IdsThatAreNotIndexedYetAreNotFound) {
  for (int i = 0; i < 10; ++i) Add(100, 0, 3);
  const auto txn = store_->Read();
  EXPECT_EQ(txn->ids_covered(), 900u);
  ExpectFindsAll();
}

TEST_F(IndexTest, ADroppedMergeIsBegunAgain) {
  for (int i = 0; i < 8; ++i) Add(1'000, 0);
  {
    auto txn = store_->Write();
    ASSERT_TRUE(txn->MergeIds(100'000).ok());
  }
  ExpectFindsAll();
  Add(1, 100'000);
  ExpectFindsAll();
}

TEST_F(IndexTest, MergedRunsGiveTheirPagesBack) {
  for (int i = 0; i < 64; ++i) Add(1'000, 16'000);
  const uint64_t before = store_->Stat()->data_bytes;
  for (int i = 0; i < 64; ++i) Add(1'000, 16'000);
  const uint64_t log = 64'000 * sizeof(StoredRecord);
  EXPECT_LT(store_->Stat()->data_bytes - before, log * 3 / 2);
}

TEST_F(IndexTest, KeepsTileHashesOverManyCommits) {
  const auto hash_of = [](int level, uint64_t index) {
    Hash hash{};
    hash[0] = static_cast<uint8_t>(level);
    std::memcpy(hash.data() + 1, &index, sizeof(index));
    return hash;
  };
  uint64_t next = 0;
  for (const uint64_t count : {1, 30, 1, 5, 100, 32, 64, 3}) {
    auto txn = store_->Write();
    for (uint64_t i = 0; i < count; ++i, ++next) {
      txn->PutTileHash(1, next, hash_of(1, next));
      if (next % 2 == 0) txn->PutTileHash(2, next / 2, hash_of(2, next / 2));
    }
    ASSERT_TRUE(txn->Commit(Hash{}).ok());
  }
  const auto txn = store_->Read();
  for (uint64_t i = 0; i < next; ++i) {
    ASSERT_EQ(*txn->TileHash(1, i), hash_of(1, i)) << i;
    ASSERT_EQ(*txn->TileHash(2, i / 2), hash_of(2, i / 2)) << i;
  }
  EXPECT_EQ(FailureOf(txn->TileHash(1, next).status()), Failure::kCorrupt);
  EXPECT_EQ(FailureOf(txn->TileHash(3, 0).status()), Failure::kCorrupt);
}

TEST_F(IndexTest, KeepsStatePagesOfTheGenerationsThatCount) {
  const auto page_of = [](uint64_t generation, uint32_t page) {
    return std::string(4'000, static_cast<char>('a' + generation % 26)) + std::to_string(page);
  };
  constexpr uint32_t kPages = 20;
  for (const uint64_t generation : {10, 400, 3'000}) {
    auto txn = store_->Write();
    for (uint32_t page = 0; page < kPages; ++page) {
      ASSERT_TRUE(txn->PutStatePage(generation, page % 3, page,
                                    page_of(generation, page).substr(0, 4'000)).ok());
    }
    ASSERT_TRUE(txn->PutStateHead({.complete = 400, .complete_counts = {}, .running = 3'000}).ok());
    ASSERT_TRUE(txn->Commit(Hash{}).ok());
  }
  for (int i = 0; i < 5; ++i) {
    auto txn = store_->Write();
    const absl::Status dropped = txn->DropStatePages(6);
    ASSERT_TRUE(dropped.ok()) << dropped;
    ASSERT_TRUE(txn->Commit(Hash{}).ok());
  }
  const auto txn = store_->Read();
  for (uint32_t page = 0; page < kPages; ++page) {
    EXPECT_EQ(FailureOf(txn->StatePage(10, page % 3, page).status()), Failure::kCorrupt);
    for (const uint64_t generation : {400, 3'000}) {
      const auto kept = txn->StatePage(generation, page % 3, page);
      ASSERT_TRUE(kept.ok()) << kept.status();
      EXPECT_EQ(*kept, page_of(generation, page).substr(0, 4'000));
    }
  }
}

}  // namespace
}  // namespace hourbook
