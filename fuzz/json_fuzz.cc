// Lines of JSON, as append takes them: lines are those between newlines, what is refused says at
// which column, and an entry that is accepted is the same once it was printed and read again.
#include <cstring>
#include <string>
#include <vector>

#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "fuzz/fuzz_input.h"
#include "fuzz/memory_file.h"
#include "tools/hourbook/append/entry_parser.h"
#include "tools/hourbook/append/line_reader.h"
#include "tools/hourbook/json.h"

namespace hourbook::fuzz {
namespace {

using cli::LineReader;

constexpr size_t kLongest = 4'096;

// What a listing shows beside what append takes.
std::string AsAppendTakesIt(const hbk_entry& entry) {
  cli::Json json = cli::EntryJson(entry, cli::LocalClock());
  for (const char* const given : {"index", "prev_debit", "prev_credit"}) json.erase(given);
  for (const char* const of_genesis : {"origin", "time_zone", "utc_offset", "authority"}) {
    json.erase(of_genesis);
  }
  return json.dump(-1, ' ', false, cli::Json::error_handler_t::strict);
}

void CheckLine(absl::string_view line) {
  hbk_entry entry;
  try {
    entry = cli::ParseEntry(line);
  } catch (const cli::EntrySyntaxError& error) {
    FUZZ_CHECK(error.column() >= 1 && error.column() <= line.size() + 1);
    FUZZ_CHECK(error.what()[0] != '\0');
    return;
  }
  FUZZ_CHECK(entry.index == 0 && entry.prev_debit == 0 && entry.prev_credit == 0 &&
             entry.reserved == 0);
  const std::string printed = AsAppendTakesIt(entry);
  const hbk_entry again = cli::ParseEntry(printed);
  FUZZ_CHECK(std::memcmp(&entry, &again, sizeof(entry)) == 0);
}

void Check(absl::string_view text) {
  std::vector<absl::string_view> lines = absl::StrSplit(text, '\n');
  if (lines.back().empty()) lines.pop_back();
  const MemoryFile file(text);
  LineReader reader(file.descriptor(), kLongest);
  for (const absl::string_view line : lines) {
    absl::string_view read;
    const LineReader::Result result = reader.Next(read);
    if (line.size() > kLongest) {
      FUZZ_CHECK(result == LineReader::Result::kTooLong);
      return;
    }
    FUZZ_CHECK(result == LineReader::Result::kLine && read == line);
    CheckLine(line);
  }
  absl::string_view none;
  FUZZ_CHECK(reader.Next(none) == LineReader::Result::kEnd && reader.number() == lines.size());
}

}  // namespace
}  // namespace hourbook::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  hourbook::fuzz::Check(absl::string_view(reinterpret_cast<const char*>(data), size));
  return 0;
}
