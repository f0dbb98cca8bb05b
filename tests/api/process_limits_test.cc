// What processes do to each other, and the system to one: readers without end, readers that were killed, forks,
// maps that grow beside readers, no file descriptor left.
#include <sys/resource.h>

#include <algorithm>
#include <cstring>

#include "tests/api/child.h"
#include "tests/api/handles.h"
#include "tests/base/effort.h"

namespace hourbook {
namespace {

class ProcessLimitsTest : public testing::Test {
 protected:
  ProcessLimitsTest() {
    EXPECT_EQ(Found(path(), &ledger_, &error_), HBK_OK) << error_.message;
    EXPECT_EQ(AppendAll(ledger_, Founding(2)), HBK_OK);
  }
  ~ProcessLimitsTest() override { hbk_close(ledger_); }

  std::string path() const { return temp_ / "ledger"; }

  void Reopen() {
    hbk_close(ledger_);
    EXPECT_EQ(OpenAt(path(), &ledger_, 0, &error_), HBK_OK) << error_.message;
  }

  uint64_t FileBytes() {
    hbk_snapshot* snapshot = nullptr;
    hbk_stat stat = HBK_STAT_INIT;
    EXPECT_EQ(hbk_snapshot_open(ledger_, &snapshot, &error_), HBK_OK) << error_.message;
    EXPECT_EQ(hbk_snapshot_stat(snapshot, &stat, nullptr), HBK_OK);
    hbk_snapshot_close(snapshot);
    return stat.file_bytes;
  }

  // Opens snapshots until there are no more to be had. What the last one was told.
  hbk_status OpenSnapshots(std::vector<hbk_snapshot*>& snapshots) {
    while (true) {
      hbk_snapshot* snapshot = nullptr;
      const hbk_status opened = hbk_snapshot_open(ledger_, &snapshot, &error_);
      if (opened != HBK_OK) return opened;
      snapshots.push_back(snapshot);
    }
  }

