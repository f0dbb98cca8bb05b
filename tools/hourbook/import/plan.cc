#include "tools/hourbook/import/plan.h"

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <iterator>
#include <limits>
#include <set>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "tools/hourbook/command_error.h"
#include "tools/hourbook/hex.h"
#include "tools/hourbook/import/anchors.h"
#include "tools/hourbook/import/row_parser.h"
#include "tools/hourbook/names.h"

namespace hourbook::cli {
namespace {

// What limits say holds from the beginning of time: for events before the ledger was made, too.
constexpr int64_t kAlways = std::numeric_limits<int64_t>::min();

class Planner {
 public:
  Planner(const Mapping& mapping, const Secret& secret, int64_t created_at)
      : mapping_(mapping), secret_(secret), created_at_(created_at), clock_(mapping) {}

  Plan Make() {
    SetUpProgramme();
    const Rates rates = SetUpTariff();
    for (const PartySheet& parties : mapping_.parties) SetUpParties(parties);
    const RowParser parser(mapping_, secret_, rates);
    std::vector<Row> events;
    for (const ServiceSheet& map : mapping_.services) {
      const auto [sheet, number] = Read(map.file);
      SetUpRecorders(map, sheet);
      Append(parser.Services(map, sheet, number), events);
    }
    for (const GrantSheet& map : mapping_.grants) {
      const auto [sheet, number] = Read(map.file);
      SetUpPolicy(HBK_POLICY_GRANT, map.code, map.most_points, kAlways, true);
      Append(parser.Grants(map, sheet, number), events);
    }
    for (const RedemptionSheet& map : mapping_.redemptions) {
      const auto [sheet, number] = Read(map.file);
      Append(parser.Redemptions(map, sheet, number), events);
    }
    std::stable_sort(events.begin(), events.end(),
                     [](const Row& a, const Row& b) { return a.time < b.time; });
    plan_.setup_rows = plan_.rows.size();
    Append(std::move(events), plan_.rows);
    AppendAnchor();
    return std::move(plan_);
  }

 private:
  static void Append(std::vector<Row> from, std::vector<Row>& to) {
    std::move(from.begin(), from.end(), std::back_inserter(to));
  }

  std::pair<Sheet, size_t> Read(const SheetFile& file) {
    Sheet sheet = Sheet::Read(file.path, file.encoding);
    const std::string name = std::filesystem::path(file.path).filename().string();
    plan_.sheets.push_back({name, sheet.rows().size()});
    digests_.push_back(sheet.digest());
    return {std::move(sheet), plan_.sheets.size() - 1};
  }

  // An entry that sets the ledger up, from its content: the same content is the same entry.
  void SetUp(hbk_entry entry, const std::string& content) {
    const Id id = secret_.Pseudonym("setup", content);
    std::memcpy(entry.id, id.data(), id.size());
    entry.flags = HBK_FLAG_IMPORTED;
    entry.recorded_at = created_at_;
    Row& row = plan_.rows.emplace_back();
    row.kind = RowKind::kSetup;
    row.sheet = 0;
    row.line = 0;
    row.key = content;
    row.time = created_at_;
    row.entries = {entry};
  }

  void SetUpParty(uint16_t kind, const std::string& number) {
    const std::string kind_name = NameOf(PartyKindNames(), kind);
    const Id party = secret_.Pseudonym(kind_name, number);
    hbk_entry entry{};
    std::memcpy(entry.credit, party.data(), party.size());
    entry.kind = HBK_KIND_OPEN;
    entry.code = kind;
    entry.occurred_at = created_at_;
    SetUp(entry, absl::StrCat("open ", kind_name, " ", number));
  }

  void SetUpPolicy(uint16_t topic, uint16_t key, uint64_t amount, int64_t from, bool has_scope) {
    hbk_entry entry{};
    const Id programme = secret_.Pseudonym("programme", mapping_.programme);
    if (has_scope) std::memcpy(entry.credit, programme.data(), programme.size());
    entry.ref[0] = static_cast<uint8_t>(key & 0xff);
    entry.ref[1] = static_cast<uint8_t>(key >> 8);
    entry.amount = amount;
    entry.kind = HBK_KIND_POLICY;
    entry.code = topic;
    entry.occurred_at = from;
    SetUp(entry, absl::StrCat(NameOf(TopicNames(), topic), " ", key, " from ", from, ": ", amount));
  }

