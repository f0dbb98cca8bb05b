// Files other than the store's: read whole up to a limit, written so that a crash leaves the old
// ones or the new. Errors say what was done to which file: kNotFound, kPermissionDenied, kDiskFull,
// kIoError.
#ifndef LEDGER_BASE_FILE_H_
#define LEDGER_BASE_FILE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace hourbook {

// What the system's error number means, as a failed attempt at `doing`.
absl::Status SystemFailure(int error_number, absl::string_view doing);

// The bytes of a regular file, uncounted by reading. kInvalidArgument where it is none.
absl::StatusOr<uint64_t> FileSize(const std::string& path);

// A whole regular file. kInvalidArgument where it has more than `limit` bytes, or is no file.
absl::StatusOr<std::string> ReadFile(const std::string& path, size_t limit);

// kNotFound where there is nothing, kInvalidArgument where there is something else.
absl::Status CheckIsDirectory(const std::string& path);

// Makes a directory and those above it, durably, where they do not exist.
absl::Status MakeDirectories(const std::string& path);

// Makes the names in a directory durable.
absl::Status SyncNames(const std::string& directory);

// Puts files into their places below a directory; each is there whole or not at all.
//
// They are first written under temporary names in a folder of their own beside them, so that
// nobody who serves the others meets a half one. What a crash left there is removed.
class FileWriter {
 public:
  // Writes below `directory`, which is made; `scratch` is the temporary folder's name in it.
  static absl::StatusOr<FileWriter> Open(const std::string& directory, const std::string& scratch);

  // Queues a file, at a path below the directory, and puts it in its place soon, or in Flush. The
  // file may exist: it is replaced.
  absl::Status Write(const std::string& path, absl::string_view bytes);

  // What was queued is in its place and durable when this returns Ok.
  absl::Status Flush();

 private:
  FileWriter(std::string directory, std::string scratch)
      : directory_(std::move(directory)), scratch_(std::move(scratch)) {}

  absl::Status Place();

  std::string directory_;
  std::string scratch_;  // its path
  std::vector<std::pair<std::string, std::string>> written_;  // temporary path, path
  std::set<std::string> changed_;                             // directories to sync
};

// One file, durably, replacing what is there; through a temporary name beside it. `mode` as chmod's.
absl::Status WriteFileDurably(const std::string& path, absl::string_view bytes, unsigned mode);

// The same, but kFileExists where there is one.
absl::Status WriteNewFileDurably(const std::string& path, absl::string_view bytes, unsigned mode);

// Holds a file locked against other processes and other holders in this one, until destroyed.
class FileLock {
 public:
  // Makes the file where there is none. kTimeout where another holds it for longer than `patience`.
  static absl::StatusOr<FileLock> Acquire(const std::string& path,
                                          absl::Duration patience = absl::ZeroDuration());

  // For files that are replaced: locks the one that is at the path once it is locked, and makes
  // none. Whoever replaces it only while holding this lock replaces what the lock's holder has read.
  // kNotFound; kTimeout as above.
  static absl::StatusOr<FileLock> AcquirePresent(const std::string& path, absl::Duration patience);

  FileLock(FileLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  FileLock& operator=(FileLock&&) = delete;
  ~FileLock();

 private:
  explicit FileLock(int fd) : fd_(fd) {}

  int fd_;
};

}  // namespace hourbook

#endif  // LEDGER_BASE_FILE_H_
