// The place that a refusal of a file names.
#ifndef FUZZ_PLACE_H_
#define FUZZ_PLACE_H_

#include <algorithm>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "fuzz/fuzz_input.h"

namespace hourbook::fuzz {

// Takes "17:" off the front and gives 17; 0 where there is no number.
inline uint64_t TakeNumber(absl::string_view& rest) {
  const size_t colon = rest.find(':');
  uint64_t number = 0;
  if (colon == absl::string_view::npos || !absl::SimpleAtoi(rest.substr(0, colon), &number))
    return 0;
  rest.remove_prefix(colon + 1);
  return number;
}

// A message begins with the path and a line that the text has (of a file that ends too soon, the
// one after it), with a column where the whole text was read for it, and goes on with words.
inline void CheckPlace(absl::string_view message, absl::string_view path, absl::string_view text) {
  const auto ends =
      std::count(text.begin(), text.end(), '\n') + std::count(text.begin(), text.end(), '\r');
  FUZZ_CHECK(absl::ConsumePrefix(&message, path) && absl::ConsumePrefix(&message, ":"));
  const uint64_t line = TakeNumber(message);
  FUZZ_CHECK(line >= 1 && line <= static_cast<uint64_t>(ends) + 1);
  const bool has_column = !absl::StartsWith(message, " ");
  if (has_column) FUZZ_CHECK(TakeNumber(message) >= 1);
  FUZZ_CHECK(absl::StartsWith(message, " ") && message.size() > 1);
}

}  // namespace hourbook::fuzz

#endif  // FUZZ_PLACE_H_
