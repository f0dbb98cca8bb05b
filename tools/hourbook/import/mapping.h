// A mapping: a TOML file that says which sheets a town keeps, what their columns mean, and what the
// ledger's policy is. tests/data/town/town.toml is one, with a comment on each key.
#ifndef TOOLS_HOURBOOK_IMPORT_MAPPING_H_
#define TOOLS_HOURBOOK_IMPORT_MAPPING_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"

namespace hourbook::cli {

struct SheetFile {
  std::string path;      // relative to the mapping's directory in the file, resolved here
  std::string encoding;  // as iconv names it
};

// Parties of one kind, a row each.
struct PartySheet {
  SheetFile file;
  uint16_t kind;       // HBK_PARTY_*
  std::string number;  // titles of columns
  std::string name;    // only for reports, never in the ledger; empty for none, as it is for people
};

// Rates by category, a row each.
struct TariffSheet {
  SheetFile file;
  std::string category, rate, from;
};

struct ServiceSheet {
  SheetFile file;
  std::string key, volunteer, team, activity, category, date, start, end, recorder, verifier;
};

// Points for what is done, such as reports of hazards that were closed out.
struct GrantSheet {
  SheetFile file;
  std::string key, volunteer, time, time_otherwise, state, points;
  std::string granted;  // the state that earns points
  uint16_t code;
  uint64_t most_points;
};

struct RedemptionSheet {
  SheetFile file;
  std::string key, volunteer, station, item, points, time, result;
  std::string posted, voided, timed_out;  // values of result, no two the same
};

struct Mapping {
  std::string path;
  absl::TimeZone zone;  // of all times in the sheets
  std::string programme;
  uint64_t budget;
  uint64_t max_service_minutes;
  uint64_t daily_cap_minutes;
  std::string date_format, time_format, datetime_format;  // as strftime's
  std::map<std::string, uint16_t> categories;             // code by name
  std::vector<PartySheet> parties;
  std::optional<TariffSheet> tariff;
  std::vector<ServiceSheet> services;
  std::vector<GrantSheet> grants;
  std::vector<RedemptionSheet> redemptions;
};

// Throws CommandError with file, line and column where the file is no TOML, a key is missing,
// unknown or of the wrong type, or a value is out of range or contradicts another.
Mapping LoadMapping(const std::string& path);

}  // namespace hourbook::cli

#endif  // TOOLS_HOURBOOK_IMPORT_MAPPING_H_
