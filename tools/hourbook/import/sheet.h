// A sheet: a CSV file (RFC 4180) with a header, as clerks' programs write it: any encoding, with or
// without a byte-order mark, lines ended by CR LF, LF or CR. Blank lines are skipped.
#ifndef TOOLS_HOURBOOK_IMPORT_SHEET_H_
#define TOOLS_HOURBOOK_IMPORT_SHEET_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace hourbook::cli {

struct SheetRow {
  uint64_t line;                    // in the file, from 1, of its first character
  std::vector<std::string> fields;  // UTF-8, one a column of the header
  std::string problem;              // why the row cannot be read; empty where it can
};

class Sheet {
 public:
  // Throws CommandError, with file, line and column, where the file as a whole cannot be read: a
  // quote that does not end, no header. A row that cannot be read is a row with a problem.
  static Sheet Read(const std::string& path, const std::string& encoding);

  const std::string& path() const { return path_; }
  const std::vector<SheetRow>& rows() const { return rows_; }

  // SHA-256 of the file's bytes, in hexadecimal.
  const std::string& digest() const { return digest_; }

  // The place of a column in every row. Throws CommandError that names those there are.
  size_t ColumnOf(absl::string_view title) const;

 private:
  std::string path_;
  std::string digest_;
  std::vector<std::string> header_;
  std::vector<SheetRow> rows_;
};

}  // namespace hourbook::cli

#endif  // TOOLS_HOURBOOK_IMPORT_SHEET_H_
