#include "tools/hourbook/import/row_parser.h"

#include <cstring>
#include <iterator>
#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"

namespace hourbook::cli {
namespace {

constexpr uint64_t kNanosPerMinute = 60'000'000'000;

// The times of a sheet may lie farther apart than int64_t counts.
uint64_t NanosBetween(int64_t start, int64_t end) {
  return static_cast<uint64_t>(end) - static_cast<uint64_t>(start);
}

template <size_t kSize>
void Copy(const std::array<uint8_t, kSize>& from, uint8_t (&to)[kSize]) {
  std::memcpy(to, from.data(), kSize);
}

void Refuse(Row& row, const char* reason, std::string problem) {
  row.refused = reason;
  row.problem = std::move(problem);
}

void Malformed(Row& row, std::string problem) { Refuse(row, "malformed", std::move(problem)); }

// A row of the sheet for each of its rows. Those that can be read are filled in by `fill`, which
// may still refuse them.
std::vector<Row> RowsOf(
    const Sheet& sheet, size_t number, RowKind kind, const std::string& key,
    absl::FunctionRef<void(const std::vector<std::string>& fields, Row&)> fill) {
  const size_t key_column = sheet.ColumnOf(key);
  std::vector<Row> rows;
  for (const SheetRow& from : sheet.rows()) {
    Row& row = rows.emplace_back(Row{.kind = kind,
                                     .sheet = number,
                                     .line = from.line,
                                     .key = "",
                                     .refused = "",
                                     .problem = "",
                                     .entries = {}});
    if (!from.problem.empty()) {
      Malformed(row, from.problem);
      continue;
    }
    row.key = from.fields[key_column];
    if (row.key.empty()) {
      Malformed(row, "it has no key");
    } else {
      fill(from.fields, row);
    }
  }
  return rows;
}

// Whole points. False, and the row refused, where the text says anything else.
bool ReadPoints(const std::string& text, uint64_t& points, Row& row) {
  const bool is_number = absl::SimpleAtoi(text, &points);
  if (!is_number) Malformed(row, "its points are no whole number");
  return is_number;
}

}  // namespace

std::optional<int64_t> SheetClock::Parse(const std::string& format, const std::string& text) const {
  absl::Time time;
  std::string error;
  // Abseil takes an empty text for the start of 1970.
  if (text.empty() || !absl::ParseTime(format, text, mapping_.zone, &time, &error)) {
    return std::nullopt;
  }
  if (time < absl::FromUnixNanos(INT64_MIN) || time > absl::FromUnixNanos(INT64_MAX)) {
    return std::nullopt;
  }
  return absl::ToUnixNanos(time);
}

std::optional<int64_t> SheetClock::Date(const std::string& text) const {
  return Parse(mapping_.date_format, text);
}

std::optional<int64_t> SheetClock::DateTime(const std::string& text) const {
  return Parse(mapping_.datetime_format, text);
}

std::optional<int64_t> SheetClock::Time(const std::string& date, const std::string& time) const {
  if (date.empty() || time.empty()) return std::nullopt;
  return Parse(absl::StrCat(mapping_.date_format, " ", mapping_.time_format),
               absl::StrCat(date, " ", time));
}

int64_t SheetClock::DayAfter(int64_t at) const {
  constexpr int kCivilDay = 86'400;  // in seconds of the calendar, which has no changes of clocks
  const absl::CivilSecond today = absl::ToCivilSecond(absl::FromUnixNanos(at), mapping_.zone);
  return absl::ToUnixNanos(absl::FromCivil(today + kCivilDay, mapping_.zone));
}

hbk_entry RowParser::Blank(uint16_t kind, absl::string_view domain, const std::string& key,
                           int64_t time) const {
  hbk_entry entry{};
  Copy(secret_.Pseudonym(domain, key), entry.id);
  entry.kind = kind;
  entry.flags = HBK_FLAG_IMPORTED;
  entry.occurred_at = time;
  entry.recorded_at = time;
  return entry;
}

uint64_t RowParser::PointsFor(uint16_t category, int64_t start, uint64_t minutes) const {
  const auto rates = rates_.find(category);
  if (rates == rates_.end()) return 0;
  const auto next = rates->second.upper_bound(start);
  return next == rates->second.begin() ? 0 : minutes * std::prev(next)->second / 60;
}

hbk_entry RowParser::Service(const std::string& key, uint64_t minutes, uint16_t category,
                             int64_t start, int64_t end) const {
  hbk_entry service = Blank(HBK_KIND_SERVICE, "service", key, end);
  service.occurred_at = start;
  service.amount = minutes;
  service.unit = HBK_UNIT_MINUTE;
  service.code = category;
  return service;
}

hbk_entry RowParser::AwardFor(const hbk_entry& service, const std::string& key, uint64_t points,
                              int64_t end) const {
  hbk_entry award = Blank(HBK_KIND_AWARD, "award", key, end);
  Copy(secret_.Pseudonym("programme", mapping_.programme), award.debit);
  std::memcpy(award.credit, service.credit, sizeof(award.credit));
  std::memcpy(award.ref, service.id, sizeof(award.ref));
  award.amount = points;
  award.unit = HBK_UNIT_POINT;
  award.code = service.code;
  return award;
}

std::vector<Row> RowParser::Services(const ServiceSheet& map, const Sheet& sheet,
                                     size_t number) const {
  const size_t volunteer = sheet.ColumnOf(map.volunteer), team = sheet.ColumnOf(map.team),
               activity = sheet.ColumnOf(map.activity), category = sheet.ColumnOf(map.category),
               date = sheet.ColumnOf(map.date), sign_in = sheet.ColumnOf(map.start),
               sign_out = sheet.ColumnOf(map.end), recorder = sheet.ColumnOf(map.recorder),
               verifier = sheet.ColumnOf(map.verifier);
  const auto fill = [&](const std::vector<std::string>& fields, Row& row) {
    const std::optional<int64_t> start = clock_.Time(fields[date], fields[sign_in]);
    std::optional<int64_t> end = clock_.Time(fields[date], fields[sign_out]);
    const auto code = mapping_.categories.find(fields[category]);
    if (!start || !end) return Malformed(row, "its date, sign-in or sign-out cannot be read");
    if (code == mapping_.categories.end()) {
      return Malformed(row, absl::StrCat("the mapping lists no category '", fields[category], "'"));
    }
    if (*end < *start) end = clock_.DayAfter(*end);  // signed out after midnight
    if (*end < *start) return Malformed(row, "its sign-out is more than a day before its sign-in");
    row.time = *end;
    const uint64_t minutes = NanosBetween(*start, *end) / kNanosPerMinute;
    hbk_entry service = Service(row.key, minutes, code->second, *start, *end);
    Copy(secret_.Pseudonym("team", fields[team]), service.debit);
    Copy(secret_.Pseudonym("volunteer", fields[volunteer]), service.credit);
    Copy(secret_.Pseudonym("recorder", fields[verifier]), service.ref);
    Copy(secret_.Pseudonym("recorder", fields[recorder]), service.recorder);
    Copy(secret_.Pseudonym("activity", fields[activity]), service.activity);
    Copy(secret_.Commit(fields), service.evidence);
    const uint64_t points = PointsFor(code->second, *start, minutes);
    if (points > 0) service.flags |= HBK_FLAG_LINKED;
    row.entries = {service};
    if (points > 0) row.entries.push_back(AwardFor(service, row.key, points, *end));
  };
  return RowsOf(sheet, number, RowKind::kService, map.key, fill);
}

std::vector<Row> RowParser::Grants(const GrantSheet& map, const Sheet& sheet, size_t number) const {
  const size_t volunteer = sheet.ColumnOf(map.volunteer), time = sheet.ColumnOf(map.time),
               state = sheet.ColumnOf(map.state), points = sheet.ColumnOf(map.points);
  const size_t otherwise = map.time_otherwise.empty() ? time : sheet.ColumnOf(map.time_otherwise);
  const auto fill = [&](const std::vector<std::string>& fields, Row& row) {
    const std::optional<int64_t> at =
        clock_.DateTime(fields[fields[time].empty() ? otherwise : time]);
    uint64_t amount = 0;
    if (!at) return Malformed(row, "its time cannot be read");
    if (!ReadPoints(fields[points], amount, row)) return;
    row.time = *at;
    if (fields[state] != map.granted) {
      return Refuse(row, "not_closed_out", "its state earns no points");
    }
    hbk_entry award = Blank(HBK_KIND_AWARD, "grant", row.key, *at);
    Copy(secret_.Pseudonym("programme", mapping_.programme), award.debit);
    Copy(secret_.Pseudonym("volunteer", fields[volunteer]), award.credit);
    Copy(secret_.Pseudonym("case", row.key), award.ref);
    Copy(secret_.Commit(fields), award.evidence);
    award.amount = amount;
    award.unit = HBK_UNIT_POINT;
    award.code = map.code;
    row.entries = {award};
  };
  return RowsOf(sheet, number, RowKind::kGrant, map.key, fill);
}

void RowParser::Redeem(hbk_entry redeem, Row& row) const {
  if (row.kind == RowKind::kTimedOut) {
    redeem.timeout = kTimedOutAfter;
    row.entries = {redeem};
    return;
  }
  redeem.flags |= HBK_FLAG_LINKED;
  const bool posts = row.kind == RowKind::kPosted;
  hbk_entry second =
      Blank(posts ? HBK_KIND_POST : HBK_KIND_VOID, posts ? "post" : "void", row.key, row.time);
  std::memcpy(second.ref, redeem.id, sizeof(second.ref));
  row.entries = {redeem, second};
}

std::vector<Row> RowParser::Redemptions(const RedemptionSheet& map, const Sheet& sheet,
                                        size_t number) const {
  const size_t volunteer = sheet.ColumnOf(map.volunteer), station = sheet.ColumnOf(map.station),
               item = sheet.ColumnOf(map.item), points = sheet.ColumnOf(map.points),
               time = sheet.ColumnOf(map.time), result = sheet.ColumnOf(map.result);
  const std::map<std::string, RowKind> kinds = {{map.posted, RowKind::kPosted},
                                                {map.voided, RowKind::kVoided},
                                                {map.timed_out, RowKind::kTimedOut}};
  const auto fill = [&](const std::vector<std::string>& fields, Row& row) {
    const std::optional<int64_t> at = clock_.DateTime(fields[time]);
    const auto kind = kinds.find(fields[result]);
    uint64_t amount = 0;
    if (!at) return Malformed(row, "its time cannot be read");
    if (!ReadPoints(fields[points], amount, row)) return;
    if (kind == kinds.end()) {
      return Malformed(row, absl::StrCat("the mapping knows no result '", fields[result], "'"));
    }
    row.time = *at;
    row.kind = kind->second;
    hbk_entry redeem = Blank(HBK_KIND_REDEEM, "redeem", row.key, *at);
    redeem.flags |= HBK_FLAG_PENDING;
    Copy(secret_.Pseudonym("volunteer", fields[volunteer]), redeem.debit);
    Copy(secret_.Pseudonym("station", fields[station]), redeem.credit);
    Copy(secret_.Pseudonym("item", fields[item]), redeem.ref);
    Copy(secret_.Commit(fields), redeem.evidence);
    redeem.amount = amount;
    redeem.unit = HBK_UNIT_POINT;
    Redeem(redeem, row);
  };
  return RowsOf(sheet, number, RowKind::kPosted, map.key, fill);
}

}  // namespace hourbook::cli
