// Amounts as people read them. Integers only: an hour is 60 minutes, never 1.5.
#ifndef TOOLS_HOURBOOK_AMOUNT_H_
#define TOOLS_HOURBOOK_AMOUNT_H_

#include <cstdint>
#include <string>

#include "absl/numeric/int128.h"

namespace hourbook::cli {

// "1,234,567".
std::string GroupedText(uint64_t number);

// What an account holds: credits less debits, which two sums of 64 bits can take beyond int64.
absl::int128 Net(uint64_t debits, uint64_t credits);

// "-90".
std::string NumberText(absl::int128 number);

// Minutes as hours and minutes: "1:30", "-0:05".
std::string HoursText(absl::int128 minutes);

// HoursText where the unit (HBK_UNIT_*) counts minutes, else nothing.
std::string HoursTextOf(uint16_t unit, absl::int128 amount);

}  // namespace hourbook::cli

#endif  // TOOLS_HOURBOOK_AMOUNT_H_
