// Entries out of a fuzzer's bytes, for what goes through the C API.
#ifndef FUZZ_ENTRY_INPUT_H_
#define FUZZ_ENTRY_INPUT_H_

#include <cstring>
#include <vector>

#include "api/hourbook.h"
#include "fuzz/fuzz_input.h"

namespace hourbook::fuzz {

// Of the genesis: 2025-01-01T00:00:00+08:00.
inline constexpr int64_t kCreatedAt = 1'735'660'800'000'000'000;
inline constexpr uint32_t kMostEntries = 6;

// Few ids, so that entries meet each other.
inline void TakeId(FuzzInput& input, uint8_t (&id)[16]) {
  id[15] = static_cast<uint8_t>(input.Below(24));
}

inline hbk_entry TakeEntry(FuzzInput& input) {
  hbk_entry entry{};
  if (input.Below(16) == 0) return input.Take<hbk_entry>();  // anything at all
  TakeId(input, entry.id);
  entry.id[0] = 1;
  TakeId(input, entry.debit);
  TakeId(input, entry.credit);
  entry.kind = static_cast<uint16_t>(input.Below(14));
  TakeId(input, entry.ref);
  if (entry.kind != HBK_KIND_SERVICE && input.Below(2) == 0) entry.ref[0] = 1;
  TakeId(input, entry.recorder);
  entry.amount = input.Below(8) == 0 ? input.Take<uint64_t>() : input.Below(500);
  entry.occurred_at = kCreatedAt + int64_t{input.Below(3'000)} * 60'000'000'000;
  entry.unit = static_cast<uint16_t>(input.Below(4));
  entry.code = static_cast<uint16_t>(input.Below(8));
  entry.flags = static_cast<uint16_t>(input.Below(4));
  entry.timeout = input.Below(3);
  // What most kinds must not have would only ever meet the same refusal.
  if (entry.kind == HBK_KIND_OPEN || entry.kind == HBK_KIND_CLOSE ||
      entry.kind == HBK_KIND_POLICY) {
    std::memset(entry.debit, 0, sizeof(entry.debit));
    std::memset(entry.recorder, 0, sizeof(entry.recorder));
    entry.unit = HBK_UNIT_NONE;
    entry.flags = 0;
    entry.timeout = 0;
  }
  if (entry.kind == HBK_KIND_OPEN || entry.kind == HBK_KIND_CLOSE) {
    entry.amount = 0;
    std::memset(entry.ref, 0, sizeof(entry.ref));
  }
  if (entry.kind == HBK_KIND_POLICY) {
    std::memset(entry.ref, 0, sizeof(entry.ref));
    entry.ref[0] = static_cast<uint8_t>(input.Below(3));
  }
  return entry;
}

inline std::vector<hbk_entry> TakeBatch(FuzzInput& input) {
  std::vector<hbk_entry> batch(1 + input.Below(kMostEntries));
  for (hbk_entry& entry : batch) entry = TakeEntry(input);
  return batch;
}

}  // namespace hourbook::fuzz

#endif  // FUZZ_ENTRY_INPUT_H_
