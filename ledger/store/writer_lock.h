// The right to write, of all processes, waited for no longer than a deadline. LMDB has a lock of its
// own for this, but waits for it without end.
#ifndef LEDGER_STORE_WRITER_LOCK_H_
#define LEDGER_STORE_WRITER_LOCK_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace hourbook {

class FlockFile;

// Held until destroyed, or until its process ends. Whoever waits for it is next: its last holder does
// not get it again before them.
class WriterLock {
 public:
  // Two files in the directory carry the lock. kTimeout where another process kept it too long.
  static absl::StatusOr<std::unique_ptr<WriterLock>> Acquire(const std::string& directory,
                                                             absl::Time deadline);
  ~WriterLock();
  WriterLock(const WriterLock&) = delete;
  WriterLock& operator=(const WriterLock&) = delete;

  // Whether another process waits for it.
  bool IsWanted() const;

 private:
  WriterLock(std::unique_ptr<FlockFile> lock, std::unique_ptr<FlockFile> turn);

  const std::unique_ptr<FlockFile> lock_;  // held
  const std::unique_ptr<FlockFile> turn_;  // held by whoever is next
};

}  // namespace hourbook

#endif  // LEDGER_STORE_WRITER_LOCK_H_
