// Rows of sheets to entries.
#ifndef TOOLS_HOURBOOK_IMPORT_ROW_PARSER_H_
#define TOOLS_HOURBOOK_IMPORT_ROW_PARSER_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tools/hourbook/import/mapping.h"
#include "tools/hourbook/import/pseudonym.h"
#include "tools/hourbook/import/row.h"
#include "tools/hourbook/import/sheet.h"

namespace hourbook::cli {

// Points for 60 minutes of a category, by the instant from which they hold.
using Rates = std::map<uint16_t, std::map<int64_t, uint64_t>>;

// Local dates and times of a sheet.
class SheetClock {
 public:
  explicit SheetClock(const Mapping& mapping) : mapping_(mapping) {}

  // Nothing where the text is not of the mapping's format.
  std::optional<int64_t> Date(const std::string& text) const;  // its local midnight
  std::optional<int64_t> DateTime(const std::string& text) const;
  std::optional<int64_t> Time(const std::string& date, const std::string& time) const;

  // The same time of day on the next day: where clocks change, not always 24 hours later.
  int64_t DayAfter(int64_t at) const;

 private:
  std::optional<int64_t> Parse(const std::string& format, const std::string& text) const;

  const Mapping& mapping_;
};

class RowParser {
 public:
  RowParser(const Mapping& mapping, const Secret& secret, Rates rates)
      : mapping_(mapping), secret_(secret), clock_(mapping), rates_(std::move(rates)) {}

  std::vector<Row> Services(const ServiceSheet& map, const Sheet& sheet, size_t number) const;
  std::vector<Row> Grants(const GrantSheet& map, const Sheet& sheet, size_t number) const;
  std::vector<Row> Redemptions(const RedemptionSheet& map, const Sheet& sheet, size_t number) const;

 private:
  hbk_entry Blank(uint16_t kind, absl::string_view domain, const std::string& key,
                  int64_t time) const;
  uint64_t PointsFor(uint16_t category, int64_t start, uint64_t minutes) const;
  hbk_entry Service(const std::string& key, uint64_t minutes, uint16_t category, int64_t start,
                    int64_t end) const;
  hbk_entry AwardFor(const hbk_entry& service, const std::string& key, uint64_t points,
                     int64_t end) const;
  // Fills the row with the pending redemption and what became of it.
  void Redeem(hbk_entry redeem, Row& row) const;

  const Mapping& mapping_;
  const Secret& secret_;
  const SheetClock clock_;
  const Rates rates_;
};

}  // namespace hourbook::cli

#endif  // TOOLS_HOURBOOK_IMPORT_ROW_PARSER_H_
