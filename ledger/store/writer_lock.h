// The right to write, of all processes, waited for no longer than a deadline. LMDB has a lock of its
// own for this, but waits for it without end.
#ifndef LEDGER_STORE_WRITER_LOCK_H_
#define LEDGER_STORE_WRITER_LOCK_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace hourbook {

// Held until destroyed, or until its process ends.
class WriterLock {
 public:
  // A file in the directory carries the lock. kTimeout where another process kept it too long.
  static absl::StatusOr<std::unique_ptr<WriterLock>> Acquire(const std::string& directory,
                                                             absl::Time deadline);
  ~WriterLock();
  WriterLock(const WriterLock&) = delete;
  WriterLock& operator=(const WriterLock&) = delete;

 private:
  explicit WriterLock(int fd) : fd_(fd) {}

  const int fd_;
};

}  // namespace hourbook

#endif  // LEDGER_STORE_WRITER_LOCK_H_
