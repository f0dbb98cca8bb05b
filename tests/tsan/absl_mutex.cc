// Debian builds Abseil without the thread sanitizer, which then sees no order in what its mutexes
// order, and finds races where there are none. Under the sanitizer the tests take the mutex's functions
// over: each tells what it does and calls the library's own.
#include <dlfcn.h>

#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

extern "C" {
void __tsan_acquire(void* address);
void __tsan_release(void* address);
void AnnotateIgnoreReadsBegin(const char* file, int line);
void AnnotateIgnoreReadsEnd(const char* file, int line);
}

namespace {

template <class Function>
Function Real(const char* name) {
  return reinterpret_cast<Function>(::dlsym(RTLD_NEXT, name));
}

// Who unlocks looks at the conditions that others wait for, still holding the mutex.
class IgnoreReads {
 public:
  IgnoreReads() { AnnotateIgnoreReadsBegin(__FILE__, __LINE__); }
  ~IgnoreReads() { AnnotateIgnoreReadsEnd(__FILE__, __LINE__); }
};

// The mutex is let go of, and held again at the end.
class Away {
 public:
  explicit Away(absl::Mutex* mutex) : mutex_(mutex) { __tsan_release(mutex_); }
  ~Away() { __tsan_acquire(mutex_); }

 private:
  absl::Mutex* const mutex_;
  const IgnoreReads ignore_;
};

}  // namespace

namespace absl {
ABSL_NAMESPACE_BEGIN

#define HOURBOOK_MUTEX "_ZN4absl7debian35Mutex"
#define HOURBOOK_COND_VAR "_ZN4absl7debian37CondVar"

void Mutex::Lock() {
  static const auto real = Real<void (*)(Mutex*)>(HOURBOOK_MUTEX "4LockEv");
  real(this);
  __tsan_acquire(this);
}

void Mutex::Unlock() {
  static const auto real = Real<void (*)(Mutex*)>(HOURBOOK_MUTEX "6UnlockEv");
  __tsan_release(this);
  const IgnoreReads ignore;
  real(this);
}

void Mutex::ReaderLock() {
  static const auto real = Real<void (*)(Mutex*)>(HOURBOOK_MUTEX "10ReaderLockEv");
  real(this);
  __tsan_acquire(this);
}

void Mutex::ReaderUnlock() {
  static const auto real = Real<void (*)(Mutex*)>(HOURBOOK_MUTEX "12ReaderUnlockEv");
  __tsan_release(this);
  const IgnoreReads ignore;
  real(this);
}

bool Mutex::TryLock() {
  static const auto real = Real<bool (*)(Mutex*)>(HOURBOOK_MUTEX "7TryLockEv");
  const bool locked = real(this);
  if (locked) __tsan_acquire(this);
  return locked;
}

bool Mutex::ReaderTryLock() {
  static const auto real = Real<bool (*)(Mutex*)>(HOURBOOK_MUTEX "13ReaderTryLockEv");
  const bool locked = real(this);
  if (locked) __tsan_acquire(this);
  return locked;
}

void Mutex::Await(const Condition& condition) {
  static const auto real =
      Real<void (*)(Mutex*, const Condition&)>(HOURBOOK_MUTEX "5AwaitERKNS0_9ConditionE");
  const Away away(this);
  real(this, condition);
}

bool Mutex::AwaitWithTimeout(const Condition& condition, absl::Duration timeout) {
  static const auto real = Real<bool (*)(Mutex*, const Condition&, absl::Duration)>(
      HOURBOOK_MUTEX "16AwaitWithTimeoutERKNS0_9ConditionENS0_8DurationE");
  const Away away(this);
  return real(this, condition, timeout);
}

void CondVar::Wait(Mutex* mutex) {
  static const auto real = Real<void (*)(CondVar*, Mutex*)>(
      HOURBOOK_COND_VAR "4WaitEPNS0_5MutexE");
  const Away away(mutex);
  real(this, mutex);
}

bool CondVar::WaitWithDeadline(Mutex* mutex, absl::Time deadline) {
  static const auto real = Real<bool (*)(CondVar*, Mutex*, absl::Time)>(
      HOURBOOK_COND_VAR "16WaitWithDeadlineEPNS0_5MutexENS0_4TimeE");
  const Away away(mutex);
  return real(this, mutex, deadline);
}

ABSL_NAMESPACE_END
}  // namespace absl
