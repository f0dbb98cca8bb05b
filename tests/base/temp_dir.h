// A directory for one test.
#ifndef TESTS_BASE_TEMP_DIR_H_
#define TESTS_BASE_TEMP_DIR_H_

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>

namespace hourbook {

// A directory that ends with its owner.
class TempDir {
 public:
  TempDir() : TempDir(Base()) {}
  explicit TempDir(const std::string& base) : path_(base + "/hourbook.XXXXXX") {
    if (::mkdtemp(path_.data()) == nullptr) std::abort();
  }

  // In memory where the system has a place for that and TMPDIR names none: where much is synced and nothing is
  // to last.
  static std::string MemoryBase() {
    return std::getenv("TMPDIR") == nullptr && ::access("/dev/shm", W_OK) == 0 ? "/dev/shm" : Base();
  }

  ~TempDir() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;

  const std::string& path() const { return path_; }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }

 private:
  static std::string Base() {
    const char* const base = std::getenv("TMPDIR");
    return base == nullptr ? "/tmp" : base;
  }

  std::string path_;
};

}  // namespace hourbook

#endif  // TESTS_BASE_TEMP_DIR_H_
