#include "bench/bench_dir.h"

#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>

namespace hourbook::bench {

BenchDir::BenchDir() {
  const char* const given = std::getenv("HOURBOOK_BENCH_DIR");
  path_ = std::string(given != nullptr ? given : "/dev/shm") + "/hourbook-bench.XXXXXX";
  if (::mkdtemp(path_.data()) == nullptr) {
    std::fprintf(stderr, "bench: cannot make %s; set HOURBOOK_BENCH_DIR\n", path_.c_str());
    std::exit(1);
  }
}

BenchDir::~BenchDir() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string BenchDir::FileSystem() const {
  struct statfs stat;
  if (::statfs(path_.c_str(), &stat) != 0) return "unknown";
  switch (static_cast<uint32_t>(stat.f_type)) {
    case 0x01021994:
      return "tmpfs";
    case 0xef53:
      return "ext4";
    case 0x58465342:
      return "xfs";
    case 0x9123683e:
      return "btrfs";
    case 0x794c7630:
      return "overlayfs";
    default:
      return "other";
  }
}

uint64_t BytesOnDisk(const std::string& file) {
  struct stat stat;
  return ::stat(file.c_str(), &stat) == 0 ? static_cast<uint64_t>(stat.st_blocks) * 512 : 0;
}

}  // namespace hourbook::bench
