// Opaque handles whose misuse, after closing or in a forked child, is told and not suffered.
#ifndef API_HANDLE_H_
#define API_HANDLE_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "ledger/base/error.h"

namespace hourbook {

// How many forks lie between this process and the one that first opened a handle.
uint32_t ForkGeneration();

// What a handle points to: a small shell around an object.
template <class Object>
struct Shell {
  std::atomic<Object*> object;
  uint32_t generation;
};

// Closing a handle frees the object and keeps the shell, so that a late call finds it empty; the
// oldest shells are freed in turn. Handle is the public type, derived from Shell<Object>.
template <class Handle, class Object>
class Handles {
 public:
  static constexpr size_t kRemembered = 1'024;

  static Handle* Open(std::unique_ptr<Object> object) {
    auto handle = std::make_unique<Handle>();
    handle->generation = ForkGeneration();
    handle->object.store(object.release(), std::memory_order_release);
    return handle.release();
  }

  // The handle's object. kClosed for one that was closed, or NULL; kForked in a child process,
  // which must not touch what it shares with its parent, not even to free it.
  static absl::StatusOr<Object*> Find(const Handle* handle, absl::string_view what) {
    Object* const object =
        handle == nullptr ? nullptr : handle->object.load(std::memory_order_acquire);
    if (object == nullptr) {
      return Fail(Failure::kClosed, absl::StrCat("the ", what, " was closed, or is NULL"));
    }
    if (handle->generation != ForkGeneration()) {
      return Fail(Failure::kForked, absl::StrCat("the ", what, " belongs to the parent process; "
                                                 "open the ledger in this one"));
    }
    return object;
  }

  // What a handle held; nothing where it was closed by another thread meanwhile.
  static std::unique_ptr<Object> Close(Handle* handle) {
    std::unique_ptr<Object> object(handle->object.exchange(nullptr));
    if (object != nullptr) Remember(handle);
    return object;
  }

 private:
  struct Closed {
    absl::Mutex lock;
    std::deque<std::unique_ptr<Handle>> handles ABSL_GUARDED_BY(lock);
  };

  static void Remember(Handle* handle) {
    static Closed* const closed = new Closed;  // never destroyed: late calls must find the shells
    absl::MutexLock lock(&closed->lock);
    closed->handles.emplace_back(handle);
    if (closed->handles.size() > kRemembered) closed->handles.pop_front();
  }
};

}  // namespace hourbook

#endif  // API_HANDLE_H_
