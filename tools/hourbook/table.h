// Tables for people to read, aligned by what a terminal shows: a Chinese character takes two cells.
#ifndef TOOLS_HOURBOOK_TABLE_H_
#define TOOLS_HOURBOOK_TABLE_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace hourbook::cli {

// How many terminal cells a UTF-8 text takes. A byte that is no UTF-8 counts as one.
size_t DisplayWidth(absl::string_view text);

// Rows of cells under a header. Takes rows in and gives lines out; a long listing calls TakeText
// every few hundred rows, so that it need not be held in memory as a whole.
class Table {
 public:
  enum class Align { kLeft, kRight };

  struct Column {
    std::string title;
    Align align = Align::kLeft;
  };

  explicit Table(std::vector<Column> columns);

  // Adds a row of one cell a column; missing cells are empty, those beyond the columns dropped.
  // Control characters are shown as '?', so that no text can take over the terminal.
  void AddRow(std::vector<std::string> cells);

  size_t rows() const { return rows_.size(); }

  // The rows added since the last call as lines, each ended by a newline and without trailing
  // spaces; the first call puts the header before them. Columns only ever widen.
  std::string TakeText();

 private:
  void AppendLine(const std::vector<std::string>& cells, std::string& out) const;

  std::vector<Column> columns_;
  std::vector<size_t> widths_;
  std::vector<std::vector<std::string>> rows_;
  bool header_is_printed_ = false;
};

}  // namespace hourbook::cli

#endif  // TOOLS_HOURBOOK_TABLE_H_
