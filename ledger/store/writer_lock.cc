#include "ledger/store/writer_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

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
absl::StatusOr<std::unique_ptr<WriterLock>> WriterLock::Acquire(const std::string& directory,
                                                                absl::Time deadline) {
  const std::string path = absl::StrCat(directory, "/writer.lock");
  const int fd = ::open(path.c_str(), O_RDONLY | O_CREAT | O_CLOEXEC, 0644);
  if (fd < 0) return LmdbError(errno, absl::StrCat("opening ", path));
  std::unique_ptr<WriterLock> lock(new WriterLock(fd));
  for (absl::Duration nap = kFirstNap;; nap = std::min(2 * nap, kLongestNap)) {
    if (::flock(fd, LOCK_EX | LOCK_NB) == 0) return lock;
    if (errno != EWOULDBLOCK && errno != EINTR) {
      return LmdbError(errno, absl::StrCat("locking ", path));
    }
    if (absl::Now() >= deadline) {
      return Fail(Failure::kTimeout, absl::StrCat("another process kept writing to ", directory,
                                                  " until the timeout; nothing was written, try "
                                                  "again"));
    }
    absl::SleepFor(nap);
  }
}

// Unlocked in so many words: a child forked meanwhile has the file open, too.
WriterLock::~WriterLock() {
  ::flock(fd_, LOCK_UN);
  ::close(fd_);
}

}  // namespace hourbook
