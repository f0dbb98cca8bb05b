// A directory of a target's own, gone with it: in memory where there is a file system for that,
// since a fuzzer makes thousands a minute.
#ifndef FUZZ_SCRATCH_DIRECTORY_H_
#define FUZZ_SCRATCH_DIRECTORY_H_

#include <stdlib.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "fuzz/fuzz_input.h"
#include "fuzz/small_pages.h"

namespace hourbook::fuzz {

class ScratchDirectory {
 public:
  ScratchDirectory() {
    constexpr char kMemory[] = "/dev/shm";
    const bool has_memory = ::access(kMemory, W_OK) == 0;
    path_ = has_memory ? kMemory : std::filesystem::temp_directory_path().string();
    path_ += "/hourbook-fuzz.XXXXXX";
    FUZZ_CHECK(::mkdtemp(path_.data()) != nullptr);
  }
  ~ScratchDirectory() { std::filesystem::remove_all(path_); }
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;

  // The path of a name in it.
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

}  // namespace hourbook::fuzz

#endif  // FUZZ_SCRATCH_DIRECTORY_H_
