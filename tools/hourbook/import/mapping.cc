#include "tools/hourbook/import/mapping.h"

#include <toml++/toml.h>

#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "api/hourbook.h"
#include "tools/hourbook/command_error.h"
#include "tools/hourbook/text_file.h"
#include "tools/hourbook/local_time.h"
#include "tools/hourbook/names.h"

namespace hourbook::cli {
namespace {

// One table of the file. Remembers which keys were asked for, so that others can be refused: a key
// with a slip of the pen must not be ignored.
class Section {
 public:
  Section(const std::string& path, std::string name, const toml::table& table)
      : path_(path), name_(std::move(name)), table_(table) {}

  bool Has(absl::string_view key) { return Find(key) != nullptr; }

  std::string Text(absl::string_view key) { return Required<std::string>(key, "a text"); }

  std::string TextOr(absl::string_view key, absl::string_view otherwise) {
    return Has(key) ? Text(key) : std::string(otherwise);
  }

  uint64_t Number(absl::string_view key, uint64_t least, uint64_t most) {
    const auto number = Required<int64_t>(key, "a whole number");
    if (number >= 0 && static_cast<uint64_t>(number) >= least &&
        static_cast<uint64_t>(number) <= most) {
      return static_cast<uint64_t>(number);
    }
    FailAt(key, absl::StrCat("'", key, "' must be ", least, " to ", most));
  }

  const toml::table& Table(absl::string_view key) {
    const toml::node* const node = Find(key);
    if (node != nullptr && node->is_table()) return *node->as_table();
    FailAt(key, absl::StrCat("the table [", key, "] is missing"));
  }

  // The tables of [[key]], none where there is no such key.
  std::vector<Section> Tables(absl::string_view key) {
    std::vector<Section> sections;
    const toml::node* const node = Find(key);
    if (node == nullptr) return sections;
    if (!node->is_array_of_tables()) Fail(*node, absl::StrCat("write [[", key, "]]"));
    for (const toml::node& element : *node->as_array()) {
      sections.emplace_back(path_, std::string(key), *element.as_table());
    }
    return sections;
  }

  void RefuseOtherKeys() const {
    for (const auto& [key, node] : table_) {
      if (known_.count(std::string(key.str())) != 0) continue;
      Fail(node, absl::StrCat("the key '", std::string(key.str()), "' is unknown here; [", name_,
                              "] takes: ", absl::StrJoin(known_, ", ")));
    }
  }

  [[noreturn]] void Fail(const toml::node& at, absl::string_view what) const {
    throw CommandError(kExitError, absl::StrCat(path_, ":", at.source().begin.line, ":",
                                                at.source().begin.column, ": ", what));
  }

  // At the key, which there is, or else at the table.
  [[noreturn]] void FailAt(absl::string_view key, absl::string_view what) {
    const toml::node* const node = Find(key);
    Fail(node == nullptr ? static_cast<const toml::node&>(table_) : *node, what);
  }

 private:
  const toml::node* Find(absl::string_view key) {
    known_.insert(std::string(key));
    return table_.get(std::string(key));
  }

  template <class T>
  T Required(absl::string_view key, absl::string_view type) {
    const toml::node* const node = Find(key);
    if (node == nullptr) Fail(table_, absl::StrCat("[", name_, "] needs the key '", key, "'"));
    const std::optional<T> value = node->value_exact<T>();
    if (!value) Fail(*node, absl::StrCat("'", key, "' must be ", type));
    return *value;
  }

