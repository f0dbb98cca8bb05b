// A disk that is really full, or really read-only: a file system of the test's own, of so many bytes. Without
// the right to mount one nothing is shown here; refused_calls_test has the calls fail then.
#include <sched.h>
#include <sys/mount.h>
#include <sys/statvfs.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "tests/api/child.h"
#include "tests/api/handles.h"
#include "tests/base/effort.h"

namespace hourbook {
namespace {

constexpr char kFreeUp[] = "free";

class SmallDiskTest : public testing::Test {
 protected:
  void SetUp() override {
    // In a namespace of the process's own, so that the mount ends with it. In a chroot / may be nothing that
    // was mounted, and cannot be made private: then it ends with the test.
    const bool may = ::unshare(CLONE_NEWNS) == 0 &&
                     (::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 || errno == EINVAL) &&
                     ::mount("hourbook", disk().c_str(), "tmpfs", 0, "size=1m") == 0;
    if (!may) {
      std::fprintf(stderr, "SKIPPED: no file system of its own for the test: %s\n", std::strerror(errno));
      GTEST_SKIP();
    }
    is_mounted_ = true;
    ASSERT_EQ(hbk_key_generate(kOrigin, HBK_KEY_LOG, &key_, nullptr), HBK_OK);
    std::array<char, 256> vkey;
    size_t length = 0;
    ASSERT_EQ(hbk_key_vkey(key_, vkey.data(), vkey.size(), &length, nullptr), HBK_OK);
    vkey_ = vkey.data();
  }
  ~SmallDiskTest() override {
    hbk_close(ledger_);
    hbk_key_close(key_);
    if (is_mounted_) ::umount2(disk().c_str(), MNT_DETACH);
  }

  std::string disk() const { return temp_ / ""; }
  std::string path() const { return temp_ / "ledger"; }

  void FoundTown(const std::string& directory) {
    ASSERT_EQ(Found(directory, &ledger_, &error_), HBK_OK) << error_.message;
    ASSERT_EQ(AppendAll(ledger_, Founding(2), &error_), HBK_OK) << error_.message;
  }

  void Reopen(const std::string& directory, uint32_t flags = 0) {
    hbk_close(ledger_);
    ASSERT_EQ(OpenAt(directory, &ledger_, flags, &error_), HBK_OK) << error_.message;
  }

  void Resize(const char* size) {
    ASSERT_EQ(::mount("hourbook", disk().c_str(), "tmpfs", MS_REMOUNT, size), 0) << std::strerror(errno);
  }

