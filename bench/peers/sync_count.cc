#include "bench/peers/sync_count.h"

#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>

namespace {
std::atomic<uint64_t> syncs{0};
}  // namespace

extern "C" {

__attribute__((visibility("default"))) int fdatasync(int fd) {
  ++syncs;
  return static_cast<int>(::syscall(SYS_fdatasync, fd));
}

__attribute__((visibility("default"))) int fsync(int fd) {
  ++syncs;
  return static_cast<int>(::syscall(SYS_fsync, fd));
}

__attribute__((visibility("default"))) int msync(void* address, size_t length, int flags) noexcept(false) {
  ++syncs;
  return static_cast<int>(::syscall(SYS_msync, address, length, flags));
}

}  // extern "C"

namespace hourbook::bench {

uint64_t SyncCount() { return syncs; }

}  // namespace hourbook::bench