  const std::string& path_;
  std::string name_;
  const toml::table& table_;
  std::set<std::string> known_;
};

absl::TimeZone ParseOffset(Section& section) {
  const std::string text = section.Text("utc_offset");
  // The offset of an instant written with it.
  const std::optional<int64_t> there = ParseTime(absl::StrCat("2000-01-01T00:00:00", text));
  const std::optional<int64_t> utc = ParseTime("2000-01-01T00:00:00Z");
  if (there) return absl::FixedTimeZone(static_cast<int>((*utc - *there) / 1'000'000'000));
  section.FailAt("utc_offset", "'utc_offset' must be like \"+08:00\"");
}

// Times are of one offset for ever, or of a place whose clocks may change.
absl::TimeZone ParseZone(Section& section) {
  if (!section.Has("time_zone")) return ParseOffset(section);
  if (section.Has("utc_offset")) {
    section.FailAt("utc_offset", "give 'utc_offset' or 'time_zone', not both");
  }
  const std::string name = section.Text("time_zone");
  absl::TimeZone zone;
  if (absl::LoadTimeZone(name, &zone)) return zone;
  section.FailAt("time_zone", absl::StrCat("the time zone '", name,
                                           "' is unknown; names are like Asia/Shanghai, and the "
                                           "package tzdata has them"));
}

// A format of strftime's that tells such a time whole: what it writes, it reads back.
std::string ParseFormat(Section& section, absl::string_view key, absl::string_view otherwise,
                        absl::CivilMinute example) {
  const std::string format = section.TextOr(key, otherwise);
  const absl::TimeZone utc = absl::UTCTimeZone();
  const std::string text = absl::FormatTime(format, absl::FromCivil(example, utc), utc);
  absl::Time time;
  std::string error;
  if (absl::ParseTime(format, text, utc, &time, &error) &&
      absl::ToCivilMinute(time, utc) == example) {
    return format;
  }
  section.FailAt(key, absl::StrCat("'", key,
                                   "' leaves out a part of the time, or names none; the "
                                   "usual one is \"",
                                   otherwise, "\""));
}

SheetFile ParseFile(const std::string& mapping, Section& section) {
  return {RelativeTo(mapping, section.Text("file")), section.TextOr("encoding", "UTF-8")};
}

void ParseTown(Section section, Mapping& mapping) {
  constexpr uint64_t kMinutesPerDay = 1'440;
  mapping.zone = ParseZone(section);
  mapping.programme = section.Text("programme");
  mapping.budget = section.Number("budget", 0, INT64_MAX);
  mapping.max_service_minutes = section.Number("max_service_minutes", 1, kMinutesPerDay);
  mapping.daily_cap_minutes = section.Number("daily_cap_minutes", 1, kMinutesPerDay);
  const absl::CivilMinute midnight(2025, 11, 23), time(1970, 1, 1, 14, 35);
  const absl::CivilMinute both(2025, 11, 23, 14, 35);
  mapping.date_format = ParseFormat(section, "date_format", "%Y-%m-%d", midnight);
  mapping.time_format = ParseFormat(section, "time_format", "%H:%M", time);
  mapping.datetime_format = ParseFormat(section, "datetime_format", "%Y-%m-%d %H:%M", both);
  section.RefuseOtherKeys();
}

void ParseCategories(const std::string& path, const toml::table& table, Mapping& mapping) {
  Section section(path, "categories", table);
  for (const auto& [key, node] : table) {
    const std::string name(key.str());
    mapping.categories[name] = static_cast<uint16_t>(section.Number(name, 1, UINT16_MAX));
  }
}

bool IsPerson(uint16_t kind) {
  return kind == HBK_PARTY_VOLUNTEER || kind == HBK_PARTY_BENEFICIARY || kind == HBK_PARTY_RECORDER;
}

PartySheet ParseParties(const std::string& path, Section section) {
  PartySheet sheet{.file = ParseFile(path, section),
                   .kind = 0,
                   .number = section.Text("number"),
                   .name = section.TextOr("name", "")};
  const std::optional<uint16_t> kind = NumberOf(PartyKindNames(), section.Text("kind"));
  if (!kind) {
    section.FailAt("kind", absl::StrCat("'kind' must be one of: ", ListOf(PartyKindNames())));
  }
  sheet.kind = *kind;
  if (IsPerson(sheet.kind) && !sheet.name.empty()) {
    section.FailAt("name", "people are reported by their number; leave out their 'name'");
  }
  section.RefuseOtherKeys();
  return sheet;
}

TariffSheet ParseTariff(const std::string& path, Section section) {
  TariffSheet sheet{.file = ParseFile(path, section),
                    .category = section.Text("category"),
                    .rate = section.Text("rate"),
                    .from = section.Text("from")};
  section.RefuseOtherKeys();
  return sheet;
}

ServiceSheet ParseServices(const std::string& path, Section section) {
  ServiceSheet sheet{.file = ParseFile(path, section),
                     .key = section.Text("key"),
                     .volunteer = section.Text("volunteer"),
                     .team = section.Text("team"),
                     .activity = section.Text("activity"),
                     .category = section.Text("category"),
                     .date = section.Text("date"),
                     .start = section.Text("start"),
                     .end = section.Text("end"),
                     .recorder = section.Text("recorder"),
                     .verifier = section.Text("verifier")};
  section.RefuseOtherKeys();
  return sheet;
}

GrantSheet ParseGrants(const std::string& path, Section section) {
  GrantSheet sheet{.file = ParseFile(path, section),
                   .key = section.Text("key"),
                   .volunteer = section.Text("volunteer"),
                   .time = section.Text("time"),
                   .time_otherwise = section.TextOr("time_otherwise", ""),
                   .state = section.Text("state"),
                   .points = section.Text("points"),
                   .granted = section.Text("granted"),
                   .code = static_cast<uint16_t>(section.Number("code", 1, UINT16_MAX)),
                   .most_points = section.Number("most_points", 1, INT64_MAX)};
  section.RefuseOtherKeys();
  return sheet;
}

RedemptionSheet ParseRedemptions(const std::string& path, Section section) {
  RedemptionSheet sheet{.file = ParseFile(path, section),
                        .key = section.Text("key"),
                        .volunteer = section.Text("volunteer"),
                        .station = section.Text("station"),
                        .item = section.Text("item"),
                        .points = section.Text("points"),
                        .time = section.Text("time"),
                        .result = section.Text("result"),
                        .posted = section.Text("posted"),
                        .voided = section.Text("voided"),
                        .timed_out = section.Text("timed_out")};
  if (std::set{sheet.posted, sheet.voided, sheet.timed_out}.size() < 3) {
    section.FailAt("posted", "'posted', 'voided' and 'timed_out' must be three different results");
  }
  section.RefuseOtherKeys();
  return sheet;
}

toml::table ParseToml(const std::string& path) {
  try {
    return toml::parse(ReadFile(path), path);
  } catch (const toml::parse_error& error) {
    throw CommandError(kExitError, absl::StrCat(path, ":", error.source().begin.line, ":",
                                                error.source().begin.column, ": ",
                                                std::string(error.description())));
  }
}

}  // namespace

Mapping LoadMapping(const std::string& path) {
  const toml::table table = ParseToml(path);
  Mapping mapping{};
  mapping.path = path;
  Section root(path, "the file", table);
  ParseTown(Section(path, "town", root.Table("town")), mapping);
  ParseCategories(path, root.Table("categories"), mapping);
  for (Section& section : root.Tables("parties")) {
    mapping.parties.push_back(ParseParties(path, section));
  }
  if (root.Has("tariff")) {  // without one, services earn nothing
    mapping.tariff = ParseTariff(path, Section(path, "tariff", root.Table("tariff")));
  }
  for (Section& section : root.Tables("services")) {
    mapping.services.push_back(ParseServices(path, section));
  }
  for (Section& section : root.Tables("grants")) {
    mapping.grants.push_back(ParseGrants(path, section));
  }
  for (Section& section : root.Tables("redemptions")) {
    mapping.redemptions.push_back(ParseRedemptions(path, section));
  }
  root.RefuseOtherKeys();
  return mapping;
}

}  // namespace hourbook::cli
