#include "ledger/base/file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "absl/cleanup/cleanup.h"
#include "absl/functional/function_ref.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "ledger/base/error.h"

namespace hourbook {
namespace {

// Files that are written before their data is synced, all at once.
constexpr size_t kBatch = 512;

constexpr absl::Duration kLockNap = absl::Milliseconds(1);

constexpr unsigned kFileMode = 0644;
constexpr unsigned kDirectoryMode = 0755;

absl::Status Failed(absl::string_view doing, const std::string& path) {
  return SystemFailure(errno, absl::StrCat(doing, " ", path));
}

std::string DirectoryOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

// Opens, does, and closes, in this order; the first that fails is told.
template <class Body>
absl::Status WithFile(const std::string& path, int flags, unsigned mode, Body body) {
  const int fd = ::open(path.c_str(), flags | O_CLOEXEC, mode);
  if (fd < 0) return Failed("opening", path);
  auto close = absl::MakeCleanup([fd] { ::close(fd); });
  absl::Status done = body(fd);
  std::move(close).Cancel();
  if (::close(fd) != 0 && done.ok()) done = Failed("closing", path);
  return done;
}

absl::Status WriteAll(int fd, const std::string& path, absl::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return Failed("writing", path);
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return absl::OkStatus();
}

absl::Status ReadAll(int fd, const std::string& path, size_t limit, std::string& bytes) {
  struct stat file;
  if (::fstat(fd, &file) != 0) return Failed("looking at", path);
  if (!S_ISREG(file.st_mode)) {
    return Fail(Failure::kInvalidArgument, absl::StrCat(path, " is not a file"));
  }
  if (static_cast<uint64_t>(file.st_size) > limit) {
    return Fail(Failure::kInvalidArgument, absl::StrCat(path, " has ", file.st_size,
                                                        " bytes, more than the ", limit,
                                                        " that it may have"));
  }
  // One byte more than there should be, to see the end.
  bytes.resize(static_cast<size_t>(file.st_size) + 1);
  size_t filled = 0;
  while (filled < bytes.size()) {
    const ssize_t got = ::read(fd, bytes.data() + filled, bytes.size() - filled);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Failed("reading", path);
    if (got == 0) break;
    filled += static_cast<size_t>(got);
  }
  if (filled == bytes.size()) {
    return Fail(Failure::kIoError, absl::StrCat(path, " grew while it was read; read it again"));
  }
  bytes.resize(filled);
  return absl::OkStatus();
}

absl::Status Rename(const std::string& from, const std::string& to) {
  if (::rename(from.c_str(), to.c_str()) == 0) return absl::OkStatus();
  return Failed(absl::StrCat("renaming ", from, " to"), to);
}

// Writes a file under a temporary name beside its own, syncs it and puts it in its place; `place`
// leaves nothing under the temporary name, which may be another writer's from then on.
absl::Status WriteThenPlace(
    const std::string& temporary, const std::string& path, absl::string_view bytes, unsigned mode,
    absl::FunctionRef<absl::Status(const std::string& from, const std::string& to)> place) {
  auto remove = absl::MakeCleanup([&] { ::unlink(temporary.c_str()); });
  // Not with another's access rights, should one be left over.
  ::unlink(temporary.c_str());
  const absl::Status written =
      WithFile(temporary, O_WRONLY | O_CREAT | O_EXCL, mode, [&](int fd) -> absl::Status {
        if (absl::Status all = WriteAll(fd, temporary, bytes); !all.ok()) return all;
        return ::fsync(fd) == 0 ? absl::OkStatus() : Failed("syncing", temporary);
      });
  if (!written.ok()) return written;
  if (absl::Status placed = place(temporary, path); !placed.ok()) return placed;
  std::move(remove).Cancel();
  return SyncNames(DirectoryOf(path));
}

absl::Status LockUntil(int fd, const std::string& path, absl::Time deadline) {
  while (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK && errno != EINTR) return Failed("locking", path);
    if (absl::Now() >= deadline) {
      return Fail(Failure::kTimeout, absl::StrCat(path, " is locked: another process is at it"));
    }
    absl::SleepFor(kLockNap);
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status SystemFailure(int error_number, absl::string_view doing) {
  const std::string message =
      absl::StrCat(doing, ": ", std::generic_category().message(error_number));
  switch (error_number) {
    case ENOENT:
    case ENOTDIR:
      return Fail(Failure::kNotFound, message);
    case ELOOP:
    case ENAMETOOLONG:
      return Fail(Failure::kInvalidArgument, message);
    case EEXIST:
      return Fail(Failure::kFileExists, message);
    case EACCES:
    case EPERM:
    case EROFS:
      return Fail(Failure::kPermissionDenied, message);
    case ENOSPC:
    case EDQUOT:
      return Fail(Failure::kDiskFull, message);
    case ENOMEM:
      return Fail(Failure::kOutOfMemory, message);
    default:
      return Fail(Failure::kIoError, message);
  }
}

absl::StatusOr<std::string> ReadFile(const std::string& path, size_t limit) {
  std::string bytes;
  // Without O_NONBLOCK opening a pipe would wait for a writer.
  const absl::Status done = WithFile(path, O_RDONLY | O_NONBLOCK, 0, [&](int fd) {
    return ReadAll(fd, path, limit, bytes);
  });
  if (!done.ok()) return done;
  return bytes;
}

absl::StatusOr<uint64_t> FileSize(const std::string& path) {
  struct stat found;
  if (::stat(path.c_str(), &found) != 0) return Failed("looking at", path);
  if (!S_ISREG(found.st_mode)) {
    return Fail(Failure::kInvalidArgument, absl::StrCat(path, " is not a file"));
  }
  return static_cast<uint64_t>(found.st_size);
}

absl::Status CheckIsDirectory(const std::string& path) {
  struct stat found;
  if (::stat(path.c_str(), &found) != 0) return Failed("looking at", path);
  if (S_ISDIR(found.st_mode)) return absl::OkStatus();
  return Fail(Failure::kInvalidArgument, absl::StrCat(path, " is not a directory"));
}

// NOLINTNEXTLINE(misc-no-recursion): as deep as a path has names, and the kernel takes 4,096 bytes
absl::Status MakeDirectories(const std::string& path) {
  if (::mkdir(path.c_str(), kDirectoryMode) == 0) return SyncNames(DirectoryOf(path));
  if (errno == EEXIST) return absl::OkStatus();
  if (errno != ENOENT || DirectoryOf(path) == path) return Failed("making the directory", path);
  if (absl::Status above = MakeDirectories(DirectoryOf(path)); !above.ok()) return above;
  if (::mkdir(path.c_str(), kDirectoryMode) != 0 && errno != EEXIST) {
    return Failed("making the directory", path);
  }
  return SyncNames(DirectoryOf(path));
}

absl::Status SyncNames(const std::string& directory) {
  return WithFile(directory, O_RDONLY | O_DIRECTORY, 0, [&](int fd) {
    return ::fsync(fd) == 0 ? absl::OkStatus() : Failed("syncing", directory);
  });
}

absl::StatusOr<FileWriter> FileWriter::Open(const std::string& directory,
                                            const std::string& scratch) {
  FileWriter writer(directory, absl::StrCat(directory, "/", scratch));
  if (absl::Status made = MakeDirectories(writer.scratch_); !made.ok()) return made;
  return writer;
}

absl::Status FileWriter::Write(const std::string& path, absl::string_view bytes) {
  const std::string temporary = absl::StrCat(scratch_, "/", written_.size());
  const absl::Status written = WithFile(
      temporary, O_WRONLY | O_CREAT | O_TRUNC, kFileMode,
      [&](int fd) { return WriteAll(fd, temporary, bytes); });
  if (!written.ok()) return written;
  written_.emplace_back(temporary, absl::StrCat(directory_, "/", path));
  return written_.size() < kBatch ? absl::OkStatus() : Place();
}

// One sync of the file system for a batch: on a disk it costs what one or two of single files do.
absl::Status FileWriter::Place() {
  if (written_.empty()) return absl::OkStatus();
  const absl::Status synced =
      WithFile(scratch_, O_RDONLY | O_DIRECTORY, 0, [&](int fd) {
        return ::syncfs(fd) == 0 ? absl::OkStatus() : Failed("syncing the file system of", scratch_);
      });
  if (!synced.ok()) return synced;
  for (const auto& [temporary, path] : written_) {
    const std::string directory = DirectoryOf(path);
    if (changed_.insert(directory).second) {
      if (absl::Status made = MakeDirectories(directory); !made.ok()) return made;
    }
    if (absl::Status renamed = Rename(temporary, path); !renamed.ok()) return renamed;
  }
  written_.clear();
  return absl::OkStatus();
}

absl::Status FileWriter::Flush() {
  if (absl::Status placed = Place(); !placed.ok()) return placed;
  for (const std::string& directory : changed_) {
    if (absl::Status synced = SyncNames(directory); !synced.ok()) return synced;
  }
  changed_.clear();
  return absl::OkStatus();
}

absl::Status WriteFileDurably(const std::string& path, absl::string_view bytes, unsigned mode) {
  return WriteThenPlace(path + ".new", path, bytes, mode, Rename);
}

absl::Status WriteNewFileDurably(const std::string& path, absl::string_view bytes, unsigned mode) {
  // Nobody else's file has this name: what PATH.new holds is not ours to remove.
  const std::string temporary = absl::StrCat(path, ".", ::getpid(), ".new");
  const auto link = [](const std::string& from, const std::string& to) {
    if (::link(from.c_str(), to.c_str()) != 0) return Failed("making", to);
    return ::unlink(from.c_str()) == 0 ? absl::OkStatus() : Failed("removing", from);
  };
  return WriteThenPlace(temporary, path, bytes, mode, link);
}

absl::StatusOr<FileLock> FileLock::Acquire(const std::string& path, absl::Duration patience) {
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, kFileMode);
  if (fd < 0) return Failed("opening", path);
  FileLock lock(fd);
  if (absl::Status locked = LockUntil(fd, path, absl::Now() + patience); !locked.ok()) return locked;
  return lock;
}

absl::StatusOr<FileLock> FileLock::AcquirePresent(const std::string& path,
                                                  absl::Duration patience) {
  const absl::Time deadline = absl::Now() + patience;
  for (;;) {
    const int fd = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
    if (fd < 0) return Failed("opening", path);
    FileLock lock(fd);
    if (absl::Status locked = LockUntil(fd, path, deadline); !locked.ok()) return locked;
    struct stat opened, present;
    if (::fstat(fd, &opened) != 0) return Failed("looking at", path);
    // Who held it before may have put another in its place.
    if (::stat(path.c_str(), &present) == 0 && present.st_ino == opened.st_ino &&
        present.st_dev == opened.st_dev) {
      return lock;
    }
  }
}

// Unlocked in so many words: a child forked meanwhile has the file open, too.
FileLock::~FileLock() {
  if (fd_ < 0) return;
  ::flock(fd_, LOCK_UN);
  ::close(fd_);
}

}  // namespace hourbook
