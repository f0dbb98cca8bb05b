// What the library tells, as JSON. Keys keep their order; 64-bit integers are printed exactly.
#ifndef TOOLS_HOURBOOK_JSON_H_
#define TOOLS_HOURBOOK_JSON_H_

#include <cstdint>
#include <nlohmann/json.hpp>

#include "absl/types/span.h"
#include "api/hourbook.h"
#include "tools/hourbook/local_time.h"

namespace hourbook::cli {

using Json = nlohmann::ordered_json;

// Digits, or null for zeros, which stand for "none" in every field of an entry.
Json HexJson(absl::Span<const uint8_t> bytes);

// {"debits_posted":…,"credits_posted":…,"debits_pending":…,"credits_pending":…}
Json BalanceJson(const hbk_balance& balance);

// An entry with the same keys that `append` takes, all of them always present, null for none; and
// with index, recorded_at, prev_debit and prev_credit. party_kind or topic says the code of an open
// or policy entry in words.
Json EntryJson(const hbk_entry& entry, const LocalClock& clock);

// One line.
void PrintJson(const Json& json);

}  // namespace hourbook::cli

#endif  // TOOLS_HOURBOOK_JSON_H_
