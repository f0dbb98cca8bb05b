// The lock on a ledger's state. One thread judges for long, in slices; others want the state for a
// moment, and would hardly ever get it from a plain mutex, which the judging thread takes again before
// they have woken up. So whoever waits is served before the judging thread's next slice.
#ifndef LEDGER_ENGINE_STATE_LOCK_H_
#define LEDGER_ENGINE_STATE_LOCK_H_

#include <mutex>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

namespace hourbook {

// The thread safety analysis cannot know that this lock is held where its own lock_ is: its functions say what
// they do, and are not analysed.
class ABSL_LOCKABLE StateLock {
 public:
  void Lock() ABSL_EXCLUSIVE_LOCK_FUNCTION() ABSL_NO_THREAD_SAFETY_ANALYSIS {
    if (!lock_.TryLock()) LockInTurn();
  }
  // After all that wait now: for who has just had it.
  void LockInTurn() ABSL_EXCLUSIVE_LOCK_FUNCTION() ABSL_NO_THREAD_SAFETY_ANALYSIS {
    const absl::MutexLock next(&next_);
    lock_.Lock();
  }
  void Unlock() ABSL_UNLOCK_FUNCTION() ABSL_NO_THREAD_SAFETY_ANALYSIS { lock_.Unlock(); }

  void ReaderLock() ABSL_SHARED_LOCK_FUNCTION() ABSL_NO_THREAD_SAFETY_ANALYSIS {
    if (lock_.ReaderTryLock()) return;
    const absl::MutexLock next(&next_);
    lock_.ReaderLock();
  }
  void ReaderUnlock() ABSL_UNLOCK_FUNCTION() ABSL_NO_THREAD_SAFETY_ANALYSIS { lock_.ReaderUnlock(); }

 private:
  absl::Mutex next_;  // held by who waits for lock_
  absl::Mutex lock_;
};

class ABSL_SCOPED_LOCKABLE StateHolder {
 public:
  explicit StateHolder(StateLock& lock) ABSL_EXCLUSIVE_LOCK_FUNCTION(lock) : lock_(lock) { lock.Lock(); }
  // Takes over one that is held.
  StateHolder(StateLock& lock, std::adopt_lock_t) ABSL_EXCLUSIVE_LOCKS_REQUIRED(lock) : lock_(lock) {}
  ~StateHolder() ABSL_UNLOCK_FUNCTION() { lock_.Unlock(); }
  StateHolder(const StateHolder&) = delete;

 private:
  StateLock& lock_;
};

// For one slice of many.
class ABSL_SCOPED_LOCKABLE StateSlice {
 public:
  explicit StateSlice(StateLock& lock) ABSL_EXCLUSIVE_LOCK_FUNCTION(lock) : lock_(lock) {
    lock.LockInTurn();
  }
  ~StateSlice() ABSL_UNLOCK_FUNCTION() { lock_.Unlock(); }
  StateSlice(const StateSlice&) = delete;

 private:
  StateLock& lock_;
};

class ABSL_SCOPED_LOCKABLE StateReader {
 public:
  explicit StateReader(StateLock& lock) ABSL_SHARED_LOCK_FUNCTION(lock) : lock_(lock) { lock.ReaderLock(); }
  ~StateReader() ABSL_UNLOCK_FUNCTION() { lock_.ReaderUnlock(); }
  StateReader(const StateReader&) = delete;

 private:
  StateLock& lock_;
};

}  // namespace hourbook

#endif  // LEDGER_ENGINE_STATE_LOCK_H_
