// The genesis: entry 0, which says what ledger this is. FORMAT.md gives every byte.
#ifndef LEDGER_FORMAT_GENESIS_H_
#define LEDGER_FORMAT_GENESIS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "ledger/format/entry.h"

namespace hourbook {

struct Genesis {
  std::string origin;     // 1 to 80 bytes of UTF-8, no space, plus sign or control character
  std::string time_zone;  // up to 32 bytes of UTF-8, no control character
  int32_t utc_offset;     // seconds east of UTC, at most a day either way
  int64_t created_at;     // unix nanoseconds
  Id authority = {};      // the party that alone may write policy at first; zero for anybody
};

inline constexpr uint64_t kGenesisFormat = 1;

// InvalidArgument says which part is out of range.
absl::StatusOr<Entry> EncodeGenesis(const Genesis& genesis);

// Reads entry 0. InvalidArgument unless it is just what EncodeGenesis makes of some Genesis.
absl::StatusOr<Genesis> DecodeGenesis(const Entry& entry);

// What a genesis says as policy entries: its UTC offset, in force from the beginning of time, and its
// authority, where it names one.
std::vector<Entry> FirstPolicies(const Entry& genesis);

}  // namespace hourbook

#endif  // LEDGER_FORMAT_GENESIS_H_
