// Whole files, in and out.
#ifndef TOOLS_HOURBOOK_TEXT_FILE_H_
#define TOOLS_HOURBOOK_TEXT_FILE_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace hourbook::cli {

// A file, or what a pipe gives, of at most `limit` bytes. Throws CommandError.
std::string ReadFile(const std::string& path, size_t limit = SIZE_MAX);

// Who may read a file that is written: whoever the system's default lets, or its owner alone.
enum class Access { kDefault, kOwner };

// Replaces the file whole: readers see the old text or the new one. Throws CommandError.
void WriteFile(const std::string& path, absl::string_view text, Access access = Access::kDefault);

// For --out: writes the file or, where the path is empty, to the standard output. Throws
// CommandError or OutputClosed.
void WriteFileOrPrint(const std::string& path, absl::string_view text,
                      Access access = Access::kDefault);

// A path as the file at `from` means it: relative to that file's directory.
std::string RelativeTo(const std::string& from, const std::string& path);

}  // namespace hourbook::cli

#endif  // TOOLS_HOURBOOK_TEXT_FILE_H_
