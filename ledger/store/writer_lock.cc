#include "ledger/store/writer_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "ledger/base/error.h"
#include "ledger/store/environment.h"

namespace hourbook {
namespace {

constexpr absl::Duration kFirstNap = absl::Microseconds(50);
constexpr absl::Duration kLongestNap = absl::Milliseconds(2);

}  // namespace

// flock belongs to the open file and not to the process, so that a thread cannot lose it by closing
// another handle on the same file.
class FlockFile {
 public:
  static absl::StatusOr<std::unique_ptr<FlockFile>> Open(const std::string& directory,
                                                         absl::string_view name) {
    const std::string path = absl::StrCat(directory, "/", name);
    std::unique_ptr<FlockFile> file(new FlockFile(directory));
    file->fd_ = ::open(path.c_str(), O_RDONLY | O_CREAT | O_CLOEXEC, 0644);
    if (file->fd_ < 0) return LmdbError(errno, absl::StrCat("opening ", path));
    return file;
  }

  // Unlocked in so many words, since a child forked meanwhile has the file open, too; and not by the
  // child, whose lock it is not.
  ~FlockFile() {
    if (fd_ < 0) return;
    if (process_ == ::getpid()) Unlock();
    ::close(fd_);
  }
  FlockFile(const FlockFile&) = delete;
  FlockFile& operator=(const FlockFile&) = delete;

  absl::Status Lock(absl::Time deadline) {
    for (absl::Duration nap = kFirstNap;; nap = std::min(2 * nap, kLongestNap)) {
      if (TryLock()) return absl::OkStatus();
      if (errno != EWOULDBLOCK && errno != EINTR) {
        return LmdbError(errno, absl::StrCat("locking ", directory_));
      }
      if (absl::Now() >= deadline) {
        return Fail(Failure::kTimeout, absl::StrCat("another process kept writing to ", directory_,
                                                    " until the timeout; nothing was written, try "
                                                    "again"));
      }
      absl::SleepFor(nap);
    }
  }

  bool TryLock() { return ::flock(fd_, LOCK_EX | LOCK_NB) == 0; }
  void Unlock() { ::flock(fd_, LOCK_UN); }

 private:
  explicit FlockFile(std::string directory) : directory_(std::move(directory)) {}

  const std::string directory_;
  int fd_ = -1;
  const pid_t process_ = ::getpid();
};

absl::StatusOr<std::unique_ptr<WriterLock>> WriterLock::Acquire(const std::string& directory,
                                                                absl::Time deadline) {
  absl::StatusOr<std::unique_ptr<FlockFile>> turn = FlockFile::Open(directory, "writer.turn");
  if (!turn.ok()) return turn.status();
  absl::StatusOr<std::unique_ptr<FlockFile>> lock = FlockFile::Open(directory, "writer.lock");
  if (!lock.ok()) return lock.status();
  if (absl::Status next = (*turn)->Lock(deadline); !next.ok()) return next;
  if (absl::Status held = (*lock)->Lock(deadline); !held.ok()) return held;
  (*turn)->Unlock();
  return std::unique_ptr<WriterLock>(new WriterLock(*std::move(lock), *std::move(turn)));
}

WriterLock::WriterLock(std::unique_ptr<FlockFile> lock, std::unique_ptr<FlockFile> turn)
    : lock_(std::move(lock)), turn_(std::move(turn)) {}

WriterLock::~WriterLock() = default;

bool WriterLock::IsWanted() const {
  if (!turn_->TryLock()) return true;
  turn_->Unlock();
  return false;
}

}  // namespace hourbook
