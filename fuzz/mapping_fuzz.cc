// Mappings of an import: what is refused says at which line and column, what is accepted is in
// range, and is the same once it was written as plainly as can be and read again.
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "api/hourbook.h"
#include "fuzz/fuzz_input.h"
#include "fuzz/memory_file.h"
#include "fuzz/place.h"
#include "tools/hourbook/command_error.h"
#include "tools/hourbook/import/mapping.h"
#include "tools/hourbook/names.h"

namespace hourbook::fuzz {
namespace {

using cli::Mapping;

// A TOML text with nothing but escapes for what is not plain.
std::string Quoted(absl::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f || c == '"' || c == '\\') {
      absl::StrAppendFormat(&quoted, "\\u%04x", byte);
    } else {
      quoted += c;
    }
  }
  return quoted + "\"";
}

std::string Line(absl::string_view key, absl::string_view value) {
  return absl::StrCat(key, " = ", Quoted(value), "\n");
}

std::string FileLines(const cli::SheetFile& file) {
  return Line("file", file.path) + Line("encoding", file.encoding);
}

// An offset in whole minutes, as the key utc_offset has it.
std::string OffsetText(int seconds) {
  const int minutes = std::abs(seconds) / 60;
  return absl::StrFormat("%c%02d:%02d", seconds < 0 ? '-' : '+', minutes / 60, minutes % 60);
}

std::string Head(const Mapping& mapping) {
  const bool is_fixed =
      absl::StartsWith(mapping.zone.name(), "Fixed/") || mapping.zone.name() == "UTC";
  const int offset = mapping.zone.At(absl::UnixEpoch()).offset;
  std::string text = "[town]\n";
  text +=
      is_fixed ? Line("utc_offset", OffsetText(offset)) : Line("time_zone", mapping.zone.name());
  absl::StrAppend(&text, Line("programme", mapping.programme), "budget = ", mapping.budget,
                  "\nmax_service_minutes = ", mapping.max_service_minutes,
                  "\ndaily_cap_minutes = ", mapping.daily_cap_minutes, "\n",
                  Line("date_format", mapping.date_format),
                  Line("time_format", mapping.time_format),
                  Line("datetime_format", mapping.datetime_format), "[categories]\n");
  for (const auto& [name, code] : mapping.categories)
    absl::StrAppend(&text, Quoted(name), " = ", code, "\n");
  return text;
}

std::string Written(const Mapping& mapping) {
  std::string text = Head(mapping);
  for (const cli::PartySheet& sheet : mapping.parties) {
    text += "[[parties]]\n" + FileLines(sheet.file) + Line("number", sheet.number);
    text += Line("kind", cli::NameOf(cli::PartyKindNames(), sheet.kind));
    if (!sheet.name.empty()) text += Line("name", sheet.name);
  }
  if (mapping.tariff) {
    text += "[tariff]\n" + FileLines(mapping.tariff->file) +
            Line("category", mapping.tariff->category) + Line("rate", mapping.tariff->rate) +
            Line("from", mapping.tariff->from);
  }
  for (const cli::ServiceSheet& sheet : mapping.services) {
    text += "[[services]]\n" + FileLines(sheet.file) + Line("key", sheet.key) +
            Line("volunteer", sheet.volunteer) + Line("team", sheet.team) +
            Line("activity", sheet.activity) + Line("category", sheet.category) +
            Line("date", sheet.date) + Line("start", sheet.start) + Line("end", sheet.end) +
            Line("recorder", sheet.recorder) + Line("verifier", sheet.verifier);
  }
  for (const cli::GrantSheet& sheet : mapping.grants) {
    text += "[[grants]]\n" + FileLines(sheet.file) + Line("key", sheet.key) +
            Line("volunteer", sheet.volunteer) + Line("time", sheet.time) +
            Line("time_otherwise", sheet.time_otherwise) + Line("state", sheet.state) +
            Line("points", sheet.points) + Line("granted", sheet.granted);
    absl::StrAppend(&text, "code = ", sheet.code, "\nmost_points = ", sheet.most_points, "\n");
  }
  for (const cli::RedemptionSheet& sheet : mapping.redemptions) {
    text += "[[redemptions]]\n" + FileLines(sheet.file) + Line("key", sheet.key) +
            Line("volunteer", sheet.volunteer) + Line("station", sheet.station) +
            Line("item", sheet.item) + Line("points", sheet.points) + Line("time", sheet.time) +
            Line("result", sheet.result) + Line("posted", sheet.posted) +
            Line("voided", sheet.voided) + Line("timed_out", sheet.timed_out);
  }
  return text;
}

void CheckRange(const Mapping& mapping) {
  constexpr int kDay = 86'400;
  const int offset = mapping.zone.At(absl::UnixEpoch()).offset;
  FUZZ_CHECK(-kDay < offset && offset < kDay);
  FUZZ_CHECK(mapping.budget <= INT64_MAX);
  FUZZ_CHECK(mapping.max_service_minutes >= 1 && mapping.max_service_minutes <= 1'440);
  FUZZ_CHECK(mapping.daily_cap_minutes >= 1 && mapping.daily_cap_minutes <= 1'440);
  for (const auto& [name, code] : mapping.categories) FUZZ_CHECK(code >= 1);
  for (const cli::PartySheet& sheet : mapping.parties) {
    FUZZ_CHECK(sheet.kind >= HBK_PARTY_VOLUNTEER && sheet.kind <= HBK_PARTY_RECORDER);
  }
  for (const cli::GrantSheet& sheet : mapping.grants) {
    FUZZ_CHECK(sheet.code >= 1 && sheet.most_points >= 1 && sheet.most_points <= INT64_MAX);
  }
  for (const cli::RedemptionSheet& sheet : mapping.redemptions) {
    FUZZ_CHECK((std::set{sheet.posted, sheet.voided, sheet.timed_out}.size() == 3));
  }
}

void Check(absl::string_view text) {
  const MemoryFile file(text);
  Mapping mapping;
  try {
    mapping = cli::LoadMapping(file.path());
  } catch (const cli::CommandError& error) {
    CheckPlace(error.what(), file.path(), text);
    return;
  }
  CheckRange(mapping);
  // Paths are resolved by now, so the two files need not lie at the same place.
  const std::string written = Written(mapping);
  const MemoryFile plain(written);
  FUZZ_CHECK(Written(cli::LoadMapping(plain.path())) == written);
}

}  // namespace
}  // namespace hourbook::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  hourbook::fuzz::Check(absl::string_view(reinterpret_cast<const char*>(data), size));
  return 0;
}
