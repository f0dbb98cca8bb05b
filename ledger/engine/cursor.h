// Entries of a snapshot one after the other: all of them in order, or an account's newest first.
#ifndef LEDGER_ENGINE_CURSOR_H_
#define LEDGER_ENGINE_CURSOR_H_

#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "ledger/engine/snapshot.h"

namespace hourbook {

// Which entries a cursor gives: those that fit every field that is set.
struct Filter {
  uint16_t kind = 0;
  uint16_t unit = 0;
  uint16_t code = 0;
  Id activity = kNoId;
  int64_t from = std::numeric_limits<int64_t>::min();  // occurred_at not before
  int64_t until = std::numeric_limits<int64_t>::max();  // occurred_at before; the last is any

  bool Fits(const Entry& entry) const;
};

// Ends before its snapshot. May be used by one thread at a time.
class Cursor {
 public:
  // All entries from index `first` on.
  static Cursor Entries(const Snapshot& snapshot, uint64_t first, const Filter& filter);

  // Those of an account, newest first. kNotFound where the party was never opened.
  static absl::StatusOr<Cursor> Account(const Snapshot& snapshot, const Id& party, Unit unit,
                                        const Filter& filter);

  // Those of a person: of the party's account, and of those under each id that was linked to it.
  // Likewise.
  static absl::StatusOr<Cursor> Statement(const Snapshot& snapshot, const Id& party, Unit unit,
                                          const Filter& filter);

  // Fills entries from the front; how many there were, 0 at the end.
  absl::StatusOr<size_t> Next(absl::Span<Entry> entries);

 private:
  Cursor(const Snapshot& snapshot, const Filter& filter) : snapshot_(&snapshot), filter_(filter) {}

  // An account that is walked backwards.
  struct Walk {
    Id party;
    uint64_t next;  // index of the next entry; 0 at the end
  };

  absl::Status AddAccount(const Id& party, Unit unit);
  // The index of the next entry, if there is one.
  std::optional<uint64_t> Peek() const;
  absl::Status Pass(const Entry& entry);

  const Snapshot* snapshot_;
  Filter filter_;
  std::optional<std::vector<Walk>> walks_;  // of a statement
  uint64_t next_ = 0;                       // without one: index of the next entry
};

}  // namespace hourbook

#endif  // LEDGER_ENGINE_CURSOR_H_
