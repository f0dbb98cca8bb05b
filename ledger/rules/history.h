// The entries that the rules have accepted so far, as the rules read them back.
#ifndef LEDGER_RULES_HISTORY_H_
#define LEDGER_RULES_HISTORY_H_

#include <cstdint>
#include <optional>

#include "absl/status/statusor.h"
#include "ledger/base/bytes.h"
#include "ledger/format/entry.h"

namespace hourbook {

// Part of the state, kept outside it because it grows with the ledger: rare questions (was this
// service voided, awarded, reversed?) are answered by walking an account's back links instead of
// keeping an index for each. The rules stay pure: what they read is a function of the log alone.
class History {
 public:
  virtual ~History() = default;

  // The entry at an index that the rules have accepted. An error is the store's, such as DataLoss.
  virtual absl::StatusOr<Entry> At(uint64_t index) = 0;

  // The index of the accepted entry with this id, or nothing.
  virtual absl::StatusOr<std::optional<uint64_t>> Find(const Id& id) = 0;

  // Says that Find(id) will be asked for soon.
  virtual void Prefetch(const Id&) {}

  // An entry has been accepted: its index is one past the last.
  virtual void Append(const Entry& entry) = 0;

  // Entries from this index on, all of them appended since the last commit, are taken back.
  virtual void Truncate(uint64_t size) = 0;
};

}  // namespace hourbook

#endif  // LEDGER_RULES_HISTORY_H_
