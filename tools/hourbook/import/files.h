// Whole files, in and out.
#ifndef TOOLS_HOURBOOK_IMPORT_FILES_H_
#define TOOLS_HOURBOOK_IMPORT_FILES_H_

#include <string>

#include "absl/strings/string_view.h"

namespace hourbook::cli {

// Throws CommandError.
std::string ReadFile(const std::string& path);

// Replaces the file whole: readers see the old text or the new one. Throws CommandError.
void WriteFile(const std::string& path, absl::string_view text);

// A path as the file at `from` means it: relative to that file's directory.
std::string RelativeTo(const std::string& from, const std::string& path);

}  // namespace hourbook::cli

#endif  // TOOLS_HOURBOOK_IMPORT_FILES_H_
