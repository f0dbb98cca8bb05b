#include "tools/hourbook/import/import_report.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "tools/hourbook/amount.h"
#include "tools/hourbook/table.h"

namespace hourbook::cli {
namespace {

using Fate = RowOutcome::Fate;

const char* NameOf(RowKind kind) {
  switch (kind) {
    case RowKind::kSetup:
      return "setup";
    case RowKind::kService:
      return "service";
    case RowKind::kGrant:
      return "grant";
    case RowKind::kPosted:
      return "redemption_posted";
    case RowKind::kVoided:
      return "redemption_voided";
    case RowKind::kTimedOut:
      return "redemption_timed_out";
    case RowKind::kAnchor:
      return "anchor";
  }
  return "unknown";
}

bool IsOfSheet(const Row& row) {
  return row.kind != RowKind::kSetup && row.kind != RowKind::kAnchor;
}

Json CountsJson(const std::map<std::string, uint64_t>& counts) {
  Json json = Json::object();
  for (const auto& [name, count] : counts) json[name] = count;
  return json;
}

std::string CountsText(const std::string& title, const Json& counts) {
  Table table({{title, Table::Align::kLeft}, {"rows", Table::Align::kRight}});
  for (const auto& [name, count] : counts.items()) {
    table.AddRow({name, GroupedText(count.get<uint64_t>())});
  }
  return table.TakeText();
}

}  // namespace

Json ImportJson(const Plan& plan, const std::vector<RowOutcome>& outcomes) {
  Json sheets = Json::array();
  for (const PlannedSheet& sheet : plan.sheets) {
    sheets.push_back({{"file", sheet.file}, {"rows", sheet.rows}});
  }
  std::map<std::string, uint64_t> accepted;
  std::map<std::string, uint64_t> refused;
  uint64_t exists = 0;
  uint64_t entries = 0;
  for (size_t i = 0; i < outcomes.size(); ++i) {
    const Row& row = plan.rows[i];
    if (outcomes[i].fate == Fate::kAccepted) entries += row.entries.size();
    if (!IsOfSheet(row) && outcomes[i].fate != Fate::kRefused) continue;
    if (outcomes[i].fate == Fate::kAccepted) ++accepted[NameOf(row.kind)];
    if (outcomes[i].fate == Fate::kExists) ++exists;
    if (outcomes[i].fate == Fate::kRefused) ++refused[outcomes[i].reason];
  }
  return {{"sheets", sheets},
          {"accepted", CountsJson(accepted)},
          {"exists", exists},
          {"refused", CountsJson(refused)},
          {"entries", entries}};
}

std::string ImportText(const Json& report) {
  Table sheets({{"sheet", Table::Align::kLeft}, {"rows", Table::Align::kRight}});
  for (const Json& sheet : report["sheets"]) {
    sheets.AddRow({sheet["file"].get<std::string>(), GroupedText(sheet["rows"].get<uint64_t>())});
  }
  std::string text = sheets.TakeText();
  absl::StrAppend(&text, "\n", CountsText("accepted", report["accepted"]));
  absl::StrAppend(&text, "\nrecorded before: ", GroupedText(report["exists"].get<uint64_t>()),
                  " rows\n");
  absl::StrAppend(&text, "\n", CountsText("refused", report["refused"]));
  absl::StrAppend(&text, "\nentries recorded by this run: ",
                  GroupedText(report["entries"].get<uint64_t>()), "\n");
  return text;
}

std::string RejectsText(const Plan& plan, const std::vector<RowOutcome>& outcomes) {
  std::vector<size_t> refused;
  for (size_t i = 0; i < outcomes.size(); ++i) {
    if (outcomes[i].fate == Fate::kRefused) refused.push_back(i);
  }
  std::stable_sort(refused.begin(), refused.end(), [&](size_t a, size_t b) {
    return std::tie(plan.rows[a].sheet, plan.rows[a].line) <
           std::tie(plan.rows[b].sheet, plan.rows[b].line);
  });
  std::string text;
  for (const size_t i : refused) {
    const Row& row = plan.rows[i];
    const Json line = {{"file", IsOfSheet(row) ? plan.sheets[row.sheet].file : "(set-up)"},
                       {"row", row.line},
                       {"key", row.key},
                       {"reason", outcomes[i].reason},
                       {"message", outcomes[i].message}};
    absl::StrAppend(&text, line.dump(-1, ' ', false, Json::error_handler_t::replace), "\n");
  }
  return text;
}

uint64_t RefusedRows(const std::vector<RowOutcome>& outcomes) {
  return static_cast<uint64_t>(
      std::count_if(outcomes.begin(), outcomes.end(),
                    [](const RowOutcome& outcome) { return outcome.fate == Fate::kRefused; }));
}

}  // namespace hourbook::cli
