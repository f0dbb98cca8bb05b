#include "tests/audit/stopped_calls.h"

#include <dlfcn.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>

#include <sys/stat.h>

namespace {

std::atomic<int> stop_at{0};
std::atomic<int> calls{0};

bool Stopped() {
  if (stop_at == 0 || ++calls < stop_at) return false;
  errno = EIO;
  return true;
}

template <class Function>
Function Real(const char* name) {
  return reinterpret_cast<Function>(::dlsym(RTLD_NEXT, name));
}

}  // namespace

void hourbook::StopCallsAfter(int call) {
  calls = 0;
  stop_at = call;
}

extern "C" int rename(const char* from, const char* to) noexcept {
  static const auto real = Real<int (*)(const char*, const char*)>("rename");
  return Stopped() ? -1 : real(from, to);
}

extern "C" int unlink(const char* path) noexcept {
  static const auto real = Real<int (*)(const char*)>("unlink");
  return Stopped() ? -1 : real(path);
}

extern "C" int syncfs(int fd) noexcept {
  static const auto real = Real<int (*)(int)>("syncfs");
  return Stopped() ? -1 : real(fd);
}

extern "C" int fsync(int fd) {
  static const auto real = Real<int (*)(int)>("fsync");
  return Stopped() ? -1 : real(fd);
}

extern "C" int mkdir(const char* path, mode_t mode) noexcept {
  static const auto real = Real<int (*)(const char*, mode_t)>("mkdir");
  return Stopped() ? -1 : real(path, mode);
}

extern "C" ssize_t write(int fd, const void* data, size_t size) {
  static const auto real = Real<ssize_t (*)(int, const void*, size_t)>("write");
  return Stopped() ? -1 : real(fd, data, size);
}
