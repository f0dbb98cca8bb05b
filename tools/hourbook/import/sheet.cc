#include "tools/hourbook/import/sheet.h"

#include <csv.h>
#include <openssl/evp.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "tools/hourbook/command_error.h"
#include "tools/hourbook/hex.h"
#include "tools/hourbook/import/decoder.h"
#include "tools/hourbook/text_file.h"

namespace hourbook::cli {
namespace {

constexpr absl::string_view kByteOrderMark = "\xef\xbb\xbf";  // in UTF-8

// The length of the first line, its end included: LF, CR LF, or the lone CR of old machines.
size_t LineLength(absl::string_view bytes) {
  const size_t end = bytes.find_first_of("\r\n");
  if (end == absl::string_view::npos) return bytes.size();
  return absl::StartsWith(bytes.substr(end), "\r\n") ? end + 2 : end + 1;
}

std::string DigestOf(absl::string_view bytes) {
  uint8_t digest[32];
  unsigned length = 0;
  EVP_Digest(bytes.data(), bytes.size(), digest, &length, EVP_sha256(), nullptr);
  return HexText(absl::MakeConstSpan(digest, length));
}

// Feeds a file to libcsv line by line, so that each row's line is known.
class Reader {
 public:
  Reader(const std::string& path, const std::string& encoding) : path_(path), decoder_(encoding) {
    // A blank line is no row. Strict: a quote inside a field that does not begin with one is wrong.
    csv_init(&parser_, CSV_STRICT | CSV_STRICT_FINI);
  }
  ~Reader() { csv_free(&parser_); }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  std::vector<SheetRow> Read(absl::string_view bytes) {
    while (!bytes.empty()) {
      ++line_;
      const size_t length = LineLength(bytes);
      Feed(decoder_.Decode(bytes.substr(0, length)));
      bytes.remove_prefix(length);
    }
    if (csv_fini(&parser_, TakeField, TakeRow, this) != 0) Fail(row_line_, 1);
    return std::move(rows_);
  }

 private:
  [[noreturn]] void Fail(uint64_t line, size_t column) {
    throw CommandError(kExitError,
                       absl::StrCat(path_, ":", line, ":", column,
                                    ": this is no CSV: a quote is out of place or does not end; "
                                    "write \"\" for a quote inside a quoted field"));
  }

  void Feed(const Decoded& line) {
    absl::string_view text = line.text;
    if (line_ == 1) absl::ConsumePrefix(&text, kByteOrderMark);
    const bool is_blank = text.find_first_not_of(" \t\r\n") == absl::string_view::npos;
    if (!in_row_ && is_blank) return;
    if (!in_row_) row_line_ = line_;
    in_row_ = true;
    if (line.first_bad_column != 0 && problem_.empty()) {
      problem_ = absl::StrCat("its bytes are not of the sheet's encoding, from line ", line_,
                              ", column ", line.first_bad_column, " on");
    }
    const size_t parsed = csv_parse(&parser_, text.data(), text.size(), TakeField, TakeRow, this);
    if (parsed != text.size()) Fail(line_, CharactersIn(text.substr(0, parsed)) + 1);
  }

  static void TakeField(void* field, size_t size, void* self) {
    static_cast<Reader*>(self)->fields_.emplace_back(static_cast<const char*>(field), size);
  }

  static void TakeRow(int, void* self) {
    auto* const reader = static_cast<Reader*>(self);
    reader->rows_.push_back({reader->row_line_, std::exchange(reader->fields_, {}),
                             std::exchange(reader->problem_, {})});
    reader->in_row_ = false;
  }

  const std::string& path_;
  const Decoder decoder_;
  csv_parser parser_;
  uint64_t line_ = 0;
  uint64_t row_line_ = 1;
  bool in_row_ = false;
  std::vector<std::string> fields_;  // of the row that is being read
  std::string problem_;              // of the same row
  std::vector<SheetRow> rows_;
};

void CheckHeader(const std::string& path, const std::vector<std::string>& header) {
  for (size_t i = 0; i < header.size(); ++i) {
    if (std::find(header.begin(), header.begin() + static_cast<ptrdiff_t>(i), header[i]) ==
        header.begin() + static_cast<ptrdiff_t>(i)) {
      continue;
    }
    throw CommandError(
        kExitError, absl::StrCat(path, ":1: two columns are called '", header[i], "'; rename one"));
  }
}

}  // namespace

Sheet Sheet::Read(const std::string& path, const std::string& encoding) {
  const std::string bytes = ReadFile(path);
  Sheet sheet;
  sheet.path_ = path;
  sheet.digest_ = DigestOf(bytes);
  sheet.rows_ = Reader(path, encoding).Read(bytes);
  if (sheet.rows_.empty() || !sheet.rows_.front().problem.empty()) {
    throw CommandError(kExitError, absl::StrCat(path,
                                                ":1: there is no header that can be read; the "
                                                "first line names the columns"));
  }
  sheet.header_ = std::move(sheet.rows_.front().fields);
  sheet.rows_.erase(sheet.rows_.begin());
  CheckHeader(path, sheet.header_);
  for (SheetRow& row : sheet.rows_) {
    if (!row.problem.empty() || row.fields.size() == sheet.header_.size()) continue;
    row.problem = absl::StrCat("it has ", row.fields.size(), " fields, not ", sheet.header_.size());
  }
  return sheet;
}

size_t Sheet::ColumnOf(absl::string_view title) const {
  const auto found = std::find(header_.begin(), header_.end(), title);
  if (found != header_.end()) return static_cast<size_t>(found - header_.begin());
  throw CommandError(kExitError, absl::StrCat(path_, ":1: no column is called '", title,
                                              "'; there are: ", absl::StrJoin(header_, ", "),
                                              ". Mend the mapping"));
}

}  // namespace hourbook::cli
