// Times between the ledger's nanoseconds and RFC 3339, in the ledger's own offset from UTC.
#ifndef TOOLS_HOURBOOK_LOCAL_TIME_H_
#define TOOLS_HOURBOOK_LOCAL_TIME_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace hourbook::cli {

// Reads "2024-03-01T09:30:00+08:00", with up to nine decimals of a second and an offset or Z.
// Nothing where the text is anything else, or beyond the years that int64_t nanoseconds reach.
std::optional<int64_t> ParseTime(absl::string_view text);

// Which offset from UTC holds at which instant: one from the start, others from an instant on.
class LocalClock {
 public:
  explicit LocalClock(int32_t utc_offset = 0) : first_(utc_offset) {}

  // From `at` on the offset is another. Of two for the same instant the later call's holds.
  void Change(int64_t at, int32_t utc_offset);

  // Seconds east of UTC in force at an instant.
  int32_t OffsetAt(int64_t at) const;

  // RFC 3339 with as many decimals as the instant has. The text always says its offset, in whole
  // minutes, and reads back to the same instant.
  std::string Text(int64_t at) const;

  // Reads what ParseTime does, or a date such as "2024-03-01", which is its local midnight.
  std::optional<int64_t> Parse(absl::string_view text) const;

 private:
  struct Offset {
    int64_t from;
    int32_t seconds;
  };

  int32_t first_;
  std::vector<Offset> changes_;  // sorted by from
};

}  // namespace hourbook::cli

#endif  // TOOLS_HOURBOOK_LOCAL_TIME_H_
