#include "tests/calls/allocations.h"

#include <dlfcn.h>
#include <malloc.h>
#include <pthread.h>

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <new>

#include "tests/calls/window.h"

// Where the memory comes from. glibc's functions have these names too, and so have a sanitizer's, which
// must see every block to tell of those that are lost.
#ifdef HOURBOOK_SANITIZED
#define HOURBOOK_REAL(name) __interceptor_##name
#define HOURBOOK_COUNTS_LIVE false
#else
#define HOURBOOK_REAL(name) __libc_##name
#define HOURBOOK_COUNTS_LIVE true
#endif

extern "C" {
void* HOURBOOK_REAL(malloc)(size_t size);
void* HOURBOOK_REAL(calloc)(size_t count, size_t size);
void* HOURBOOK_REAL(realloc)(void* memory, size_t size);
void* HOURBOOK_REAL(memalign)(size_t alignment, size_t size);
void HOURBOOK_REAL(free)(void* memory);
}

namespace hourbook {
namespace {

// Nothing here may allocate, or be made at run time: the first allocation comes before main.
constinit Window refusing;
std::atomic<uint64_t> refused[kAllocations];
std::atomic<int64_t> live{0};
thread_local int own_memory = 0;

bool IsRefused(Allocation kind) {
  if (own_memory > 0 || !refusing.Count()) return false;
  ++refused[static_cast<size_t>(kind)];
  errno = ENOMEM;
  return true;
}

void* Count(void* memory) {
  if (HOURBOOK_COUNTS_LIVE && memory != nullptr) live.fetch_add(1, std::memory_order_relaxed);
  return memory;
}

void* Aligned(size_t alignment, size_t size) {
  return IsRefused(Allocation::kAligned) ? nullptr : Count(HOURBOOK_REAL(memalign)(alignment, size));
}

void* New(size_t size) {
  void* const memory =
      IsRefused(Allocation::kNew) ? nullptr : Count(HOURBOOK_REAL(malloc)(size == 0 ? 1 : size));
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

void* NewAligned(size_t size, std::align_val_t alignment) {
  void* const memory = IsRefused(Allocation::kNew)
                           ? nullptr
                           : Count(HOURBOOK_REAL(memalign)(static_cast<size_t>(alignment), size));
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

void Free(void* memory) {
  if (HOURBOOK_COUNTS_LIVE && memory != nullptr) live.fetch_sub(1, std::memory_order_relaxed);
  HOURBOOK_REAL(free)(memory);
}

}  // namespace

void FailAllocations(uint64_t first, uint64_t last) { refusing.Open(first, last); }

uint64_t CountedAllocations() { return refusing.counted(); }

std::array<uint64_t, kAllocations> RefusedAllocations() {
  std::array<uint64_t, kAllocations> all;
  for (size_t i = 0; i < kAllocations; ++i) all[i] = refused[i];
  return all;
}

int64_t LiveAllocations() { return live; }

OwnMemory::OwnMemory() { ++own_memory; }
OwnMemory::~OwnMemory() { --own_memory; }

}  // namespace hourbook

using hourbook::Allocation;

extern "C" {

void* malloc(size_t size) {
  return hourbook::IsRefused(Allocation::kMalloc) ? nullptr : hourbook::Count(HOURBOOK_REAL(malloc)(size));
}
void* calloc(size_t count, size_t size) {
  if (hourbook::IsRefused(Allocation::kCalloc)) return nullptr;
  return hourbook::Count(HOURBOOK_REAL(calloc)(count, size));
}
void* realloc(void* memory, size_t size) {
  if (hourbook::IsRefused(Allocation::kRealloc)) return nullptr;
  void* const moved = HOURBOOK_REAL(realloc)(memory, size);
  return memory == nullptr ? hourbook::Count(moved) : moved;
}
void* memalign(size_t alignment, size_t size) { return hourbook::Aligned(alignment, size); }
void* aligned_alloc(size_t alignment, size_t size) { return hourbook::Aligned(alignment, size); }
int posix_memalign(void** memory, size_t alignment, size_t size) {
  void* const got = hourbook::Aligned(alignment, size);
  if (got != nullptr) *memory = got;
  return got == nullptr ? ENOMEM : 0;
}
void free(void* memory) { hourbook::Free(memory); }

#ifdef HOURBOOK_SANITIZED
// A sanitizer asks this of each thread that starts, and cannot do without an answer.
int pthread_getattr_np(pthread_t thread, pthread_attr_t* attributes) {
  using GetAttributes = int (*)(pthread_t, pthread_attr_t*);
  static const auto real = reinterpret_cast<GetAttributes>(::dlsym(RTLD_NEXT, "pthread_getattr_np"));
  const hourbook::OwnMemory own;
  return real(thread, attributes);
}
#endif

}  // extern "C"

void* operator new(size_t size) { return hourbook::New(size); }
void* operator new[](size_t size) { return hourbook::New(size); }
void* operator new(size_t size, const std::nothrow_t&) noexcept {
  return hourbook::IsRefused(Allocation::kNew) ? nullptr : hourbook::Count(HOURBOOK_REAL(malloc)(size));
}
void* operator new[](size_t size, const std::nothrow_t& nothrow) noexcept {
  return operator new(size, nothrow);
}
void* operator new(size_t size, std::align_val_t alignment) { return hourbook::NewAligned(size, alignment); }
void* operator new[](size_t size, std::align_val_t alignment) { return hourbook::NewAligned(size, alignment); }
void operator delete(void* memory) noexcept { hourbook::Free(memory); }
void operator delete[](void* memory) noexcept { hourbook::Free(memory); }
void operator delete(void* memory, size_t) noexcept { hourbook::Free(memory); }
void operator delete[](void* memory, size_t) noexcept { hourbook::Free(memory); }
void operator delete(void* memory, const std::nothrow_t&) noexcept { hourbook::Free(memory); }
void operator delete[](void* memory, const std::nothrow_t&) noexcept { hourbook::Free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { hourbook::Free(memory); }
void operator delete[](void* memory, std::align_val_t) noexcept { hourbook::Free(memory); }
void operator delete(void* memory, size_t, std::align_val_t) noexcept { hourbook::Free(memory); }
void operator delete[](void* memory, size_t, std::align_val_t) noexcept { hourbook::Free(memory); }
