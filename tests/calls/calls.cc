#include "tests/calls/calls.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <map>
#include <mutex>
#include <optional>
#include <utility>

#include "ledger/base/check.h"
#include "tests/calls/recording.h"
#include "tests/calls/window.h"

namespace hourbook {
namespace {

using Kind = Op::Kind;

struct OpenFile {
  std::string name;
  uint64_t file;
  bool is_synced;  // O_DSYNC or O_SYNC
  bool is_directory;
};

// Under `lock`. Recursive, since a call of ours may make another that is taken over.
std::recursive_mutex lock;
std::string root;  // with a slash at its end; empty: nothing is recorded
std::vector<Op> ops;
std::map<int, OpenFile> open_files;
// Numbers of ours, since the system gives those of files that are gone to new ones.
std::map<uint64_t, uint64_t> number_of;
uint64_t next_number = 1;

using Guard = std::lock_guard<std::recursive_mutex>;

std::string Absolute(int directory, const char* path) {
  if (path[0] == '/') return path;
  char base[PATH_MAX];
  if (directory == AT_FDCWD) {
    if (::getcwd(base, sizeof(base)) == nullptr) return path;
  } else {
    const std::string link = "/proc/self/fd/" + std::to_string(directory);
    const ssize_t length = ::readlink(link.c_str(), base, sizeof(base) - 1);
    if (length < 0) return path;
    base[length] = '\0';
  }
  return std::string(base) + "/" + path;
}

// The name below the root, without what means nothing in it; nothing where it is not below it.
std::optional<std::string> NameOf(int directory, const char* path) {
  if (root.empty() || path == nullptr) return std::nullopt;
  std::vector<std::string> parts;
  const std::string absolute = Absolute(directory, path);
  for (size_t i = 0; i < absolute.size();) {
    const size_t end = std::min(absolute.find('/', i), absolute.size());
    const std::string part = absolute.substr(i, end - i);
    if (part == "..") {
      if (!parts.empty()) parts.pop_back();
    } else if (!part.empty() && part != ".") {
      parts.push_back(part);
    }
    i = end + 1;
  }
  std::string clean;
  for (const std::string& part : parts) clean += "/" + part;
  clean += "/";
  if (clean.compare(0, root.size(), root) != 0) return std::nullopt;
  std::string name = clean.substr(root.size());
  if (!name.empty()) name.pop_back();
  return name;
}

const OpenFile* Find(int fd) {
  const auto found = open_files.find(fd);
  return found == open_files.end() ? nullptr : &found->second;
}

void Record(Op op) { ops.push_back(std::move(op)); }

void RecordWrite(int fd, const void* data, size_t size, uint64_t offset) {
  const OpenFile* const file = Find(fd);
  if (file == nullptr || size == 0) return;
  Record({.kind = file->is_synced ? Kind::kSyncedWrite : Kind::kWrite,
          .file = file->file,
          .offset = offset,
          .data = std::string(static_cast<const char*>(data), size)});
}

void RecordOpen(int fd, int directory, const char* path, int flags, bool existed) {
  const std::optional<std::string> name = NameOf(directory, path);
  if (!name) return;
  struct stat status;
  HOURBOOK_CHECK(::fstat(fd, &status) == 0, "an open file has a kind");
  if (!existed) number_of[status.st_ino] = next_number++;
  const uint64_t file = number_of[status.st_ino];
  open_files[fd] = {*name, file, (flags & O_DSYNC) != 0, S_ISDIR(status.st_mode)};
  if (!existed) {
    Record({.kind = Kind::kMakeFile, .file = file, .name = *name});
  } else if ((flags & O_TRUNC) != 0) {
    Record({.kind = Kind::kResize, .file = file, .offset = 0});
  }
}

std::atomic<CallGate> gate{nullptr};
Window failing;
std::atomic<int> failing_error{0};
std::atomic<uint64_t> failed[kCalls];

// Whether the call is to fail; then errno says how.
bool IsRefused(Call call) {
  const CallGate asked = gate;
  int error = asked == nullptr ? 0 : asked(call);
  if (failing.Count()) {
    error = failing_error;
    ++failed[static_cast<size_t>(call)];
  }
  if (error != 0) errno = error;
  return error != 0;
}

template <class Function>
Function Real(const char* name) {
  return reinterpret_cast<Function>(::dlsym(RTLD_NEXT, name));
}

int Open(int directory, const char* path, int flags, mode_t mode) {
  static const auto real = Real<int (*)(int, const char*, int, ...)>("openat");
  if (IsRefused(Call::kOpen)) return -1;
  const Guard guard(lock);
  struct stat ignored;
  const bool existed = ::fstatat(directory, path, &ignored, AT_SYMLINK_NOFOLLOW) == 0;
  const int fd = real(directory, path, flags, mode);
  if (fd >= 0) RecordOpen(fd, directory, path, flags, existed);
  return fd;
}

mode_t ModeOf(int flags, va_list arguments) {
  return (flags & (O_CREAT | O_TMPFILE)) != 0 ? static_cast<mode_t>(va_arg(arguments, int)) : 0;
}

ssize_t WriteParts(int fd, const iovec* parts, int count, std::optional<off_t> offset) {
  static const auto real_writev = Real<ssize_t (*)(int, const iovec*, int)>("writev");
  static const auto real_pwritev = Real<ssize_t (*)(int, const iovec*, int, off_t)>("pwritev");
  if (IsRefused(Call::kWrite)) return -1;
  const Guard guard(lock);
  const off_t at = offset ? *offset : Find(fd) != nullptr ? ::lseek(fd, 0, SEEK_CUR) : 0;
  const ssize_t written = offset ? real_pwritev(fd, parts, count, *offset) : real_writev(fd, parts, count);
  if (written > 0 && Find(fd) != nullptr) {
    std::string all;
    for (int i = 0; i < count; ++i) all.append(static_cast<const char*>(parts[i].iov_base), parts[i].iov_len);
    RecordWrite(fd, all.data(), static_cast<size_t>(written), static_cast<uint64_t>(at));
  }
  return written;
}

// `of_all`: of the whole file system.
int Sync(const char* name, int fd, bool of_all = false) {
  const auto real = Real<int (*)(int)>(name);
  if (IsRefused(Call::kSync)) return -1;
  const Guard guard(lock);
  const int done = real(fd);
  if (const OpenFile* const file = Find(fd); done == 0 && file != nullptr) {
    if (of_all) {
      Record({.kind = Kind::kSyncAll});
    } else if (file->is_directory) {
      Record({.kind = Kind::kSyncDirectory, .name = file->name});
    } else {
      Record({.kind = Kind::kSync, .file = file->file});
    }
  }
  return done;
}

int Resize(int fd, uint64_t size, int done) {
  if (const OpenFile* const file = Find(fd); done == 0 && file != nullptr) {
    Record({.kind = Kind::kResize, .file = file->file, .offset = size});
  }
  return done;
}

int Remove(int directory, const char* path, int done) {
  if (const auto name = NameOf(directory, path); done == 0 && name) Record({.kind = Kind::kRemove, .name = *name});
  return done;
}

}  // namespace

void SetCallGate(CallGate asked) { gate = asked; }

void FailCalls(uint64_t first, uint64_t last, int error) {
  failing.Open(0, 0);
  failing_error = error;
  failing.Open(first, last);
}

uint64_t CountedCalls() { return failing.counted(); }

std::array<uint64_t, kCalls> FailedCalls() {
  std::array<uint64_t, kCalls> all;
  for (size_t i = 0; i < kCalls; ++i) all[i] = failed[i];
  return all;
}

void StopCallsAfter(uint64_t call) { FailCalls(call, UINT64_MAX, EIO); }

Recording::Recording(const std::string& directory) {
  char real[PATH_MAX];
  HOURBOOK_CHECK(::realpath(directory.c_str(), real) != nullptr, "the directory exists");
  const Guard guard(lock);
  HOURBOOK_CHECK(root.empty(), "one recording at a time");
  ops.clear();
  open_files.clear();
  number_of.clear();
  root = std::string(real) + "/";
}

Recording::~Recording() { Take(); }

void Recording::Promise(uint64_t number) {
  const Guard guard(lock);
  Record({.kind = Kind::kPromise, .offset = number});
}

std::vector<Op> Recording::Split() {
  const Guard guard(lock);
  return std::exchange(ops, {});
}

void Recording::Add(std::vector<Op> others) {
  const Guard guard(lock);
  for (Op& op : others) {
    HOURBOOK_CHECK(op.kind != Kind::kMakeFile, "processes would number their new files alike");
    Record(std::move(op));
  }
}

std::vector<Op> Recording::Take() {
  const Guard guard(lock);
  root.clear();
  open_files.clear();
  return std::move(ops);
}

}  // namespace hourbook

