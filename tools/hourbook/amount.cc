#include "tools/hourbook/amount.h"

#include <sstream>

#include "absl/strings/str_format.h"
#include "api/hourbook.h"

namespace hourbook::cli {

std::string GroupedText(uint64_t number) {
  const std::string digits = std::to_string(number);
  std::string text;
  for (size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) text += ',';
    text += digits[i];
  }
  return text;
}

absl::int128 Net(uint64_t debits, uint64_t credits) {
  return absl::int128(credits) - absl::int128(debits);
}

std::string NumberText(absl::int128 number) {
  std::ostringstream out;
  out << number;
  return out.str();
}

std::string HoursText(absl::int128 minutes) {
  const bool is_negative = minutes < 0;
  const absl::int128 size = is_negative ? -minutes : minutes;
  return absl::StrFormat("%s%s:%02d", is_negative ? "-" : "", NumberText(size / 60),
                         static_cast<int>(size % 60));
}

std::string HoursTextOf(uint16_t unit, absl::int128 amount) {
  const bool is_minutes = unit == HBK_UNIT_MINUTE || unit == HBK_UNIT_BANK_MINUTE;
  return is_minutes ? HoursText(amount) : std::string();
}

}  // namespace hourbook::cli
