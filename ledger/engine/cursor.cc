#include "ledger/engine/cursor.h"

#include <algorithm>

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

absl::Status Cursor::AddAccount(const Id& party, Unit unit) {
  const absl::StatusOr<hourbook::Account> account = snapshot_->AccountOf(party, unit);
  if (!account.ok()) return account.status();
  walks_->push_back({party, account->last_index});
  return absl::OkStatus();
}

absl::StatusOr<Cursor> Cursor::Account(const Snapshot& snapshot, const Id& party, Unit unit,
                                       const Filter& filter) {
  Cursor cursor(snapshot, filter);
  cursor.walks_.emplace();
  if (absl::Status added = cursor.AddAccount(party, unit); !added.ok()) return added;
  return cursor;
}

absl::StatusOr<Cursor> Cursor::Statement(const Snapshot& snapshot, const Id& party, Unit unit,
                                         const Filter& filter) {
  const absl::StatusOr<std::vector<Id>> ids = snapshot.IdsOf(party);
  if (!ids.ok()) return ids.status();
  Cursor cursor(snapshot, filter);
  cursor.walks_.emplace();
  for (const Id& id : *ids) {
    if (absl::Status added = cursor.AddAccount(id, unit); !added.ok()) return added;
  }
  return cursor;
}

std::optional<uint64_t> Cursor::Peek() const {
  uint64_t newest = 0;
  if (!walks_) return next_ < snapshot_->size() ? std::optional<uint64_t>(next_) : std::nullopt;
  for (const Walk& walk : *walks_) newest = std::max(newest, walk.next);
  return newest == 0 ? std::nullopt : std::optional<uint64_t>(newest);
}

// One entry may be in two of a person's accounts: it is passed in both.
absl::Status Cursor::Pass(const Entry& entry) {
  next_ = entry.index + 1;
  if (!walks_) return absl::OkStatus();
  for (Walk& walk : *walks_) {
    if (walk.next != entry.index) continue;
    walk.next = entry.debit == walk.party ? entry.prev_debit : entry.prev_credit;
    if (walk.next >= entry.index) {
      return Fail(Failure::kCorrupt,
                  absl::StrCat("entry ", entry.index, " links forward, to ", walk.next));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<size_t> Cursor::Next(absl::Span<Entry> entries) {
  size_t count = 0;
  while (count < entries.size()) {
    const std::optional<uint64_t> index = Peek();
    if (!index) break;
    const absl::StatusOr<Record> record = snapshot_->At(*index);
    if (!record.ok()) return record.status();
    if (absl::Status passed = Pass(record->entry); !passed.ok()) return passed;
    if (filter_.Fits(record->entry)) entries[count++] = record->entry;
  }
  return count;
}

}  // namespace hourbook