  // Takes all that is free but so many bytes.
  void FillBut(uint64_t bytes) {
    struct statvfs room;
    ASSERT_EQ(::statvfs(disk().c_str(), &room), 0);
    const uint64_t free = room.f_bavail * room.f_frsize;
    std::FILE* const file = std::fopen((temp_ / "ballast").c_str(), "w");
    ASSERT_NE(file, nullptr);
    const std::string block(1'024, 'x');
    for (uint64_t written = 0; written + bytes < free; written += block.size()) {
      if (std::fwrite(block.data(), 1, block.size(), file) != block.size()) break;
    }
    static_cast<void>(std::fclose(file));  // as much of it as there is room for
  }
  void DropBallast() { std::filesystem::remove(temp_ / "ballast"); }

  // One grant after the other until one is not taken. What its call came to.
  hbk_status AppendUntilRefused() {
    while (true) {
      const hbk_status status = AppendAll(ledger_, {Grant(taken_, 0, 1)}, &error_);
      if (status != HBK_OK) return status;
      ++taken_;
    }
  }

  void ExpectAllTaken() {
    for (uint64_t i = 0; i < taken_; ++i) {
      std::vector<hbk_result> results;
      ASSERT_EQ(AppendTo(ledger_, {Grant(i, 0, 1)}, results, &error_), HBK_OK) << error_.message;
      ASSERT_EQ(results[0].status, HBK_EXISTS) << "grant " << i << " was lost";
    }
    EXPECT_EQ(VerifyAll(ledger_, &error_), HBK_OK) << error_.message;
  }

  hbk_status Publish(const std::string& site) {
    return hbk_publish(ledger_, key_, site.c_str(), nullptr, nullptr, nullptr, &error_);
  }
  hbk_status Audit(const std::string& site) {
    hbk_audit_report report = HBK_AUDIT_REPORT_INIT;
    return hbk_audit(site.c_str(), vkey_.c_str(), nullptr, nullptr, nullptr, &report, &error_);
  }

  const TempDir temp_;
  bool is_mounted_ = false;
  hbk_error error_ = HBK_ERROR_INIT;
  hbk_ledger* ledger_ = nullptr;
  hbk_key* key_ = nullptr;
  std::string vkey_;
  uint64_t taken_ = 0;
};

TEST_F(SmallDiskTest, AFullOneIsToldAndLosesNothing) {
  FoundTown(path());
  EXPECT_EQ(AppendUntilRefused(), HBK_DISK_FULL);
  EXPECT_GT(taken_, 100u);
  EXPECT_NE(std::strstr(error_.message, kFreeUp), nullptr) << "says what to do: " << error_.message;
  EXPECT_EQ(AppendAll(ledger_, {Grant(taken_, 0, 1)}, &error_), HBK_POISONED);
  // It is read as before, and takes nothing in.
  Reopen(path(), HBK_OPEN_READ_ONLY);
  EXPECT_EQ(VerifyAll(ledger_, &error_), HBK_OK) << error_.message;
  Reopen(path());
  EXPECT_EQ(VerifyAll(ledger_, &error_), HBK_OK) << error_.message;
  const hbk_status refused = AppendUntilRefused();
  EXPECT_EQ(refused, HBK_DISK_FULL) << error_.message;
  Resize("size=2m");
  Reopen(path());
  ExpectAllTaken();
  EXPECT_EQ(AppendAll(ledger_, {Grant(taken_, 0, 1)}, &error_), HBK_OK) << error_.message;
  PrintCounts("disk", {{"appended", taken_}});
}

// Not even the files that the readers of all processes share may need room then.
TEST_F(SmallDiskTest, AFullOneIsRead) {
  FoundTown(path());
  hbk_close(ledger_);
  ledger_ = nullptr;
  FillBut(0);
  for (const uint32_t flags : {0u, uint32_t{HBK_OPEN_READ_ONLY}}) {
    Child reader([&](const Child::Steps&) {
      hbk_ledger* own = nullptr;
      if (OpenAt(path(), &own, flags) != HBK_OK) return 1;
      std::vector<hbk_snapshot*> snapshots(500);
      for (hbk_snapshot*& snapshot : snapshots) {
        if (hbk_snapshot_open(own, &snapshot, nullptr) != HBK_OK) return 2;
      }
      return VerifyAll(own) == HBK_OK ? 0 : 3;
    });
    EXPECT_EQ(reader.Join(), 0);
  }
}

// As a copy is that nobody has opened.
TEST_F(SmallDiskTest, ALedgerWithoutItsLockFileIsNotOpenedOnAFullOne) {
  FoundTown(path());
  hbk_close(ledger_);
  ledger_ = nullptr;
  std::filesystem::remove(path() + "/lock.mdb");
  FillBut(0);
  Child opener([&](const Child::Steps&) {
    hbk_ledger* own = nullptr;
    return OpenAt(path(), &own) == HBK_DISK_FULL && own == nullptr ? 0 : 1;
  });
  EXPECT_EQ(opener.Join(), 0);
  DropBallast();
  Reopen(path());
}

TEST_F(SmallDiskTest, NoneIsMadeOnAFullOne) {
  FillBut(20'000);
  Child maker([&](const Child::Steps&) {
    hbk_ledger* own = nullptr;
    return Found(path(), &own) == HBK_DISK_FULL && own == nullptr ? 0 : 1;
  });
  EXPECT_EQ(maker.Join(), 0);
  DropBallast();
  FoundTown(path());
  EXPECT_EQ(VerifyAll(ledger_, &error_), HBK_OK) << error_.message;
}

// The ledger has room, the publication has not.
TEST_F(SmallDiskTest, AHalfPublicationIsNoneAndIsCompleted) {
  const TempDir elsewhere(TempDir::MemoryBase());
  const std::string site = temp_ / "site";
  Resize("size=4m");
  FoundTown(elsewhere / "ledger");
  ASSERT_EQ(Publish(site), HBK_OK) << error_.message;
  uint64_t told = 0;
  for (uint64_t room = 0; room < 300'000; room += 25'000) {
    SCOPED_TRACE(room);
    std::vector<Entry> more;
    for (uint64_t i = 0; i < 300; ++i) more.push_back(Grant(taken_++, 0, 1));
    ASSERT_EQ(AppendAll(ledger_, more, &error_), HBK_OK) << error_.message;
    FillBut(room);
    const hbk_status published = Publish(site);
    EXPECT_TRUE(published == HBK_OK || published == HBK_DISK_FULL) << error_.message;
    told += published == HBK_DISK_FULL;
    EXPECT_EQ(Audit(site), HBK_OK) << "the old or the new one: " << error_.message;
    DropBallast();
    EXPECT_EQ(Publish(site), HBK_OK) << error_.message;
    EXPECT_EQ(Audit(site), HBK_OK) << error_.message;
  }
  EXPECT_GT(told, 1u);
}

TEST_F(SmallDiskTest, AHalfBackupIsNone) {
  const TempDir elsewhere(TempDir::MemoryBase());
  FoundTown(elsewhere / "ledger");
  std::vector<Entry> more;
  for (uint64_t i = 0; i < 600; ++i) more.push_back(Grant(taken_++, 0, 1));
  ASSERT_EQ(AppendAll(ledger_, more, &error_), HBK_OK) << error_.message;
  const std::string copy = temp_ / "copy";
  for (const uint64_t room : {0, 10'000, 60'000, 150'000}) {
    SCOPED_TRACE(room);
    FillBut(room);
    const hbk_status copied = hbk_backup(ledger_, copy.c_str(), &error_);
    EXPECT_EQ(copied, HBK_DISK_FULL) << error_.message;
    EXPECT_NE(std::strstr(error_.message, kFreeUp), nullptr) << error_.message;
    EXPECT_FALSE(std::filesystem::exists(copy + "/data.mdb"));
    DropBallast();
  }
  EXPECT_EQ(hbk_backup(ledger_, copy.c_str(), &error_), HBK_OK) << error_.message;
  Reopen(copy);
  EXPECT_EQ(VerifyAll(ledger_, &error_), HBK_OK) << error_.message;
}

TEST_F(SmallDiskTest, AReadOnlyOneIsReadAndNotWritten) {
  FoundTown(path());
  hbk_close(ledger_);
  ledger_ = nullptr;
  ASSERT_EQ(::mount("hourbook", disk().c_str(), "tmpfs", MS_REMOUNT | MS_RDONLY, nullptr), 0)
      << std::strerror(errno);
  EXPECT_EQ(OpenAt(path(), &ledger_, 0, &error_), HBK_PERMISSION_DENIED) << error_.message;
  EXPECT_EQ(ledger_, nullptr);
  EXPECT_NE(std::strstr(error_.message, "read-only"), nullptr) << error_.message;
  EXPECT_EQ(OpenAt(path(), &ledger_, HBK_OPEN_READ_ONLY, &error_), HBK_OK) << error_.message;
  EXPECT_EQ(VerifyAll(ledger_, &error_), HBK_OK) << error_.message;
  EXPECT_EQ(AppendAll(ledger_, {Service(0, 0)}, &error_), HBK_READ_ONLY);
  EXPECT_EQ(Publish(temp_ / "site"), HBK_READ_ONLY) << error_.message;
  hbk_close(ledger_);
  ledger_ = nullptr;
  ASSERT_EQ(::mount("hourbook", disk().c_str(), "tmpfs", MS_REMOUNT, nullptr), 0) << std::strerror(errno);
  Reopen(path());
  EXPECT_EQ(AppendAll(ledger_, {Service(0, 0)}, &error_), HBK_OK) << error_.message;
}

}  // namespace
}  // namespace hourbook
