#include "tools/hourbook/text_file.h"

#include <fcntl.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "tools/hourbook/command_error.h"
#include "tools/hourbook/output.h"

namespace hourbook::cli {
namespace {

struct Close {
  // What was written is flushed by then.
  void operator()(std::FILE* file) const { static_cast<void>(std::fclose(file)); }
};
using File = std::unique_ptr<std::FILE, Close>;

[[noreturn]] void Fail(const std::string& path, absl::string_view doing) {
  throw CommandError(kExitError, absl::StrCat(path, ": cannot ", doing, ": ",
                                              std::generic_category().message(errno)));
}

}  // namespace

std::string ReadFile(const std::string& path, size_t limit) {
  const File file(std::fopen(path.c_str(), "rbe"));
  if (file == nullptr) Fail(path, "open");
  std::string text;
  char buffer[64 * 1024];
  size_t got;
  while ((got = std::fread(buffer, 1, sizeof(buffer), file.get())) > 0) {
    if (got > limit - text.size()) {
      throw CommandError(kExitError, absl::StrCat(path, ": it has more than the ", limit,
                                                  " bytes that it may have"));
    }
    text.append(buffer, got);
  }
  if (std::ferror(file.get()) != 0) Fail(path, "read");
  return text;
}

void WriteFile(const std::string& path, absl::string_view text, Access access) {
  // A pipe or device is written to, not replaced.
  std::error_code ignored;
  const bool replaces = !std::filesystem::exists(path, ignored) ||
                        std::filesystem::is_regular_file(path, ignored);
  const std::string target = replaces ? path + ".new" : path;
  const int flags = O_WRONLY | O_CLOEXEC | (replaces ? O_CREAT | O_TRUNC | O_NOFOLLOW : 0);
  const int fd = ::open(target.c_str(), flags, access == Access::kOwner ? 0600 : 0666);
  File file(fd < 0 ? nullptr : ::fdopen(fd, "wb"));
  if (file == nullptr) Fail(target, "write");
  const bool written = std::fwrite(text.data(), 1, text.size(), file.get()) == text.size() &&
                       std::fflush(file.get()) == 0;
  if (!written) Fail(target, "write");
  file.reset();
  if (replaces && std::rename(target.c_str(), path.c_str()) != 0) Fail(path, "replace");
}

void WriteFileOrPrint(const std::string& path, absl::string_view text, Access access) {
  if (path.empty()) {
    Print(text);
    Flush();
  } else {
    WriteFile(path, text, access);
  }
}

std::string RelativeTo(const std::string& from, const std::string& path) {
  return (std::filesystem::path(from).parent_path() / path).string();
}

}  // namespace hourbook::cli