  const TempDir temp_{TempDir::MemoryBase()};
  hbk_error error_ = HBK_ERROR_INIT;
  hbk_ledger* ledger_ = nullptr;
};

TEST_F(ProcessLimitsTest, TooManySnapshotsAreToldAndHarmNothing) {
  std::vector<hbk_snapshot*> snapshots;
  EXPECT_EQ(OpenSnapshots(snapshots), HBK_READERS_FULL);
  EXPECT_GT(snapshots.size(), 1'000u);
  EXPECT_NE(std::strstr(error_.message, "close some snapshots"), nullptr) << error_.message;
  EXPECT_EQ(AppendAll(ledger_, {Service(0, 0)}, &error_), HBK_READERS_FULL) << error_.message;
  EXPECT_EQ(hbk_verify(snapshots[0], nullptr, nullptr, &error_), HBK_OK) << "one that is open goes on";
  hbk_snapshot_close(snapshots.back());
  snapshots.pop_back();
  EXPECT_EQ(AppendAll(ledger_, {Service(0, 0)}, &error_), HBK_OK) << error_.message;
  for (hbk_snapshot* const snapshot : snapshots) hbk_snapshot_close(snapshot);
  EXPECT_EQ(VerifyAll(ledger_, &error_), HBK_OK) << error_.message;
}

TEST_F(ProcessLimitsTest, SnapshotsAreCountedOverAllProcesses) {
  Child other([this](const Child::Steps& parent) {
    hbk_ledger* own = nullptr;
    if (OpenAt(path(), &own) != HBK_OK) return 1;
    ledger_ = own;
    std::vector<hbk_snapshot*> snapshots;
    if (OpenSnapshots(snapshots) != HBK_READERS_FULL) return 2;
    parent.Say();
    parent.Await();
    return 0;
  });
  ASSERT_TRUE(other.Await());
  hbk_snapshot* snapshot = nullptr;
  EXPECT_EQ(hbk_snapshot_open(ledger_, &snapshot, &error_), HBK_READERS_FULL) << error_.message;
  EXPECT_EQ(snapshot, nullptr);
  // One that opens the ledger then is told, too.
  Child third([this](const Child::Steps&) {
    hbk_ledger* own = nullptr;
    return OpenAt(path(), &own) == HBK_READERS_FULL && own == nullptr ? 0 : 1;
  });
  EXPECT_EQ(third.Join(), 0);
  other.Kill();  // its snapshots end with it, though it could not close them
  EXPECT_EQ(AppendAll(ledger_, {Service(0, 0)}, &error_), HBK_OK) << error_.message;
  EXPECT_EQ(VerifyAll(ledger_, &error_), HBK_OK) << error_.message;
}

// Pages that a reader may still need are not used again.
class StaleReaderTest : public ProcessLimitsTest {
 protected:
  enum class Reader { kNone, kKilled, kLiving };

  // By how much the file grows while a few hundred entries are appended one by one.
  uint64_t GrowthBeside(Reader kind) {
    Child reader([this, kind](const Child::Steps& parent) {
      hbk_ledger* own = nullptr;
      hbk_snapshot* snapshot = nullptr;
      if (OpenAt(path(), &own) != HBK_OK) return 1;
      if (kind != Reader::kNone && hbk_snapshot_open(own, &snapshot, nullptr) != HBK_OK) return 2;
      parent.Say();
      parent.Await();
      return 0;
    });
    EXPECT_TRUE(reader.Await());
    if (kind != Reader::kLiving) reader.Kill();
    Reopen();
    const uint64_t before = FileBytes();
    for (int i = 0; i < 300; ++i) EXPECT_EQ(AppendAll(ledger_, {Grant(number_++, 0, 1)}), HBK_OK);
    return FileBytes() - before;
  }

  uint64_t number_ = 0;
};

TEST_F(StaleReaderTest, WhatAKilledReaderHeldIsUsedAgain) {
  GrowthBeside(Reader::kNone);  // until there are freed pages
  const uint64_t alone = GrowthBeside(Reader::kNone);
  const uint64_t killed = GrowthBeside(Reader::kKilled);
  const uint64_t living = GrowthBeside(Reader::kLiving);
  EXPECT_LE(killed, alone + (uint64_t{256} << 10));
  EXPECT_GE(living, killed + (uint64_t{1} << 20)) << "else this shows nothing";
}

TEST_F(ProcessLimitsTest, TheMapGrowsBesideReadersOfOtherProcesses) {
  hbk_close(ledger_);
  ledger_ = nullptr;
  Child reader([this](const Child::Steps& parent) {
    hbk_ledger* own = nullptr;
    hbk_snapshot* snapshot = nullptr;
    hbk_open_options options = HBK_OPEN_OPTIONS_INIT;
    options.flags = HBK_OPEN_READ_ONLY;
    options.map_size = 1 << 20;
    if (hbk_open(path().c_str(), &options, &own, nullptr) != HBK_OK) return 1;
    if (hbk_snapshot_open(own, &snapshot, nullptr) != HBK_OK) return 2;
    parent.Say();
    parent.Await();
    if (hbk_verify(snapshot, nullptr, nullptr, nullptr) != HBK_OK) return 3;  // what it saw it sees
    hbk_snapshot_close(snapshot);
    return VerifyAll(own) == HBK_OK ? 0 : 4;  // in a larger map
  });
  ASSERT_TRUE(reader.Await());
  hbk_open_options options = HBK_OPEN_OPTIONS_INIT;
  options.map_size = 1 << 20;
  ASSERT_EQ(hbk_open(path().c_str(), &options, &ledger_, &error_), HBK_OK) << error_.message;
  for (uint64_t i = 0; i < 8; ++i) {
    std::vector<Entry> batch;
    for (uint64_t k = 0; k < 1'000; ++k) batch.push_back(Grant(i * 1'000 + k, k % 2, 1));
    EXPECT_EQ(AppendAll(ledger_, batch, &error_), HBK_OK) << error_.message;
  }
  EXPECT_GT(FileBytes(), uint64_t{1} << 20) << "it had to grow";
  reader.Say();
  EXPECT_EQ(reader.Join(), 0);
  EXPECT_EQ(VerifyAll(ledger_, &error_), HBK_OK) << error_.message;
}

TEST_F(ProcessLimitsTest, AForkedChildIsRefusedEveryHandle) {
  hbk_snapshot* snapshot = nullptr;
  hbk_cursor* cursor = nullptr;
  hbk_trial* trial = nullptr;
  hbk_key* key = nullptr;
  ASSERT_EQ(hbk_snapshot_open(ledger_, &snapshot, nullptr), HBK_OK);
  ASSERT_EQ(hbk_entries_open(snapshot, 0, nullptr, &cursor, nullptr), HBK_OK);
  ASSERT_EQ(hbk_trial_open(ledger_, &trial, nullptr), HBK_OK);
  ASSERT_EQ(hbk_key_generate(kOrigin, HBK_KEY_LOG, &key, nullptr), HBK_OK);
  Child child([&](const Child::Steps&) {
    std::vector<hbk_result> results;
    hbk_error error = HBK_ERROR_INIT;
    hbk_entry entry;
    uint32_t count = 0;
    hbk_snapshot* another = nullptr;
    if (AppendTo(ledger_, {Service(0, 0)}, results, &error) != HBK_FORKED) return 1;
    if (std::strstr(error.message, "open the ledger in this one") == nullptr) return 2;
    if (hbk_snapshot_open(ledger_, &another, nullptr) != HBK_FORKED) return 3;
    if (hbk_verify(snapshot, nullptr, nullptr, nullptr) != HBK_FORKED) return 4;
    if (hbk_cursor_next(cursor, &entry, 1, &count, nullptr) != HBK_FORKED) return 5;
    if (hbk_trial_advance(trial, 2, nullptr) != HBK_FORKED) return 6;
    if (hbk_publish(ledger_, key, (temp_ / "site").c_str(), nullptr, nullptr, nullptr, nullptr) != HBK_FORKED) {
      return 7;
    }
    if (hbk_backup(ledger_, (temp_ / "copy").c_str(), nullptr) != HBK_FORKED) return 8;
    // Closing does nothing, and opening anew is what the child may do.
    hbk_cursor_close(cursor);
    hbk_snapshot_close(snapshot);
    hbk_trial_close(trial);
    hbk_close(ledger_);
    hbk_ledger* own = nullptr;
    if (OpenAt(path(), &own) != HBK_OK) return 9;
    if (AppendAll(own, {Service(1, 0)}) != HBK_OK) return 10;
    hbk_close(own);
    return 0;
  });
  EXPECT_EQ(child.Join(), 0);
  hbk_entry entry;
  uint32_t count = 0;
  EXPECT_EQ(hbk_cursor_next(cursor, &entry, 1, &count, &error_), HBK_OK) << error_.message;
  EXPECT_EQ(hbk_trial_advance(trial, 2, &error_), HBK_OK) << error_.message;
  EXPECT_EQ(hbk_verify(snapshot, nullptr, nullptr, &error_), HBK_OK) << error_.message;
  EXPECT_EQ(AppendAll(ledger_, {Service(0, 0), Service(1, 0)}, &error_), HBK_OK) << error_.message;
  EXPECT_EQ(VerifyAll(ledger_, &error_), HBK_OK) << error_.message;
  hbk_key_close(key);
}

// Files get numbers below this one.
class NoFileLeft {
 public:
  explicit NoFileLeft(size_t limit) {
    EXPECT_EQ(::getrlimit(RLIMIT_NOFILE, &before_), 0);
    rlimit less = before_;
    less.rlim_cur = limit;
    EXPECT_EQ(::setrlimit(RLIMIT_NOFILE, &less), 0);
  }
  ~NoFileLeft() { EXPECT_EQ(::setrlimit(RLIMIT_NOFILE, &before_), 0); }
  NoFileLeft(const NoFileLeft&) = delete;
  NoFileLeft& operator=(const NoFileLeft&) = delete;

