// Opaque handles whose misuse, after closing or in a forked child, is told and not suffered.
#ifndef API_HANDLE_H_
#define API_HANDLE_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>

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
  Shell* next_closed;  // the one that was closed after it
};

// Closing a handle frees the object and keeps the shell, so that a late call finds it empty; the
// oldest shells are freed in turn. Closing asks for no memory. Handle is the public type, derived from
// Shell<Object>.
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
    Object* const object = ObjectOf(handle);
    if (object == nullptr) {
      return Fail(Failure::kClosed, absl::StrCat("the ", what, " was closed, or is NULL"));
    }
    if (IsForked(handle)) {
      return Fail(Failure::kForked, absl::StrCat("the ", what, " belongs to the parent process; "
                                                 "open the ledger in this one"));
    }
    return object;
  }

  // The same for who closes it: null where there is nothing to close.
  static Object* FindToClose(const Handle* handle) {
    Object* const object = ObjectOf(handle);
    return object == nullptr || IsForked(handle) ? nullptr : object;
  }

  // How many closed ones are remembered.
  static size_t remembered() {
    Closed& closed = TheClosed();
    const absl::MutexLock lock(&closed.lock);
    return closed.count;
  }

  // What a handle held; nothing where it was closed by another thread meanwhile.
  static std::unique_ptr<Object> Close(Handle* handle) {
    std::unique_ptr<Object> object(handle->object.exchange(nullptr));
    if (object != nullptr) Remember(handle);
    return object;
  }

 private:
  // Those that are remembered, oldest first. Never destroyed: late calls must find them.
  struct Closed {
    absl::Mutex lock{absl::kConstInit};
    Shell<Object>* oldest ABSL_GUARDED_BY(lock) = nullptr;
    Shell<Object>* newest ABSL_GUARDED_BY(lock) = nullptr;
    size_t count ABSL_GUARDED_BY(lock) = 0;
  };

  static Object* ObjectOf(const Handle* handle) {
    return handle == nullptr ? nullptr : handle->object.load(std::memory_order_acquire);
  }
  static bool IsForked(const Handle* handle) { return handle->generation != ForkGeneration(); }

  static Closed& TheClosed() {
    alignas(Closed) static std::byte memory[sizeof(Closed)];
    static Closed& closed = *new (memory) Closed;
    return closed;
  }

  static void Remember(Handle* handle) {
    Closed& closed = TheClosed();
    const absl::MutexLock lock(&closed.lock);
    handle->next_closed = nullptr;
    (closed.newest == nullptr ? closed.oldest : closed.newest->next_closed) = handle;
    closed.newest = handle;
    if (++closed.count <= kRemembered) return;
    const std::unique_ptr<Handle> forgotten(static_cast<Handle*>(closed.oldest));
    closed.oldest = forgotten->next_closed;
    --closed.count;
  }
};

}  // namespace hourbook

#endif  // API_HANDLE_H_
