#include "tests/calls/mappings.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdarg.h>
#include <sys/mman.h>

#include <atomic>
#include <cerrno>

#include "tests/calls/window.h"

namespace hourbook {
namespace {

Window failing;
std::atomic<uint64_t> failed[kMappings];

bool IsRefused(Mapping kind) {
  if (!failing.Count()) return false;
  ++failed[static_cast<size_t>(kind)];
  errno = kind == Mapping::kSync ? EIO : ENOMEM;
  return true;
}

template <class Function>
Function Real(const char* name) {
  return reinterpret_cast<Function>(::dlsym(RTLD_NEXT, name));
}

}  // namespace

void FailMappings(uint64_t first, uint64_t last) { failing.Open(first, last); }

uint64_t CountedMappings() { return failing.counted(); }

std::array<uint64_t, kMappings> FailedMappings() {
  std::array<uint64_t, kMappings> all;
  for (size_t i = 0; i < kMappings; ++i) all[i] = failed[i];
  return all;
}

}  // namespace hourbook

using hourbook::Mapping;

// With the names that the libraries call them by.
extern "C" {

void* mmap(void* address, size_t size, int protection, int flags, int fd, off_t offset) {
  static const auto real = hourbook::Real<void* (*)(void*, size_t, int, int, int, off_t)>("mmap");
  return hourbook::IsRefused(Mapping::kMap) ? MAP_FAILED : real(address, size, protection, flags, fd, offset);
}
void* mmap64(void* address, size_t size, int protection, int flags, int fd, off_t offset) {
  return mmap(address, size, protection, flags, fd, offset);
}
int munmap(void* address, size_t size) {
  static const auto real = hourbook::Real<int (*)(void*, size_t)>("munmap");
  return hourbook::IsRefused(Mapping::kUnmap) ? -1 : real(address, size);
}
void* mremap(void* address, size_t old_size, size_t size, int flags, ...) {
  static const auto real = hourbook::Real<void* (*)(void*, size_t, size_t, int, ...)>("mremap");
  va_list arguments;
  va_start(arguments, flags);
  void* const wanted = (flags & MREMAP_FIXED) != 0 ? va_arg(arguments, void*) : nullptr;
  va_end(arguments);
  return hourbook::IsRefused(Mapping::kRemap) ? MAP_FAILED : real(address, old_size, size, flags, wanted);
}
int msync(void* address, size_t size, int flags) {
  static const auto real = hourbook::Real<int (*)(void*, size_t, int)>("msync");
  return hourbook::IsRefused(Mapping::kSync) ? -1 : real(address, size, flags);
}
int madvise(void* address, size_t size, int advice) {
  static const auto real = hourbook::Real<int (*)(void*, size_t, int)>("madvise");
  return hourbook::IsRefused(Mapping::kAdvise) ? -1 : real(address, size, advice);
}
int pthread_create(pthread_t* thread, const pthread_attr_t* attributes, void* (*start)(void*),
                   void* argument) {
  using Create = int (*)(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*);
  static const auto real = hourbook::Real<Create>("pthread_create");
  return hourbook::IsRefused(Mapping::kThread) ? EAGAIN : real(thread, attributes, start, argument);
}

}  // extern "C"