  void SetUpProgramme() {
    SetUpParty(HBK_PARTY_PROGRAMME, mapping_.programme);
    SetUpPolicy(HBK_POLICY_MAX_SERVICE_MINUTES, 0, mapping_.max_service_minutes, kAlways, false);
    SetUpPolicy(HBK_POLICY_DAILY_CAP_MINUTES, 0, mapping_.daily_cap_minutes, kAlways, false);
    SetUpPolicy(HBK_POLICY_BUDGET, 0, mapping_.budget, kAlways, true);
  }

  Rates SetUpTariff() {
    Rates rates;
    if (!mapping_.tariff) return rates;
    const TariffSheet& map = *mapping_.tariff;
    const auto [sheet, number] = Read(map.file);
    const size_t category = sheet.ColumnOf(map.category), rate = sheet.ColumnOf(map.rate),
                 from = sheet.ColumnOf(map.from);
    for (const SheetRow& row : sheet.rows()) {
      const std::string where = absl::StrCat(sheet.path(), ":", row.line, ": ");
      if (!row.problem.empty()) throw CommandError(kExitError, absl::StrCat(where, row.problem));
      const auto code = mapping_.categories.find(row.fields[category]);
      const std::optional<int64_t> instant = clock_.Date(row.fields[from]);
      uint64_t points = 0;
      if (code == mapping_.categories.end() || !instant ||
          !absl::SimpleAtoi(row.fields[rate], &points)) {
        throw CommandError(kExitError,
                           absl::StrCat(where,
                                        "a tariff needs a category of the mapping, a whole "
                                        "number of points and a date"));
      }
      rates[code->second][*instant] = points;
      SetUpPolicy(HBK_POLICY_TARIFF, code->second, points, *instant, true);
    }
    return rates;
  }

  void SetUpParties(const PartySheet& map) {
    const auto [sheet, number] = Read(map.file);
    const size_t column = sheet.ColumnOf(map.number);
    for (const SheetRow& row : sheet.rows()) {
      if (!row.problem.empty() || row.fields[column].empty()) {
        throw CommandError(kExitError,
                           absl::StrCat(sheet.path(), ":", row.line, ": ",
                                        row.problem.empty() ? "the number is empty" : row.problem));
      }
      SetUpParty(map.kind, row.fields[column]);
    }
  }

  // Who records and who verifies has no sheet of its own: whoever is named is known.
  void SetUpRecorders(const ServiceSheet& map, const Sheet& sheet) {
    const size_t columns[] = {sheet.ColumnOf(map.recorder), sheet.ColumnOf(map.verifier)};
    std::set<std::string> numbers;
    for (const SheetRow& row : sheet.rows()) {
      if (!row.problem.empty()) continue;
      for (const size_t column : columns) {
        if (!row.fields[column].empty()) numbers.insert(row.fields[column]);
      }
    }
    for (const std::string& number : numbers) {
      if (recorders_.insert(number).second) SetUpParty(HBK_PARTY_RECORDER, number);
    }
  }

  // The anchor commits to files, which have no time of their own. The sheets' last event will not
  // do: a slip of the pen can put it into a year to come, and the ledger would refuse the anchor
  // with it. So it bears the time of the ledger's creation, and is recorded a moment after the last
  // entry.
  void AppendAnchor() {
    Row row{.kind = RowKind::kAnchor,
            .sheet = 0,
            .line = 0,
            .key = "files",
            .refused = "",
            .problem = "",
            .entries = {}};
    const Hash digest = secret_.Commit(digests_);
    const Id id = secret_.Pseudonym("import", HexText(digest));
    hbk_entry anchor{};
    std::memcpy(anchor.id, id.data(), id.size());
    std::memcpy(anchor.evidence, digest.data(), digest.size());
    anchor.kind = HBK_KIND_ANCHOR;
    anchor.code = kImportAnchor;
    anchor.flags = HBK_FLAG_IMPORTED;
    row.time = created_at_;
    anchor.occurred_at = created_at_;
    anchor.recorded_at = created_at_;
    row.entries = {anchor};
    plan_.rows.push_back(std::move(row));
  }

  const Mapping& mapping_;
  const Secret& secret_;
  const int64_t created_at_;
  const SheetClock clock_;
  Plan plan_;
  std::vector<std::string> digests_;
  std::set<std::string> recorders_;
};

}  // namespace

Plan MakePlan(const Mapping& mapping, const Secret& secret, int64_t created_at) {
  return Planner(mapping, secret, created_at).Make();
}

}  // namespace hourbook::cli
