// One entry from one line of JSON.
#ifndef TOOLS_HOURBOOK_APPEND_ENTRY_PARSER_H_
#define TOOLS_HOURBOOK_APPEND_ENTRY_PARSER_H_

#include <cstddef>
#include <stdexcept>
#include <string>

#include "absl/strings/string_view.h"
#include "api/hourbook.h"

namespace hourbook::cli {

// What is wrong with a line, and at which column, from 1.
class EntrySyntaxError : public std::runtime_error {
 public:
  EntrySyntaxError(size_t column, const std::string& message)
      : std::runtime_error(message), column_(column) {}

  size_t column() const { return column_; }

 private:
  size_t column_;
};

// Reads an object with these keys; null is as good as absent:
//   id (required), debit, credit, ref, activity, recorder: 32 hexadecimal digits
//   evidence: 64 hexadecimal digits
//   kind (required), unit, party_kind, topic: names
//   amount: 0 to 2^64-1, as a number or as a text of digits
//   occurred_at, recorded_at: RFC 3339, or nanoseconds since 1970 as a number
//   code: 0 to 65535; timeout: 0 to 2^32-1 seconds
//   flags: an array of "linked", "pending", "imported"
// Throws EntrySyntaxError for anything else: unknown and repeated keys, fractions, other types.
hbk_entry ParseEntry(absl::string_view line);

}  // namespace hourbook::cli

#endif  // TOOLS_HOURBOOK_APPEND_ENTRY_PARSER_H_
