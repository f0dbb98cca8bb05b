// The words for the numbers of an entry: what JSON, tables and options say for HBK_KIND_SERVICE.
#ifndef TOOLS_HOURBOOK_NAMES_H_
#define TOOLS_HOURBOOK_NAMES_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace hourbook::cli {

struct Name {
  absl::string_view text;
  uint16_t number;
};

// Every name of one family, in the order of their numbers.
absl::Span<const Name> KindNames();       // HBK_KIND_*
absl::Span<const Name> PartyKindNames();  // HBK_PARTY_*
absl::Span<const Name> UnitNames();       // HBK_UNIT_*, without none
absl::Span<const Name> TopicNames();      // HBK_POLICY_*
absl::Span<const Name> FlagNames();       // HBK_FLAG_*

// The number of a name; nothing where there is none such.
std::optional<uint16_t> NumberOf(absl::Span<const Name> names, absl::string_view text);

// The name of a number; the number itself in decimal where it has none, since a listing must show
// what the ledger holds.
std::string NameOf(absl::Span<const Name> names, uint16_t number);

// "minute, point, bank-minute", for messages and help.
std::string ListOf(absl::Span<const Name> names);

}  // namespace hourbook::cli

#endif  // TOOLS_HOURBOOK_NAMES_H_
