#include "ledger/store/environment.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "absl/strings/str_cat.h"
#include "ledger/base/error.h"

namespace hourbook {
namespace {

constexpr uint64_t kSmallestMap = uint64_t{1} << 30;
constexpr mdb_mode_t kFileMode = 0644;
constexpr unsigned kMaxReaders = 1'022;
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
    case MDB_VERSION_MISMATCH:
      return {Failure::kNewerFormat, "the file was written by another version of LMDB"};
    case MDB_INVALID:
      return {Failure::kNotALedger, "the file is not one of LMDB"};
    case MDB_PANIC:
      return {Failure::kIoError, "an earlier write failed; close the ledger and open it again"};
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

std::string DataFile(const std::string& directory) { return directory + "/data.mdb"; }

absl::Status SystemError(absl::string_view doing) { return LmdbError(errno, doing); }

// A file is on disk only when its directory is, too.
absl::Status Sync(const std::string& path, int flags) {
  const int fd = ::open(path.c_str(), flags | O_CLOEXEC);
  if (fd < 0) return SystemError(absl::StrCat("opening ", path));
  const int synced = ::fsync(fd);
  const absl::Status status =
      synced == 0 ? absl::OkStatus() : SystemError(absl::StrCat("syncing ", path));
  ::close(fd);
  return status;
}

std::string ParentOf(const std::string& directory) { return directory + "/.."; }

}  // namespace

absl::Status SyncDirectory(const std::string& directory) {
  return Sync(directory, O_RDONLY | O_DIRECTORY);
}

absl::Status MakeDirectory(const std::string& directory) {
  if (::mkdir(directory.c_str(), 0755) == 0) return SyncDirectory(ParentOf(directory));
  if (errno == EEXIST) return absl::OkStatus();
  if (errno != ENOENT) return SystemError(absl::StrCat("making ", directory));
  return Fail(Failure::kNotFound,
              absl::StrCat("making ", directory, ": the directory above does not exist; make it"));
}

absl::Status LmdbError(int code, absl::string_view doing) {
  const Meaning meaning = MeaningOf(code);
  return Fail(meaning.failure, absl::StrCat(doing, ": ", mdb_strerror(code), "; ", meaning.advice));
}

absl::StatusOr<std::unique_ptr<Environment>> Environment::Open(const std::string& directory,
                                                               const StoreOptions& options) {
  const unsigned flags = MDB_NOTLS | (options.read_only ? MDB_RDONLY : 0U);
  for (uint64_t map_size = options.map_size;; map_size /= 2) {
    MDB_env* env = nullptr;
    if (const int code = mdb_env_create(&env); code != 0) return LmdbError(code, "preparing LMDB");
    std::unique_ptr<Environment> environment(new Environment(directory, env));
    mdb_env_set_maxdbs(env, 8);
    mdb_env_set_maxreaders(env, kMaxReaders);
    mdb_env_set_mapsize(env, map_size);
    const int code = mdb_env_open(env, directory.c_str(), flags, kFileMode);
    if (code == ENOMEM && map_size > kSmallestMap) continue;
    if (code != 0) return LmdbError(code, absl::StrCat("opening ", directory));
    int dead = 0;
    mdb_reader_check(env, &dead);  // slots of processes that ended without closing
    if (absl::Status length = environment->CheckLength(); !length.ok()) return length;
    return environment;
  }
}

Environment::~Environment() { mdb_env_close(env_); }

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
  return (uint64_t{info.me_last_pgno} + 1) * stat.ms_psize;
}

// LMDB maps what its meta page speaks of; beyond the end of a file cut short that is a SIGBUS, so
// the length is compared before any other page is read. After what is needed: another process may be
// writing, and the file only grows.
absl::Status Environment::CheckLength() const {
  const uint64_t needed = NeededBytes();
  struct stat file;
  if (::fstat(Fd(), &file) != 0) {
    return SystemError(absl::StrCat("looking at ", DataFile(directory_)));
  }
  if (static_cast<uint64_t>(file.st_size) >= needed) return absl::OkStatus();
  return Fail(Failure::kTruncated,
              absl::StrCat(DataFile(directory_), " is cut short: ", file.st_size, " bytes of ",
                           needed, "; restore a backup"));
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
    End();
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
  if (code == 0) FillUp();
  End();
  return code == 0 ? absl::OkStatus() : LmdbError(code, "committing to disk");
}

// LMDB never writes a page that was allocated and freed by one transaction. Were it the last one,
// the file would be shorter than CheckLength expects. Only ever lengthens the file, whoever else is
// writing. Where the file system cannot, CheckLength is as strict as before.
void Environment::FillUp() const {
  struct stat file;
  const uint64_t needed = NeededBytes();
  if (::fstat(Fd(), &file) != 0 || static_cast<uint64_t>(file.st_size) >= needed) return;
  const uint64_t missing = needed - static_cast<uint64_t>(file.st_size);
  (void)::fallocate(Fd(), 0, file.st_size, static_cast<off_t>(missing));
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
  struct stat file;
  const absl::Status exists =
      Fail(Failure::kLedgerExists,
           absl::StrCat(DataFile(directory), " exists; choose an empty directory"));
  if (::stat(DataFile(directory).c_str(), &file) == 0) return exists;
  if (absl::Status made = MakeDirectory(directory); !made.ok()) return made;
  int code = 0;
  do {
    if (absl::Status entered = Enter(); !entered.ok()) return entered;
    code = mdb_env_copy2(env_, directory.c_str(), MDB_CP_COMPACT);
    End();
    if (code != MDB_MAP_RESIZED) break;
    ::unlink(DataFile(directory).c_str());
    if (absl::Status adopted = Resize(false); !adopted.ok()) return adopted;
  } while (true);
  if (code == EEXIST) return exists;  // made meanwhile, by another
  absl::Status status =
      code == 0 ? absl::OkStatus() : LmdbError(code, absl::StrCat("copying to ", directory));
  if (status.ok()) status = Sync(DataFile(directory), O_RDWR);
  if (status.ok()) status = SyncDirectory(directory);
  if (!status.ok()) ::unlink(DataFile(directory).c_str());
  return status;
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
