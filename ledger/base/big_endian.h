// Numbers as network formats write them: most significant byte first.
#ifndef LEDGER_BASE_BIG_ENDIAN_H_
#define LEDGER_BASE_BIG_ENDIAN_H_

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace hourbook {

template <std::unsigned_integral T>
void AppendBigEndian(T number, std::string& out) {
  for (size_t i = sizeof(T); i > 0; --i) out.push_back(static_cast<char>(number >> 8 * (i - 1)));
}

// The number in the first sizeof(T) bytes, of which there must be as many.
template <std::unsigned_integral T>
T ReadBigEndian(absl::string_view bytes) {
  uint64_t number = 0;
  for (size_t i = 0; i < sizeof(T); ++i) number = number << 8 | static_cast<uint8_t>(bytes[i]);
  return static_cast<T>(number);
}

}  // namespace hourbook

#endif  // LEDGER_BASE_BIG_ENDIAN_H_
