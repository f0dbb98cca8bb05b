// hourbook report: what the ledger holds of a town, under the numbers that its sheets use.
#include <algorithm>
#include <iterator>
#include <memory>
#include <optional>

#include "absl/strings/str_cat.h"
#include "tools/hourbook/amount.h"
#include "tools/hourbook/command_error.h"
#include "tools/hourbook/hex.h"
#include "tools/hourbook/import/command.h"
#include "tools/hourbook/import/mapping.h"
#include "tools/hourbook/import/pseudonym.h"
#include "tools/hourbook/import/sheet.h"
#include "tools/hourbook/json.h"
#include "tools/hourbook/names.h"
#include "tools/hourbook/output.h"
#include "tools/hourbook/reader.h"
#include "tools/hourbook/table.h"

namespace hourbook::cli {
namespace {

struct ReportArguments {
  std::string directory, mapping, secret;
  uint64_t top = 10;
  bool all = false, json = false;
};

struct Line {
  uint16_t kind;
  std::string number;
  std::string name;  // empty for volunteers
  hbk_balance minutes;
  hbk_balance points;
};

// Nothing where the ledger does not know the party.
std::optional<hbk_balance> BalanceOf(const Reader& reader, const Id& party, uint16_t unit) {
  hbk_balance balance{};
  hbk_error error = HBK_ERROR_INIT;
  const hbk_status status =
      hbk_account_balance(reader.snapshot.get(), party.data(), unit, &balance, &error);
  if (status == HBK_NOT_FOUND) return std::nullopt;
  Check(status, error);
  return balance;
}

class Lines {
 public:
  Lines(const Reader& reader, const Mapping& mapping, const Secret& secret)
      : reader_(reader), secret_(secret) {
    if (!Add(HBK_PARTY_PROGRAMME, mapping.programme, "")) {
      // Better no answer than zeros everywhere.
      throw CommandError(kExitError,
                         absl::StrCat("the ledger knows no programme '", mapping.programme,
                                      "' under this secret; import the sheets first, or use the "
                                      "secret of their import"));
    }
    for (const PartySheet& map : mapping.parties) {
      const Sheet sheet = Sheet::Read(map.file.path, map.file.encoding);
      const size_t number = sheet.ColumnOf(map.number);
      for (const SheetRow& row : sheet.rows()) {
        if (!row.problem.empty()) continue;
        Add(map.kind, row.fields[number],
            map.name.empty() ? "" : row.fields[sheet.ColumnOf(map.name)]);
      }
    }
  }

  const std::vector<Line>& all() const { return lines_; }

  std::vector<Line> Of(uint16_t kind) const {
    std::vector<Line> lines;
    std::copy_if(lines_.begin(), lines_.end(), std::back_inserter(lines),
                 [kind](const Line& line) { return line.kind == kind; });
    return lines;
  }

 private:
  // Whether the ledger knows the party. One that it does not has moved nothing yet.
  bool Add(uint16_t kind, const std::string& number, const std::string& name) {
    const Id party = secret_.Pseudonym(NameOf(PartyKindNames(), kind), number);
    const std::optional<hbk_balance> minutes = BalanceOf(reader_, party, HBK_UNIT_MINUTE);
    const std::optional<hbk_balance> points = BalanceOf(reader_, party, HBK_UNIT_POINT);
    lines_.push_back(
        {kind, number, name, minutes.value_or(hbk_balance{}), points.value_or(hbk_balance{})});
    return minutes.has_value();
  }