// The calls that are taken over, with the names that the libraries call them by.
using hourbook::Guard;

extern "C" {

int open(const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = hourbook::ModeOf(flags, arguments);
  va_end(arguments);
  return hourbook::Open(AT_FDCWD, path, flags, mode);
}
int open64(const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = hourbook::ModeOf(flags, arguments);
  va_end(arguments);
  return hourbook::Open(AT_FDCWD, path, flags, mode);
}
int openat(int directory, const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = hourbook::ModeOf(flags, arguments);
  va_end(arguments);
  return hourbook::Open(directory, path, flags, mode);
}

// What open is in a source that is compiled with _FORTIFY_SOURCE.
int __open_2(const char* path, int flags) { return hourbook::Open(AT_FDCWD, path, flags, 0); }
int __open64_2(const char* path, int flags) { return hourbook::Open(AT_FDCWD, path, flags, 0); }
int __openat_2(int directory, const char* path, int flags) { return hourbook::Open(directory, path, flags, 0); }
int __openat64_2(int directory, const char* path, int flags) { return hourbook::Open(directory, path, flags, 0); }

int close(int fd) {
  static const auto real = hourbook::Real<int (*)(int)>("close");
  const Guard guard(hourbook::lock);
  hourbook::open_files.erase(fd);
  return real(fd);
}

ssize_t write(int fd, const void* data, size_t size) {
  static const auto real = hourbook::Real<ssize_t (*)(int, const void*, size_t)>("write");
  if (hourbook::IsRefused(hourbook::Call::kWrite)) return -1;
  const Guard guard(hourbook::lock);
  const bool is_ours = hourbook::Find(fd) != nullptr;
  const off_t at = is_ours ? ::lseek(fd, 0, SEEK_CUR) : 0;
  const ssize_t written = real(fd, data, size);
  if (written > 0) {
    hourbook::RecordWrite(fd, data, static_cast<size_t>(written), static_cast<uint64_t>(at));
  }
  return written;
}
ssize_t pwrite(int fd, const void* data, size_t size, off_t offset) {
  static const auto real = hourbook::Real<ssize_t (*)(int, const void*, size_t, off_t)>("pwrite");
  if (hourbook::IsRefused(hourbook::Call::kWrite)) return -1;
  const Guard guard(hourbook::lock);
  const ssize_t written = real(fd, data, size, offset);
  if (written > 0) {
    hourbook::RecordWrite(fd, data, static_cast<size_t>(written), static_cast<uint64_t>(offset));
  }
  return written;
}
ssize_t pwrite64(int fd, const void* data, size_t size, off_t offset) { return pwrite(fd, data, size, offset); }
ssize_t writev(int fd, const iovec* parts, int count) {
  return hourbook::WriteParts(fd, parts, count, std::nullopt);
}
ssize_t pwritev(int fd, const iovec* parts, int count, off_t offset) {
  return hourbook::WriteParts(fd, parts, count, offset);
}
ssize_t pwritev64(int fd, const iovec* parts, int count, off_t offset) {
  return hourbook::WriteParts(fd, parts, count, offset);
}

int fdatasync(int fd) { return hourbook::Sync("fdatasync", fd); }
int fsync(int fd) { return hourbook::Sync("fsync", fd); }
int syncfs(int fd) { return hourbook::Sync("syncfs", fd, true); }

int ftruncate(int fd, off_t size) {
  static const auto real = hourbook::Real<int (*)(int, off_t)>("ftruncate");
  if (hourbook::IsRefused(hourbook::Call::kResize)) return -1;
  const Guard guard(hourbook::lock);
  return hourbook::Resize(fd, static_cast<uint64_t>(size), real(fd, size));
}
int ftruncate64(int fd, off_t size) { return ftruncate(fd, size); }
int fallocate(int fd, int mode, off_t offset, off_t size) {
  static const auto real = hourbook::Real<int (*)(int, int, off_t, off_t)>("fallocate");
  if (hourbook::IsRefused(hourbook::Call::kResize)) return -1;
  const Guard guard(hourbook::lock);
  return hourbook::Resize(fd, static_cast<uint64_t>(offset + size), real(fd, mode, offset, size));
}
int fallocate64(int fd, int mode, off_t offset, off_t size) { return fallocate(fd, mode, offset, size); }

int rename(const char* from, const char* to) {
  static const auto real = hourbook::Real<int (*)(const char*, const char*)>("rename");
  if (hourbook::IsRefused(hourbook::Call::kRename)) return -1;
  const Guard guard(hourbook::lock);
  const int done = real(from, to);
  const auto name = hourbook::NameOf(AT_FDCWD, from), new_name = hourbook::NameOf(AT_FDCWD, to);
  if (done == 0 && name && new_name) {
    hourbook::Record({.kind = hourbook::Kind::kRename, .name = *name, .new_name = *new_name});
  }
  return done;
}
int link(const char* from, const char* to) {
  static const auto real = hourbook::Real<int (*)(const char*, const char*)>("link");
  if (hourbook::IsRefused(hourbook::Call::kLink)) return -1;
  const Guard guard(hourbook::lock);
  const int done = real(from, to);
  struct stat file;
  if (const auto name = hourbook::NameOf(AT_FDCWD, to); done == 0 && name && ::stat(to, &file) == 0) {
    hourbook::Record({.kind = hourbook::Kind::kLink, .file = hourbook::number_of[file.st_ino], .name = *name});
  }
  return done;
}
int unlink(const char* path) {
  static const auto real = hourbook::Real<int (*)(const char*)>("unlink");
  if (hourbook::IsRefused(hourbook::Call::kRemove)) return -1;
  const Guard guard(hourbook::lock);
  return hourbook::Remove(AT_FDCWD, path, real(path));
}
int unlinkat(int directory, const char* path, int flags) {
  static const auto real = hourbook::Real<int (*)(int, const char*, int)>("unlinkat");
  if (hourbook::IsRefused(hourbook::Call::kRemove)) return -1;
  const Guard guard(hourbook::lock);
  return hourbook::Remove(directory, path, real(directory, path, flags));
}
int rmdir(const char* path) {
  static const auto real = hourbook::Real<int (*)(const char*)>("rmdir");
  if (hourbook::IsRefused(hourbook::Call::kRemove)) return -1;
  const Guard guard(hourbook::lock);
  return hourbook::Remove(AT_FDCWD, path, real(path));
}
int mkdir(const char* path, mode_t mode) {
  static const auto real = hourbook::Real<int (*)(const char*, mode_t)>("mkdir");
  if (hourbook::IsRefused(hourbook::Call::kMakeDirectory)) return -1;
  const Guard guard(hourbook::lock);
  const int done = real(path, mode);
  if (const auto name = hourbook::NameOf(AT_FDCWD, path); done == 0 && name) {
    hourbook::Record({.kind = hourbook::Kind::kMakeDirectory, .name = *name});
  }
  return done;
}

}  // extern "C"
