// An opening: what shows which payload is behind an entry's evidence (FORMAT.md). Its salt, and the
// payload as it is. Whether it fits the evidence is for chain/evidence.h.
#ifndef LEDGER_FORMAT_OPENING_H_
#define LEDGER_FORMAT_OPENING_H_

#include <cstddef>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "ledger/base/bytes.h"

namespace hourbook {

inline constexpr size_t kPayloadMaxSize = size_t{16} << 20;             // bytes
inline constexpr size_t kOpeningMaxSize = kPayloadMaxSize + 1'000;  // with what is before it

struct Opening {
  Hash salt;
  absl::string_view payload;  // the text's last bytes
};

std::string FormatOpening(const Opening& opening);

// InvalidArgument says which line is wrong. The payload lives as long as the text.
absl::StatusOr<Opening> ParseOpening(absl::string_view text);

}  // namespace hourbook

#endif  // LEDGER_FORMAT_OPENING_H_