  const Reader& reader_;
  const Secret& secret_;
  std::vector<Line> lines_;
};

// Volunteers by minutes, the most first; of equal ones the lower number first.
std::vector<Line> TopVolunteers(const Lines& lines, uint64_t most) {
  std::vector<Line> volunteers = lines.Of(HBK_PARTY_VOLUNTEER);
  std::stable_sort(volunteers.begin(), volunteers.end(), [](const Line& a, const Line& b) {
    return a.minutes.credits_posted > b.minutes.credits_posted;
  });
  volunteers.resize(std::min<size_t>(volunteers.size(), most));
  return volunteers;
}

// Points that the programme issued, and what of them volunteers have not spent yet.
struct Points {
  uint64_t issued = 0;
  uint64_t outstanding = 0;
};

Points PointsOf(const Lines& lines) {
  Points points;
  for (const Line& line : lines.all()) {
    if (line.kind == HBK_PARTY_PROGRAMME) points.issued += line.points.debits_posted;
    if (line.kind != HBK_PARTY_VOLUNTEER) continue;
    points.outstanding += line.points.credits_posted - line.points.debits_posted;
  }
  return points;
}

Json LineJson(const Line& line) {
  Json json = {{"kind", NameOf(PartyKindNames(), line.kind)}, {"number", line.number}};
  if (!line.name.empty()) json["name"] = line.name;
  json["minute"] = BalanceJson(line.minutes);
  json["point"] = BalanceJson(line.points);
  return json;
}

Json LinesJson(const std::vector<Line>& lines) {
  Json json = Json::array();
  for (const Line& line : lines) json.push_back(LineJson(line));
  return json;
}

void PrintReportJson(const Reader& reader, const Lines& lines, const ReportArguments& arguments) {
  Json json = {{"size", reader.stat.size}, {"root", HexText(reader.stat.root)}};
  if (arguments.all) {
    json["parties"] = LinesJson(lines.all());
  } else {
    json["teams"] = LinesJson(lines.Of(HBK_PARTY_TEAM));
    json["stations"] = LinesJson(lines.Of(HBK_PARTY_STATION));
    json["top_volunteers"] = LinesJson(TopVolunteers(lines, arguments.top));
    json["programme"] = LinesJson(lines.Of(HBK_PARTY_PROGRAMME));
    const Points points = PointsOf(lines);
    json["points"] = {{"issued", points.issued}, {"outstanding", points.outstanding}};
  }
  PrintJson(json);
}

void PrintTeams(const Lines& lines) {
  Table table({{"team"}, {"name"}, {"hours", Table::Align::kRight}});
  for (const Line& line : lines.Of(HBK_PARTY_TEAM)) {
    table.AddRow({line.number, line.name, HoursText(line.minutes.debits_posted)});
  }
  Print(absl::StrCat("Hours by team\n", table.TakeText(), "\n"));
}

void PrintStations(const Lines& lines) {
  Table table({{"station"}, {"name"}, {"points", Table::Align::kRight}});
  for (const Line& line : lines.Of(HBK_PARTY_STATION)) {
    table.AddRow({line.number, line.name, GroupedText(line.points.credits_posted)});
  }
  Print(absl::StrCat("Points redeemed by station\n", table.TakeText(), "\n"));
}

void PrintVolunteers(const std::vector<Line>& volunteers) {
  Table table(
      {{"volunteer"}, {"hours", Table::Align::kRight}, {"points left", Table::Align::kRight}});
  for (const Line& line : volunteers) {
    table.AddRow({line.number, HoursText(line.minutes.credits_posted),
                  NumberText(Net(line.points.debits_posted, line.points.credits_posted))});
  }
  Print(absl::StrCat("Volunteers with the most hours\n", table.TakeText(), "\n"));
}

void Report(const ReportArguments& arguments) {
  const Mapping mapping = LoadMapping(arguments.mapping);
  const Secret secret = Secret::Load(arguments.secret);
  const Reader reader = OpenReader(arguments.directory);
  const Lines lines(reader, mapping, secret);
  if (arguments.json) {
    PrintReportJson(reader, lines, arguments);
  } else {
    PrintTeams(lines);
    PrintStations(lines);
    PrintVolunteers(TopVolunteers(lines, arguments.top));
    const Points points = PointsOf(lines);
    Print(absl::StrCat("Points issued: ", GroupedText(points.issued),
                       "\nPoints not spent yet: ", GroupedText(points.outstanding), "\n"));
    Print(absl::StrCat("Entries: ", GroupedText(reader.stat.size),
                       "\nRoot: ", HexText(reader.stat.root), "\n"));
  }
  Flush();
}

}  // namespace

void AddReportCommand(CLI::App& app) {
  auto arguments = std::make_shared<ReportArguments>();
  CLI::App* const command = app.add_subcommand(
      "report",
      "Hours by team, points by station and the busiest volunteers, from the ledger,\n"
      "under the numbers of the sheets that a mapping names.\n"
      "Example: hourbook report town.ledger --mapping town.toml --secret town.secret");
  command->add_option("DIR", arguments->directory, "The ledger")->required();
  command->add_option("--mapping", arguments->mapping, "TOML file that explains the sheets")
      ->required();
  command->add_option("--secret", arguments->secret, "The key that the import used")->required();
  command->add_option("--top", arguments->top, "How many volunteers")
      ->capture_default_str()
      ->check(CLI::NonNegativeNumber);
  command->add_flag("--all", arguments->all, "With --json: every party and its balances");
  command->add_flag("--json", arguments->json, "Print as JSON");
  command->callback([arguments] { Report(*arguments); });
}

}  // namespace hourbook::cli
