// A file in memory with a path, for what reads files.
#ifndef FUZZ_MEMORY_FILE_H_
#define FUZZ_MEMORY_FILE_H_

#include <sys/mman.h>
#include <unistd.h>

#include <string>

#include "absl/strings/string_view.h"
#include "fuzz/fuzz_input.h"

namespace hourbook::fuzz {

class MemoryFile {
 public:
  explicit MemoryFile(absl::string_view contents)
      : descriptor_(::memfd_create("fuzz", MFD_CLOEXEC)) {
    FUZZ_CHECK(descriptor_ >= 0);
    const ssize_t written = ::write(descriptor_, contents.data(), contents.size());
    FUZZ_CHECK(written == static_cast<ssize_t>(contents.size()));
    FUZZ_CHECK(::lseek(descriptor_, 0, SEEK_SET) == 0);
  }
  ~MemoryFile() { ::close(descriptor_); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  int descriptor() const { return descriptor_; }
  std::string path() const { return "/proc/self/fd/" + std::to_string(descriptor_); }

 private:
  const int descriptor_;
};

}  // namespace hourbook::fuzz

#endif  // FUZZ_MEMORY_FILE_H_
