#include "ledger/engine/cursor.h"

#include "absl/strings/str_cat.h"
#include "ledger/base/error.h"

namespace hourbook {

bool Filter::Fits(const Entry& entry) const {
  const bool in_time =
      entry.occurred_at >= from &&
      (entry.occurred_at < until || until == std::numeric_limits<int64_t>::max());
  return in_time && (kind == 0 || kind == entry.kind) && (unit == 0 || unit == entry.unit) &&
         (code == 0 || code == entry.code) && (activity == kNoId || activity == entry.activity);
}

Cursor Cursor::Entries(const Snapshot& snapshot, uint64_t first, const Filter& filter) {
  Cursor cursor(snapshot, filter);
  cursor.next_ = first;
  return cursor;
}

absl::StatusOr<Cursor> Cursor::Statement(const Snapshot& snapshot, const Id& party, Unit unit,
                                         const Filter& filter) {
  const absl::StatusOr<Account> account = snapshot.AccountOf(party, unit);
  if (!account.ok()) return account.status();
  Cursor cursor(snapshot, filter);
  cursor.party_ = party;
  cursor.next_ = account->last_index;
  cursor.ended_ = account->last_index == 0;
  return cursor;
}

uint64_t Cursor::After(const Entry& entry) const {
  if (!party_) return entry.index + 1;
  return entry.debit == *party_ ? entry.prev_debit : entry.prev_credit;
}

absl::StatusOr<size_t> Cursor::Next(absl::Span<Entry> entries) {
  size_t count = 0;
  while (!ended_ && count < entries.size()) {
    if (!party_ && next_ >= snapshot_->size()) break;
    const absl::StatusOr<Record> record = snapshot_->At(next_);
    if (!record.ok()) return record.status();
    const uint64_t next = After(record->entry);
    if (party_ && next >= next_) {
      return Fail(Failure::kCorrupt, absl::StrCat("entry ", next_, " links forward, to ", next));
    }
    next_ = next;
    ended_ = party_ && next == 0;
    if (filter_.Fits(record->entry)) entries[count++] = record->entry;
  }
  return count;
}

}  // namespace hourbook
