// What the store keeps beside the log: ids, tile hashes, pages of state.
#include <sys/wait.h>
#include <unistd.h>
#include <xxhash.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "ledger/base/error.h"
#include "ledger/format/tile_path.h"
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

uint64_t LoadWord(const uint8_t* bytes) {
  uint64_t word;
  std::memcpy(&word, bytes, sizeof(word));
  return word;
}

// The ids, one of each side, whose XXH3-64 is a chosen value: the hash has no key, so an adversary
// can do this too. It mixes swap(low) + high + low * high, where the halves of the id are first
// crossed with constants; with either half zero after that, the rest is solved for.
Id IdWithHash(uint64_t hash, bool low_side) {
  constexpr uint8_t kSecret[32] = {0x72, 0x40, 0xa4, 0xa4, 0xb7, 0xb3, 0x67, 0x1f, 0xcb, 0x79, 0xe6,
                                   0x4e, 0xcc, 0xc0, 0xe5, 0x78, 0x82, 0x5a, 0xd0, 0x7d, 0xcc, 0xff,
                                   0x72, 0x21, 0xb8, 0x08, 0x46, 0x74, 0xf7, 0x43, 0x24, 0x8e};
  constexpr uint64_t kMixer = 0x165667919e3779f9;
  uint64_t inverse = kMixer;
  for (int i = 0; i < 6; ++i) inverse *= 2 - kMixer * inverse;
  uint64_t sum = (hash ^ hash >> 32) * inverse;
  sum = (sum ^ sum >> 37) - sizeof(Id);
  uint64_t words[2] = {LoadWord(kSecret) ^ LoadWord(kSecret + 8),
                       LoadWord(kSecret + 16) ^ LoadWord(kSecret + 24)};
  words[low_side ? 0 : 1] ^= low_side ? __builtin_bswap64(sum) : sum;
  Id id;
  std::memcpy(id.data(), words, sizeof(id));
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

  // Appends entries with these ids and indexes them as one run.
  void AddExactly(const std::vector<Id>& given, uint64_t merge_budget) {
    auto txn = store_->Write();
    ASSERT_TRUE(txn.ok()) << txn.status();
    std::vector<Record> records(given.size());
    std::vector<IdAt> ids;
    for (size_t i = 0; i < given.size(); ++i) {
      records[i].entry.index = size_;
      records[i].entry.id = given[i];
      ids.push_back({given[i], size_++});
    }
    ASSERT_TRUE(txn->Append(records).ok());
    PutTileHashes(size_ - given.size(), *txn);
    ASSERT_TRUE(txn->AddIds(ids).ok());
    ASSERT_TRUE(txn->MergeIds(merge_budget).ok());
    ASSERT_TRUE(txn->Commit(Hash{}).ok());
  }

  // What the tree over the entries up to size_ has more of than up to `before`.
  void PutTileHashes(uint64_t before, WriteTxn& txn) const {
    for (int level = 1; HashesAt(level, size_) > 0; ++level) {
      for (uint64_t i = HashesAt(level, before); i < HashesAt(level, size_); ++i)
        txn.PutTileHash(level, i, Hash{});
    }
  }

  std::optional<uint64_t> Find(const Id& id) const {
    const auto txn = store_->Read();
    const auto found = txn->FindId(id);
    EXPECT_TRUE(found.ok()) << found.status();
    return found.ok() ? *found : std::nullopt;
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
    PutTileHashes(size_ - count, *txn);
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
    const absl::Status checked = txn->CheckStored([] { return absl::OkStatus(); });
    ASSERT_TRUE(checked.ok()) << checked;
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

// Merges of old, large runs take long. New ones must not wait for them: they would fill the
// directory.
TEST_F(IndexTest, SmallMergesDoNotWaitForLargeOnes) {
  for (int i = 0; i < 1'300; ++i) Add(64, 1'024);
  ExpectFindsAll();
}

TEST_F(IndexTest, RunsThatAreNeverMergedMakeRoomForThemselves) {
  for (int i = 0; i < 300; ++i) Add(10, 0);
  ExpectFindsAll();
}

TEST_F(IndexTest, EqualHashesAreToldApartByTheEntries) {
  const Id often = IdWithHash(1'000, false);
  const Id once = IdWithHash(1'000, true);
  ASSERT_NE(often, once);
  ASSERT_EQ(XXH3_64bits(often.data(), often.size()), 1'000u);
  ASSERT_EQ(XXH3_64bits(once.data(), once.size()), 1'000u);
  AddExactly(std::vector<Id>(700, often), 0);
  EXPECT_EQ(Find(once), std::nullopt);
  std::vector<Id> ids(700, often);  // several pages of one hash
  ids.push_back(once);
  AddExactly(ids, 0);
  EXPECT_EQ(Find(once), 1'400u);
  AddExactly({IdWithHash(999, true)}, 0);
  AddExactly({IdWithHash(1'001, true)}, 10'000);
  EXPECT_EQ(Find(once), 1'400u);
  EXPECT_EQ(Find(IdWithHash(999, true)), 1'401u);
  EXPECT_EQ(Find(IdWithHash(1'001, true)), 1'402u);
  EXPECT_EQ(Find(IdWithHash(1'001, false)), std::nullopt);
}

TEST_F(IndexTest, FindsIdsChosenToMakeTheHashesUneven) {
  std::vector<Id> ids;
  const auto hash_of = [](uint64_t i) {
    return i < 10'000 ? i : i < 10'063 ? uint64_t{1} << (i - 9'999) : ~i;
  };
  for (uint64_t i = 14; i < 20'000; ++i) ids.push_back(IdWithHash(hash_of(i), false));
  AddExactly(ids, 0);
  Reopen();
  for (size_t i = 0; i < ids.size(); i += 7) {
    const std::optional<uint64_t> found = Find(ids[i]);
    ASSERT_TRUE(found) << i;
    ASSERT_EQ(ids[*found], ids[i]);
    ASSERT_FALSE(Find(IdWithHash(hash_of(i + 14), true)));
  }
}

TEST_F(IndexTest, ATransactionFindsWhatItIndexedItself) {
  Add(300, 0);
  auto txn = store_->Write();
  EXPECT_FALSE(txn->FindId(IdOf(300))->has_value());
  std::vector<Record> records(1);
  records[0].entry.index = 300;
  records[0].entry.id = IdOf(300);
  ASSERT_TRUE(txn->Append(records).ok());
  ASSERT_TRUE(txn->AddIds({{IdOf(300), 300}}).ok());
  EXPECT_EQ(**txn->FindId(IdOf(300)), 300u);
}

// The numbers of runs that were never committed are used again, by other processes too.
TEST_F(IndexTest, NothingIsRememberedOfADroppedTransaction) {
  const auto ids_at = [](uint64_t from, uint64_t index, std::vector<Record>& records) {
    std::vector<IdAt> ids;
    records.assign(300, Record{});
    for (uint64_t i = 0; i < 300; ++i) {
      records[i].entry.index = index + i;
      records[i].entry.id = IdOf(from + i);
      ids.push_back({IdOf(from + i), index + i});
    }
    return ids;
  };
  Add(300, 0);
  std::vector<Record> records;
  {
    auto txn = store_->Write();
    const std::vector<IdAt> ids = ids_at(5'000, 300, records);
    ASSERT_TRUE(txn->Append(records).ok());
    ASSERT_TRUE(txn->AddIds(ids).ok());
    for (const IdAt& id : ids) ASSERT_EQ(**txn->FindId(id.id), id.index);
  }
  const pid_t child = fork();
  if (child == 0) {
    auto own = Store::Open(directory_, {});
    auto txn = (*own)->Write();
    const std::vector<IdAt> ids = ids_at(300, 300, records);
    txn->PutTileHash(1, 1, Hash{});
    const bool done = txn->Append(records).ok() && txn->AddIds(ids).ok() && txn->Commit({}).ok();
    _exit(done ? 0 : 1);
  }
  int status = -1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_EQ(status, 0);
  size_ = 600;
  ExpectFindsAll();
}

// Two processes take turns: each goes on with merges that the other began.
TEST_F(IndexTest, AnyProcessGoesOnWithAMerge) {
  for (int turn = 0; turn < 8; ++turn) {
    const pid_t child = fork();
    if (child == 0) {
      (void)store_.release();  // the parent's
      Reopen();
      for (int i = 0; i < 3; ++i) Add(500, 1'500);
      _exit(HasFailure() ? 1 : 0);
    }
    int status = -1;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    ASSERT_EQ(status, 0);
    size_ += 1'500;
    for (int i = 0; i < 3; ++i) Add(500, 1'500);
    ExpectFindsAll();
  }
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

// Of what is read before the first entry is, too, a caller is told, and can end it.
TEST_F(IndexTest, CheckingAsksNowAndThenWhetherToGoOn) {
  {
    auto written = store_->Write();
    ASSERT_TRUE(written.ok()) << written.status();
    for (uint32_t page = 0; page < 5'000; ++page) ASSERT_TRUE(written->PutStatePage(1, 0, page, "page").ok());
    StateHead head{};
    head.last_number = 1;
    ASSERT_TRUE(written->PutStateHead(head).ok());
    ASSERT_TRUE(written->Commit(Hash{}).ok());
  }
  const auto txn = store_->Read();
  ASSERT_TRUE(txn.ok()) << txn.status();
  int asked = 0;
  const absl::Status whole = txn->CheckStored([&] { return ++asked, absl::OkStatus(); });
  EXPECT_TRUE(whole.ok()) << whole;
  EXPECT_EQ(asked, 2);
  EXPECT_EQ(txn->CheckStored([] { return absl::CancelledError(); }).code(), absl::StatusCode::kCancelled);
}

TEST_F(IndexTest, KeepsStatePagesOfThePartsThatCount) {
  const auto page_of = [](uint64_t part, uint32_t page) {
    return std::string(3'990, static_cast<char>('a' + part % 26)) + std::to_string(page);
  };
  constexpr uint32_t kPages = 20;
  Add(9, 0);
  const StateHead head{.last_number = 4'000,
                       .part_count = 1,
                       .changes = {.number = 3'000, .begun = 7},
                       .whole = {.job = {.number = 4'000, .begun = 8}, .pages = 1, .end = 0, .counts = {}},
                       .parts = {{.number = 400, .size = 9, .counts = {}}}};
  for (const uint64_t part : {10, 400, 3'000, 4'000}) {
    auto txn = store_->Write();
    for (uint32_t page = 0; page < kPages; ++page) {
      ASSERT_TRUE(txn->PutStatePage(part, page % 3, page, page_of(part, page)).ok());
    }
    ASSERT_TRUE(txn->PutStateHead(head).ok());
    ASSERT_TRUE(txn->Commit(Hash{}).ok());
  }
  for (int i = 0; i < 5; ++i) {
    auto txn = store_->Write();
    const absl::StatusOr<bool> may_have_more = txn->DropStatePages(6);
    ASSERT_TRUE(may_have_more.ok()) << may_have_more.status();
    EXPECT_EQ(*may_have_more, i < 3) << i;  // 6, 12, 18 and the last 2
    ASSERT_TRUE(txn->Commit(Hash{}).ok());
  }
  const auto txn = store_->Read();
  for (uint32_t page = 0; page < kPages; ++page) {
    EXPECT_EQ(FailureOf(txn->StatePage(10, page % 3, page).status()), Failure::kCorrupt);
    for (const uint64_t part : {400, 3'000, 4'000}) {
      const auto kept = txn->StatePage(part, page % 3, page);
      ASSERT_TRUE(kept.ok()) << kept.status();
      EXPECT_EQ(*kept, page_of(part, page));
    }
  }
}

}  // namespace
}  // namespace hourbook
