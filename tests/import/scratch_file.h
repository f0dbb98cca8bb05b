// A file of a test's own, gone with it.
#ifndef TESTS_IMPORT_SCRATCH_FILE_H_
#define TESTS_IMPORT_SCRATCH_FILE_H_

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "tools/hourbook/command_error.h"

namespace hourbook::cli {

class ScratchFile {
 public:
  explicit ScratchFile(absl::string_view contents)
      : path_(std::filesystem::temp_directory_path() /
              absl::StrCat("hourbook-", getpid(), "-", ++count_)) {
    std::ofstream(path_, std::ios::binary) << contents;
  }
  ~ScratchFile() { std::filesystem::remove(path_); }
  ScratchFile(const ScratchFile&) = delete;
  ScratchFile& operator=(const ScratchFile&) = delete;

  const std::string& path() const { return path_; }

 private:
  static inline int count_ = 0;
  const std::string path_;
};

// What a CommandError says that the call throws; "no error" where it throws none.
template <typename Call>
std::string ErrorOf(const Call& call) {
  try {
    call();
  } catch (const CommandError& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace hourbook::cli

#endif  // TESTS_IMPORT_SCRATCH_FILE_H_
