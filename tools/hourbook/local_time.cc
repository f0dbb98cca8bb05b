#include "tools/hourbook/local_time.h"

#include <algorithm>
#include <iterator>
#include <limits>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"

namespace hourbook::cli {
namespace {

constexpr int32_t kMinute = 60;
constexpr int32_t kDay = 86'400;
constexpr size_t kMostDecimals = 9;

// Whether the text begins like the pattern, where 'd' stands for a digit; takes it off if so.
bool Take(absl::string_view pattern, absl::string_view& text) {
  if (text.size() < pattern.size()) return false;
  for (size_t i = 0; i < pattern.size(); ++i) {
    const bool fits = pattern[i] == 'd' ? absl::ascii_isdigit(static_cast<unsigned char>(text[i]))
                                        : pattern[i] == text[i];
    if (!fits) return false;
  }
  text.remove_prefix(pattern.size());
  return true;
}

// Abseil takes more than RFC 3339 gives: spaces, "infinite-future", years of any length.
bool LooksLikeRfc3339(absl::string_view text) {
  if (!Take("dddd-dd-ddTdd:dd:dd", text)) return false;
  if (Take(".", text)) {
    size_t decimals = 0;
    while (Take("d", text)) ++decimals;
    if (decimals == 0 || decimals > kMostDecimals) return false;
  }
  return (Take("Z", text) || Take("+dd:dd", text) || Take("-dd:dd", text)) && text.empty();
}

}  // namespace

std::optional<int64_t> ParseTime(absl::string_view text) {
  absl::Time time;
  std::string error;
  if (!LooksLikeRfc3339(text) || !absl::ParseTime(absl::RFC3339_full, text, &time, &error)) {
    return std::nullopt;
  }
  constexpr auto kFirst = std::numeric_limits<int64_t>::min();
  constexpr auto kLast = std::numeric_limits<int64_t>::max();
  if (time < absl::FromUnixNanos(kFirst) || time > absl::FromUnixNanos(kLast)) return std::nullopt;
  return absl::ToUnixNanos(time);
}

void LocalClock::Change(int64_t at, int32_t utc_offset) {
  const auto after = std::upper_bound(changes_.begin(), changes_.end(), at,
                                      [](int64_t a, const Offset& b) { return a < b.from; });
  changes_.insert(after, Offset{at, utc_offset});
}

int32_t LocalClock::OffsetAt(int64_t at) const {
  const auto after = std::upper_bound(changes_.begin(), changes_.end(), at,
                                      [](int64_t a, const Offset& b) { return a < b.from; });
  return after == changes_.begin() ? first_ : std::prev(after)->seconds;
}

std::string LocalClock::Text(int64_t at) const {
  // RFC 3339 knows offsets of whole minutes below a day; another one is shown by its nearest.
  const int32_t offset = OffsetAt(at);
  const bool is_below_a_day = -kDay < offset && offset < kDay;
  const int32_t shown = is_below_a_day ? offset - offset % kMinute : 0;
  return absl::FormatTime(absl::RFC3339_full, absl::FromUnixNanos(at), absl::FixedTimeZone(shown));
}

std::optional<int64_t> LocalClock::Parse(absl::string_view text) const {
  absl::string_view rest = text;
  if (!Take("dddd-dd-dd", rest) || !rest.empty()) return ParseTime(text);
  const std::optional<int64_t> midnight_utc = ParseTime(absl::StrCat(text, "T00:00:00Z"));
  if (!midnight_utc) return std::nullopt;
  const absl::Time midnight = absl::FromUnixNanos(*midnight_utc);
  const auto with_offset_at = [&](int64_t at) {
    return absl::ToUnixNanos(midnight - absl::Seconds(OffsetAt(at)));
  };
  // The offset in force at local midnight is known only once the instant is: guess, then correct.
  return with_offset_at(with_offset_at(*midnight_utc));
}

}  // namespace hourbook::cli