 private:
  rlimit before_;
};

TEST_F(ProcessLimitsTest, WithoutFilesToOpenItSaysSoAndGoesOnLater) {
  hbk_key* key = nullptr;
  ASSERT_EQ(hbk_key_generate(kOrigin, HBK_KEY_LOG, &key, nullptr), HBK_OK);
  const size_t files = OpenFiles();
  uint64_t told = 0;
  // One more each time, until everything is done.
  for (size_t limit = 0;; ++limit) {
    SCOPED_TRACE(limit);
    std::vector<hbk_status> answers;
    hbk_ledger* copy = nullptr;
    const std::string site = temp_ / "site", backup = (temp_ / "copy") + std::to_string(limit);
    const Entry entry = Service(limit, 0);
    const auto say = [&](hbk_status status) {
      answers.push_back(status);
      if (status != HBK_IO_ERROR) return;
      ++told;
      EXPECT_NE(std::strstr(error_.message, "Too many open files"), nullptr) << error_.message;
      EXPECT_EQ(std::strstr(error_.message, "check the disk"), nullptr) << error_.message;
    };
    {
      const NoFileLeft none(limit);
      say(AppendAll(ledger_, {entry}, &error_));
      say(hbk_publish(ledger_, key, site.c_str(), nullptr, nullptr, nullptr, &error_));
      say(hbk_backup(ledger_, backup.c_str(), &error_));
      if (answers.back() == HBK_OK) say(OpenAt(backup, &copy, 0, &error_));
    }
    hbk_close(copy);
    EXPECT_EQ(OpenFiles(), files);
    for (const hbk_status answer : answers) {
      EXPECT_TRUE(answer == HBK_OK || answer == HBK_IO_ERROR) << hbk_status_name(answer);
    }
    ASSERT_EQ(AppendAll(ledger_, {entry}, &error_), HBK_OK) << error_.message;
    const bool all = std::all_of(answers.begin(), answers.end(), [](hbk_status s) { return s == HBK_OK; });
    if (all) break;
    ASSERT_LT(limit, files + 50);
  }
  EXPECT_GT(told, 5u);
  EXPECT_EQ(VerifyAll(ledger_, &error_), HBK_OK) << error_.message;
  PrintCounts("files", {{"told", told}});
  hbk_key_close(key);
}

}  // namespace
}  // namespace hourbook
