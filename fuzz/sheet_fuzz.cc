// Sheets of an import: a byte for the encoding, one for what its rows are, and the file. What is
// refused says where; a sheet that is read has the rows that a plain reader counts, and is the same
// once it was written and read again; and each of its rows is refused with a reason or asks for a
// chain of entries.
#include <algorithm>
#include <string>
#include <vector>

#include "absl/numeric/int128.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "fuzz/fuzz_input.h"
#include "fuzz/memory_file.h"
#include "fuzz/place.h"
#include "ledger/format/text.h"
#include "tools/hourbook/command_error.h"
#include "tools/hourbook/import/row_parser.h"
#include "tools/hourbook/import/sheet.h"

namespace hourbook::fuzz {
namespace {

using cli::Mapping;
using cli::Row;
using cli::Sheet;

// Those where a byte may become several characters, or several bytes one, among them.
constexpr const char* kEncodings[] = {"UTF-8",      "UTF-8",     "GB18030", "BIG5-HKSCS",
                                      "ISO-8859-1", "SHIFT_JIS", "TSCII",   "EUC-KR"};

// How many rows a text has, its header included: lines that are not blank, where what is between
// quotes is one line. Of a text that is a sheet.
size_t CountRows(absl::string_view text) {
  constexpr absl::string_view kByteOrderMark = "\xef\xbb\xbf";
  absl::ConsumePrefix(&text, kByteOrderMark);
  size_t rows = 0;
  bool is_quoted = false, is_blank = true;
  for (const char c : text) {
    const bool is_end = !is_quoted && (c == '\n' || c == '\r');
    if (c == '"') is_quoted = !is_quoted;
    if (is_end && !is_blank) ++rows;
    if (is_end) is_blank = true;
    if (!is_end && c != ' ' && c != '\t') is_blank = false;
  }
  return rows + (is_blank ? 0 : 1);
}

bool IsUtf8(absl::string_view text) {
  while (!text.empty()) {
    const auto first = FirstCodePoint(text);
    if (!first) return false;
    text.remove_prefix(first->length);
  }
  return true;
}

std::string Quoted(const std::vector<std::string>& fields) {
  const auto quote = [](std::string* out, const std::string& field) {
    absl::StrAppend(out, "\"", absl::StrReplaceAll(field, {{"\"", "\"\""}}), "\"");
  };
  return absl::StrJoin(fields, ",", quote) + "\n";
}

// The rows that can be read, written with every field in quotes, are the same rows. The header's
// titles do not matter, but how many they are.
void CheckAgain(const Sheet& sheet) {
  std::vector<std::vector<std::string>> rows;
  for (const cli::SheetRow& row : sheet.rows()) {
    if (row.problem.empty()) rows.push_back(row.fields);
  }
  if (rows.empty()) return;
  std::vector<std::string> titles;
  for (size_t i = 0; i < rows[0].size(); ++i) titles.push_back(absl::StrCat("title ", i));
  std::string written = Quoted(titles);
  for (const auto& row : rows) written += Quoted(row);
  const MemoryFile file(written);
  const Sheet again = Sheet::Read(file.path(), "UTF-8");
  FUZZ_CHECK(again.rows().size() == rows.size());
  for (size_t i = 0; i < rows.size(); ++i) {
    FUZZ_CHECK(again.rows()[i].problem.empty() && again.rows()[i].fields == rows[i]);
  }
}

void CheckSheet(const Sheet& sheet, absl::string_view text) {
  uint64_t line = 1;
  for (const cli::SheetRow& row : sheet.rows()) {
    FUZZ_CHECK(row.line > line);
    line = row.line;
    for (const std::string& field : row.fields) FUZZ_CHECK(IsUtf8(field));
  }
  FUZZ_CHECK(line <= text.size() + 1 && sheet.digest().size() == 64);
  CheckAgain(sheet);
}

const Mapping& SomeMapping(bool has_whole_times) {
  static const Mapping* const mappings = [] {
    static Mapping two[2];
    for (Mapping& mapping : two) {
      mapping.zone = absl::FixedTimeZone(8 * 3'600);
      mapping.programme = "p";
      mapping.date_format = "%Y-%m-%d";
      mapping.time_format = "%H:%M";
      mapping.datetime_format = "%Y-%m-%d %H:%M";
      mapping.categories = {{"care", 1}, {"patrol", 2}};
    }
    two[1].time_format = "%Y-%m-%d %H:%M";  // tells the time of day whole, and a day of its own
    return two;
  }();
  return mappings[has_whole_times ? 1 : 0];
}

std::vector<Row> RowsOf(const Mapping& mapping, uint32_t what, const Sheet& sheet) {
  const cli::Secret secret(cli::Hash{});
  const cli::RowParser parser(mapping, secret, {{1, {{0, 10}}}, {2, {{0, INT64_MAX}}}});
  const cli::ServiceSheet services{.file = {},
                                   .key = "k",
                                   .volunteer = "v",
                                   .team = "t",
                                   .activity = "a",
                                   .category = "c",
                                   .date = "d",
                                   .start = "s",
                                   .end = "e",
                                   .recorder = "r",
                                   .verifier = "x"};
  const cli::GrantSheet grants{.file = {},
                               .key = "k",
                               .volunteer = "v",
                               .time = "s",
                               .time_otherwise = "e",
                               .state = "c",
                               .points = "p",
                               .granted = "yes",
                               .code = 7,
                               .most_points = 50};
  const cli::RedemptionSheet redemptions{.file = {},
                                         .key = "k",
                                         .volunteer = "v",
                                         .station = "t",
                                         .item = "a",
                                         .points = "p",
                                         .time = "s",
                                         .result = "c",
                                         .posted = "yes",
                                         .voided = "no",
                                         .timed_out = "late"};
  if (what == 0) return parser.Services(services, sheet, 0);
  return what == 1 ? parser.Grants(grants, sheet, 0) : parser.Redemptions(redemptions, sheet, 0);
}

// What stands or falls together: all but the last are linked, all are imported, each has an id.
void CheckChain(const std::vector<hbk_entry>& entries) {
  constexpr int64_t kMinute = 60'000'000'000;
  for (size_t i = 0; i < entries.size(); ++i) {
    const bool is_last = i + 1 == entries.size();
    FUZZ_CHECK(((entries[i].flags & HBK_FLAG_LINKED) == 0) == is_last);
    FUZZ_CHECK((entries[i].flags & HBK_FLAG_IMPORTED) != 0 && entries[i].recorded_at != 0);
    if (entries[i].kind != HBK_KIND_SERVICE) continue;
    FUZZ_CHECK(entries[i].occurred_at <= entries[i].recorded_at);
    const auto minutes = static_cast<absl::int128>(entries[i].amount);
    const absl::int128 left =
        absl::int128(entries[i].recorded_at) - entries[i].occurred_at - minutes * kMinute;
    FUZZ_CHECK(left >= 0 && left < kMinute);
  }
}

void CheckRows(const Mapping& mapping, uint32_t what, const Sheet& sheet) {
  const std::vector<Row> rows = RowsOf(mapping, what, sheet);
  FUZZ_CHECK(rows.size() == sheet.rows().size());
  for (size_t i = 0; i < rows.size(); ++i) {
    FUZZ_CHECK(rows[i].line == sheet.rows()[i].line);
    FUZZ_CHECK(rows[i].refused.empty() == rows[i].problem.empty());
    FUZZ_CHECK(rows[i].refused.empty() == !rows[i].entries.empty());
    FUZZ_CHECK(rows[i].refused.empty() || rows[i].refused == "malformed" ||
               rows[i].refused == "not_closed_out");
    CheckChain(rows[i].entries);
  }
}

void Check(FuzzInput input) {
  const uint32_t encoding = input.Below(std::size(kEncodings));
  const uint32_t what = input.Below(6);
  const std::string text = input.TakeRest();
  const MemoryFile file(text);
  try {
    const Sheet sheet = Sheet::Read(file.path(), kEncodings[encoding]);
    CheckSheet(sheet, text);
    if (encoding < 2) FUZZ_CHECK(sheet.rows().size() + 1 == CountRows(text));
    CheckRows(SomeMapping(what > 2), what % 3, sheet);
  } catch (const cli::CommandError& error) {
    CheckPlace(error.what(), file.path(), text);
  }
}

}  // namespace
}  // namespace hourbook::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  hourbook::fuzz::Check(hourbook::fuzz::FuzzInput(data, size));
  return 0;
}
