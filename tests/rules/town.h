// When and where tests of the rules take place, and ids that they can name.
#ifndef TESTS_RULES_TOWN_H_
#define TESTS_RULES_TOWN_H_

#include <cstdint>
#include <cstring>

#include "ledger/format/entry.h"

namespace hourbook {

inline constexpr int64_t kMinute = 60'000'000'000;
inline constexpr int64_t kDay = 1'440 * kMinute;
inline constexpr int64_t kMidnight = 1'735'660'800'000'000'000;  // 2025-01-01T00:00:00+08:00
inline constexpr int32_t kShanghai = 8 * 3'600;

// An id that a test can name: a letter and a number.
inline Id Named(char letter, uint64_t number = 1) {
  Id id{};
  id[0] = static_cast<uint8_t>(letter);
  std::memcpy(id.data() + 8, &number, sizeof(number));
  return id;
}

}  // namespace hourbook

#endif  // TESTS_RULES_TOWN_H_
