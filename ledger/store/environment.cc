#include "ledger/store/environment.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <new>
#include <optional>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "ledger/base/error.h"
#include "ledger/store/free_pages.h"

namespace hourbook {
namespace {

constexpr uint64_t kSmallestMap = uint64_t{1} << 30;
constexpr mdb_mode_t kFileMode = 0644;
constexpr unsigned kMaxReaders = 1'022;
constexpr uint64_t kTooMuch = UINT64_MAX;  // of bytes, for any file
constexpr absl::Duration kResizePatience = absl::Seconds(5);

struct Meaning {
  Failure failure;
  absl::string_view advice;
};

Meaning MeaningOf(int code) {
  switch (code) {
    case MDB_MAP_FULL:
      return {Failure::kMapFull, "close snapshots, or open the ledger with a larger map"};
    case ENOSPC:
    case EDQUOT:
      return {Failure::kDiskFull, "free disk space, then open the ledger again"};
    case MDB_READERS_FULL:
      return {Failure::kReadersFull, "close some snapshots"};
    case ENOMEM:
      return {Failure::kOutOfMemory, "free memory or address space"};
    case EAGAIN:
      return {Failure::kOutOfMemory, "the system gave no thread; let others end"};
    case EMFILE:
    case ENFILE:
      return {Failure::kIoError, "close files, or raise the limit of those that are open at once"};
    case MDB_VERSION_MISMATCH:
      return {Failure::kNewerFormat, "the file was written by another version of LMDB"};
    case MDB_INVALID:
      return {Failure::kNotALedger, "the file is not one of LMDB"};
    case MDB_PANIC:  // it may be met before the writer has told others of what failed
      return {Failure::kPoisoned, "an earlier write failed; close the ledger and open it again"};
    case MDB_CORRUPTED:
    case MDB_PAGE_NOTFOUND:
      return {Failure::kCorrupt, "verify the ledger and restore a backup"};
    case EACCES:
    case EPERM:
    case EROFS:
      return {Failure::kPermissionDenied,
              "open it read-only, or give this user the right to write"};
    case ENOENT:
      return {Failure::kNotFound, "there is no ledger here"};
    default:
      return {Failure::kIoError, "check the disk and the system's log"};
  }
}

absl::Status SystemError(absl::string_view doing) { return LmdbError(errno, doing); }

// A file is on disk only when its directory is, too.
absl::Status Sync(const std::string& path, int flags) {
  const int fd = ::open(path.c_str(), flags | O_CLOEXEC);
  if (fd < 0) return SystemError(absl::StrCat("opening ", path));
  const absl::Cleanup close = [fd] { ::close(fd); };
  return ::fsync(fd) == 0 ? absl::OkStatus() : SystemError(absl::StrCat("syncing ", path));
}

// LMDB says of a write that was cut short that it failed, and not that the disk was full.
int WithoutRoom(int code, const std::string& directory) {
  constexpr uint64_t kNoRoom = uint64_t{64} << 10;  // what is left then, or less
  struct statvfs disk;
  if (code != EIO || ::statvfs(directory.c_str(), &disk) != 0) return code;
  const uint64_t blocks = ::geteuid() == 0 ? disk.f_bfree : disk.f_bavail;
  return blocks * disk.f_frsize < kNoRoom ? ENOSPC : code;
}

// Readers have their places in a file that LMDB maps and leaves full of holes: on a full disk the first one
// to come to a hole would end its process with SIGBUS. So it gets its room before, or the ledger is not
// opened. An error number, or 0. Not while this process has the file open: LMDB's locks would go with
// closing it.
int ReserveLockFile(const std::string& directory) {
  constexpr off_t kSize = 64 * kMaxReaders + 128;  // a place for each and the head, as LMDB lays them out
  const int fd = ::open((directory + "/lock.mdb").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, kFileMode);
  if (fd < 0) return errno == ENOSPC || errno == EDQUOT ? errno : 0;  // LMDB has its own ways, and words
  const int error = ::fallocate(fd, 0, 0, kSize) == 0 ? 0 : errno;
  ::close(fd);
  return error == ENOSPC || error == EDQUOT ? error : 0;  // others: the file system cannot
}

std::string ParentOf(const std::string& directory) { return directory + "/.."; }

}  // namespace

std::string DataFile(const std::string& directory) { return directory + "/data.mdb"; }

absl::Status SyncDirectory(const std::string& directory) {
  return Sync(directory, O_RDONLY | O_DIRECTORY);
}

absl::Status Store::MakeDirectory(const std::string& directory) {
  if (::mkdir(directory.c_str(), 0755) == 0) return SyncDirectory(ParentOf(directory));
  if (errno == EEXIST) return absl::OkStatus();
  if (errno != ENOENT) return SystemError(absl::StrCat("making ", directory));
  return Fail(Failure::kNotFound,
              absl::StrCat("making ", directory, ": the directory above does not exist; make it"));
}

absl::Status LmdbError(int code, absl::string_view doing) {
  const Meaning meaning = MeaningOf(code);
  try {
    return Fail(meaning.failure, absl::StrCat(doing, ": ", mdb_strerror(code), "; ", meaning.advice));
  } catch (const std::bad_alloc&) {
    return Fail(meaning.failure);  // that a commit failed must not be lost with the words for it
  }
}

absl::StatusOr<std::unique_ptr<Environment>> Environment::Open(const std::string& directory,
                                                               const StoreOptions& options) {
  const unsigned flags = MDB_NOTLS | (options.read_only ? MDB_RDONLY : 0U);
  if (const int error = ReserveLockFile(directory); error != 0) {
    return LmdbError(error, absl::StrCat("opening ", directory));
  }
  for (uint64_t map_size = options.map_size;; map_size /= 2) {
    std::unique_ptr<Environment> environment(new Environment(directory));
    if (const int code = mdb_env_create(&environment->env_); code != 0) {
      return LmdbError(code, "preparing LMDB");
    }
    MDB_env* const env = environment->env_;
    mdb_env_set_maxdbs(env, 8);
    mdb_env_set_maxreaders(env, kMaxReaders);
    mdb_env_set_mapsize(env, map_size);
    const int code = mdb_env_open(env, directory.c_str(), flags, kFileMode);
    if (code == ENOMEM && map_size > kSmallestMap) continue;
    if (code != 0) {
      return LmdbError(WithoutRoom(code, directory), absl::StrCat("opening ", directory));
    }
    int dead = 0;
    mdb_reader_check(env, &dead);  // slots of processes that ended without closing
    if (absl::Status length = environment->CheckLength(); !length.ok()) return length;
    return environment;
  }
}

Environment::~Environment() {
  if (env_ != nullptr) mdb_env_close(env_);
}

int Environment::Fd() const {
  mdb_filehandle_t fd = -1;
  mdb_env_get_fd(env_, &fd);
  return fd;
}

uint64_t Environment::NeededBytes() const {
  MDB_envinfo info;
  MDB_stat stat;
  mdb_env_info(env_, &info);
  mdb_env_stat(env_, &stat);
  const uint64_t most = kTooMuch / stat.ms_psize;
  return info.me_last_pgno < most ? (uint64_t{info.me_last_pgno} + 1) * stat.ms_psize : kTooMuch;
}

// LMDB maps what its meta page speaks of; beyond the end of a file cut short that is a SIGBUS, so
// the length is compared before any other page is read. After what is needed: another process may be
// writing, and the file only grows.
absl::Status Environment::CheckLength() {
  const uint64_t needed = NeededBytes();
  struct stat file;
  if (::fstat(Fd(), &file) != 0) {
    return SystemError(absl::StrCat("looking at ", DataFile(directory_)));
  }
  if (static_cast<uint64_t>(file.st_size) >= needed) return absl::OkStatus();
  if (needed == kTooMuch) return IsCutShort();
  const absl::StatusOr<bool> is_sound = LacksNothing();
  if (!is_sound.ok()) return is_sound.status();
  return *is_sound ? absl::OkStatus() : IsCutShort();
}

absl::Status Environment::IsCutShort() const {
  return Fail(Failure::kTruncated,
              absl::StrCat(DataFile(directory_), " is cut short: its last page ends at byte ", NeededBytes(),
                           "; restore a backup"));
}

absl::StatusOr<bool> Environment::LacksNothing() {
  constexpr int kTries = 1'000;  // each is in vain only where others have committed twice meanwhile
  for (int i = 0; i < kTries; ++i) {
    const absl::StatusOr<MDB_txn*> txn = Begin(MDB_RDONLY);
    if (!txn.ok()) return txn.status();
    const absl::Cleanup end = [this, &txn] {
      mdb_txn_abort(*txn);
      End();
    };
    if (const std::optional<bool> is_sound = LacksFreePagesAlone(Fd(), mdb_txn_id(*txn))) return *is_sound;
  }
  return false;
}

absl::Status Environment::Enter() {
  absl::MutexLock lock(&lock_);
  lock_.Await(absl::Condition(
      +[](bool* resizing) { return !*resizing; }, &resizing_));
  if (!map_lost_.ok()) return map_lost_;
  ++live_;
  return absl::OkStatus();
}

void Environment::End() {
  absl::MutexLock lock(&lock_);
  --live_;
}

int Environment::TryBegin(unsigned flags, MDB_txn** txn) {
  const int code = mdb_txn_begin(env_, nullptr, flags, txn);
  if (code != MDB_READERS_FULL) return code;
  int dead = 0;
  mdb_reader_check(env_, &dead);
  return dead > 0 ? mdb_txn_begin(env_, nullptr, flags, txn) : code;
}

absl::StatusOr<MDB_txn*> Environment::Begin(unsigned flags) {
  for (;;) {
    if (absl::Status entered = Enter(); !entered.ok()) return entered;
    MDB_txn* txn = nullptr;
    const int code = TryBegin(flags, &txn);
    if (code == 0) return txn;
    // Where no map would ever do. Before the end: another thread's resize unmaps what this reads.
    const bool is_absurd = code == MDB_MAP_RESIZED && NeededBytes() == kTooMuch;
    absl::Status cut_short = is_absurd ? IsCutShort() : absl::OkStatus();
    End();
    if (!cut_short.ok()) return cut_short;
    if (code != MDB_MAP_RESIZED) {
      return LmdbError(code, absl::StrCat("beginning a transaction on ", directory_));
    }
    if (absl::Status adopted = Resize(false); !adopted.ok()) return adopted;
  }
}

absl::StatusOr<MDB_txn*> Environment::TryBeginRead() {
  {
    absl::MutexLock lock(&lock_);
    if (resizing_) return nullptr;
    if (!map_lost_.ok()) return map_lost_;
    ++live_;
  }
  MDB_txn* txn = nullptr;
  const int code = TryBegin(MDB_RDONLY, &txn);
  if (code == 0) return txn;
  End();
  if (code == MDB_MAP_RESIZED) return nullptr;
  return LmdbError(code, absl::StrCat("beginning a transaction on ", directory_));
}

absl::Status Environment::Commit(MDB_txn* txn) {
  const int code = mdb_txn_commit(txn);
  End();
  return code == 0 ? absl::OkStatus() : LmdbError(WithoutRoom(code, directory_), "committing to disk");
}

absl::Status Environment::Grow() { return Resize(true); }

absl::Status Environment::Resize(bool grow) {
  absl::MutexLock lock(&lock_);
  lock_.Await(absl::Condition(
      +[](bool* resizing) { return !*resizing; }, &resizing_));
  resizing_ = true;
  const bool alone = lock_.AwaitWithTimeout(absl::Condition(
                                                +[](int* live) { return *live == 0; }, &live_),
                                            kResizePatience);
  resizing_ = false;
  if (alone) return Remap(grow);
  return Fail(Failure::kMapFull,
              absl::StrCat("the map of ", directory_,
                           " must grow, and cannot while snapshots of this process are open; close "
                           "them, or open the ledger with a larger map"));
}

// LMDB unmaps before it maps anew, and cannot be used when the latter fails. So the address space
// that is needed beyond the present one is asked for first.
absl::Status Environment::Remap(bool grow) {
  if (!map_lost_.ok()) return map_lost_;
  const std::string doing = absl::StrCat("growing the map of ", directory_);
  MDB_envinfo info;
  mdb_env_info(env_, &info);
  const size_t more = grow ? info.me_mapsize : 0;
  if (more > 0) {
    void* const probe = ::mmap(nullptr, more, PROT_READ, MAP_SHARED, Fd(), 0);
    if (probe == MAP_FAILED) return LmdbError(errno, doing);
    ::munmap(probe, more);
  }
  const int code = mdb_env_set_mapsize(env_, grow ? info.me_mapsize + more : 0);
  if (code == 0) return absl::OkStatus();
  if (code != EINVAL) map_lost_ = LmdbError(code, absl::StrCat(doing, "; open the ledger again"));
  return LmdbError(code, doing);
}

absl::Status Environment::Copy(const std::string& directory) {
  const std::string copy = DataFile(directory);
  const absl::Status exists =
      Fail(Failure::kLedgerExists, absl::StrCat(copy, " exists; choose an empty directory"));
  if (Store::IsIn(directory)) return exists;
  if (absl::Status made = Store::MakeDirectory(directory); !made.ok()) return made;
  int code = 0;
  do {
    if (absl::Status entered = Enter(); !entered.ok()) return entered;
    code = mdb_env_copy2(env_, directory.c_str(), MDB_CP_COMPACT);
    End();
    if (code != MDB_MAP_RESIZED) break;
    ::unlink(copy.c_str());
    if (absl::Status adopted = Resize(false); !adopted.ok()) return adopted;
  } while (true);
  if (code == EEXIST) return exists;  // made meanwhile, by another
  absl::Cleanup remove = [&copy] { ::unlink(copy.c_str()); };
  if (code != 0) return LmdbError(WithoutRoom(code, directory), absl::StrCat("copying to ", directory));
  if (absl::Status synced = Sync(copy, O_RDWR); !synced.ok()) return synced;
  if (absl::Status synced = SyncDirectory(directory); !synced.ok()) return synced;
  std::move(remove).Cancel();
  return absl::OkStatus();
}

absl::StatusOr<StoreStat> Environment::Stat() {
  struct stat file;
  if (::fstat(Fd(), &file) != 0) {
    return SystemError(absl::StrCat("looking at ", DataFile(directory_)));
  }
  absl::MutexLock lock(&lock_);  // a resize unmaps what this reads
  if (!map_lost_.ok()) return map_lost_;
  MDB_envinfo info;
  mdb_env_info(env_, &info);
  return StoreStat{.data_bytes = NeededBytes(),
                   .file_bytes = static_cast<uint64_t>(file.st_size),
                   .map_bytes = info.me_mapsize};
}

}  // namespace hourbook
