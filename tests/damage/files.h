// Whole files, read and written.
#ifndef TESTS_DAMAGE_FILES_H_
#define TESTS_DAMAGE_FILES_H_

#include <fcntl.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <string>

#include "absl/strings/string_view.h"
#include "ledger/base/check.h"

namespace hourbook::damage {

inline std::string ReadAll(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

inline void WriteAll(const std::string& path, absl::string_view bytes) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  file.close();
  HOURBOOK_CHECK(file.good(), "there is room for a file");
}

// A file whose bits are flipped beneath whoever reads it.
class Flipper {
 public:
  explicit Flipper(const std::string& path) : file_(::open(path.c_str(), O_RDWR | O_CLOEXEC)) {}
  ~Flipper() { ::close(file_); }
  Flipper(const Flipper&) = delete;
  Flipper& operator=(const Flipper&) = delete;

  // Twice is as before.
  void Flip(uint64_t at, uint8_t mask) const {
    uint8_t byte = 0;
    HOURBOOK_CHECK(::pread(file_, &byte, 1, static_cast<off_t>(at)) == 1, "there is such a byte");
    byte ^= mask;
    HOURBOOK_CHECK(::pwrite(file_, &byte, 1, static_cast<off_t>(at)) == 1, "there is such a byte");
  }

 private:
  const int file_;
};

}  // namespace hourbook::damage

#endif  // TESTS_DAMAGE_FILES_H_
