// Reading: snapshots, cursors, verifying.
#include <vector>

#include "absl/strings/str_cat.h"
#include "api/internal.h"
#include "ledger/engine/verify.h"

namespace hourbook::capi {
namespace {

template <size_t kSize>
void CopyText(absl::string_view text, char (&out)[kSize]) {
  const size_t length = text.copy(out, kSize - 1);
  std::memset(out + length, 0, kSize - length);
}

void CopyRecord(const Record& record, hbk_entry* entry, uint8_t* leaf) {
  std::memcpy(entry, &record.entry, sizeof(*entry));
  if (leaf != nullptr) std::memcpy(leaf, record.leaf.data(), record.leaf.size());
}

absl::StatusOr<Filter> ParseFilter(const hbk_filter* given) {
  Filter filter;
  if (given == nullptr) return filter;
  if (given->struct_size != sizeof(hbk_filter)) {
    return Invalid("hbk_filter.struct_size is wrong; use HBK_FILTER_INIT");
  }
  if (given->reserved[0] != 0 || given->reserved[1] != 0 || given->reserved[2] != 0) {
    return Invalid("hbk_filter.reserved must be zero");
  }
  filter.kind = given->kind;
  filter.unit = given->unit;
  filter.code = given->code;
  filter.activity = ToId(given->activity);
  filter.from = given->from;
  filter.until = given->until;
  return filter;
}

void FillStat(const SnapshotStat& from, hbk_stat* to) {
  to->format_version = HBK_FORMAT_VERSION;
  to->size = from.head.size;
  to->created_at = from.genesis.created_at;
  to->last_recorded_at = from.head.last_recorded_at;
  to->parties = from.parties;
  to->accounts = from.accounts;
  to->holds = from.holds;
  to->data_bytes = from.store.data_bytes;
  to->file_bytes = from.store.file_bytes;
  to->map_bytes = from.store.map_bytes;
  to->utc_offset = from.genesis.utc_offset;
  std::memcpy(to->root, from.head.root.data(), sizeof(to->root));
  CopyText(from.genesis.origin, to->origin);
  CopyText(from.genesis.time_zone, to->time_zone);
  std::memcpy(to->authority, from.genesis.authority.data(), sizeof(to->authority));
}

hbk_cursor* Wrap(OpenSnapshot* snapshot, Cursor cursor) {
  return OpenListed<CursorHandles>(
      std::make_unique<OpenCursor>(OpenCursor{snapshot, std::move(cursor)}), snapshot->cursors);
}

}  // namespace

void CloseSnapshot(hbk_snapshot* snapshot) {
  const std::unique_ptr<OpenSnapshot> open = SnapshotHandles::Close(snapshot);
  if (open == nullptr) return;
  for (hbk_cursor* const cursor : open->cursors) CursorHandles::Close(cursor);
}

}  // namespace hourbook::capi

using namespace hourbook::capi;  // the functions below are C's, so they cannot be in it

hbk_status hbk_snapshot_open(hbk_ledger* ledger, hbk_snapshot** snapshot, hbk_error* error) {
  return Guard(error, [&]() -> absl::Status {
    if (snapshot == nullptr) return Invalid("snapshot is NULL");
    *snapshot = nullptr;
    const auto found = LedgerHandles::Find(ledger, "ledger");
    if (!found.ok()) return found.status();
    OpenLedger* const open = *found;
    auto opened = open->ledger->OpenSnapshot();
    if (!opened.ok()) return opened.status();
    auto object = std::make_unique<OpenSnapshot>(OpenSnapshot{open, *std::move(opened), {}});
    absl::MutexLock lock(&open->lock);
    *snapshot = OpenListed<SnapshotHandles>(std::move(object), open->snapshots);
    return absl::OkStatus();
  });
}

void hbk_snapshot_close(hbk_snapshot* snapshot) {
  OpenSnapshot* const open = SnapshotHandles::FindToClose(snapshot);
  if (open == nullptr) return;
  {
    absl::MutexLock lock(&open->ledger->lock);
    open->ledger->snapshots.erase(snapshot);
  }
  CloseSnapshot(snapshot);
}

hbk_status hbk_snapshot_stat(hbk_snapshot* snapshot, hbk_stat* stat, hbk_error* error) {
  return Guard(error, [&]() -> absl::Status {
    const auto found = SnapshotHandles::Find(snapshot, "snapshot");
    if (!found.ok()) return found.status();
    OpenSnapshot* const open = *found;
    if (stat == nullptr || stat->struct_size != sizeof(hbk_stat)) {
      return Invalid("hbk_stat is NULL or its struct_size is wrong; use HBK_STAT_INIT");
    }
    const auto got = open->snapshot->Stat();
    if (!got.ok()) return got.status();
    FillStat(*got, stat);
    return absl::OkStatus();
  });
}

hbk_status hbk_root(hbk_snapshot* snapshot, uint64_t size, uint8_t root[32], hbk_error* error) {
  return Guard(error, [&]() -> absl::Status {
    const auto found = SnapshotHandles::Find(snapshot, "snapshot");
    if (!found.ok()) return found.status();
    OpenSnapshot* const open = *found;
    if (root == nullptr) return Invalid("root is NULL");
    const auto got = open->snapshot->RootAt(size);
    if (!got.ok()) return got.status();
    std::memcpy(root, got->data(), got->size());
    return absl::OkStatus();
  });
}

hbk_status hbk_account_balance(hbk_snapshot* snapshot, const uint8_t party[16], uint16_t unit,
                               hbk_balance* balance, hbk_error* error) {
  return Guard(error, [&]() -> absl::Status {
    const auto found = SnapshotHandles::Find(snapshot, "snapshot");
    if (!found.ok()) return found.status();
    OpenSnapshot* const open = *found;
    if (party == nullptr || balance == nullptr) return Invalid("party or balance is NULL");
    const auto got = open->snapshot->AccountOf(ToId(party), static_cast<hourbook::Unit>(unit));
    if (!got.ok()) return got.status();
    *balance = ToBalance(got->balance);
    return absl::OkStatus();
  });
}

hbk_status hbk_account_units(hbk_snapshot* snapshot, const uint8_t party[16], uint16_t* units,
                             uint32_t capacity, uint32_t* count, hbk_error* error) {
  return Guard(error, [&]() -> absl::Status {
    const auto found = SnapshotHandles::Find(snapshot, "snapshot");
    if (!found.ok()) return found.status();
    if (party == nullptr || count == nullptr || (units == nullptr && capacity > 0)) {
      return Invalid("party, units or count is NULL");
    }
    const auto got = (*found)->snapshot->UnitsOf(ToId(party));
    if (!got.ok()) return got.status();
    *count = static_cast<uint32_t>(got->size());
    if (got->size() > capacity) {
      return hourbook::Fail(hourbook::Failure::kTooSmall,
                            absl::StrCat("the party has accounts in ", got->size(), " units"));
    }
    for (size_t i = 0; i < got->size(); ++i) units[i] = static_cast<uint16_t>((*got)[i]);
    return absl::OkStatus();
  });
}

hbk_status hbk_entry_by_index(hbk_snapshot* snapshot, uint64_t index, hbk_entry* entry,
                              uint8_t leaf[32], hbk_error* error) {
  return Guard(error, [&]() -> absl::Status {
    const auto found = SnapshotHandles::Find(snapshot, "snapshot");
    if (!found.ok()) return found.status();
    OpenSnapshot* const open = *found;
    if (entry == nullptr) return Invalid("entry is NULL");
    const auto got = open->snapshot->At(index);
    if (!got.ok()) return got.status();
    CopyRecord(*got, entry, leaf);
    return absl::OkStatus();
  });
}

hbk_status hbk_entry_by_id(hbk_snapshot* snapshot, const uint8_t id[16], hbk_entry* entry,
                           uint8_t leaf[32], hbk_error* error) {
  return Guard(error, [&]() -> absl::Status {
    const auto found = SnapshotHandles::Find(snapshot, "snapshot");
    if (!found.ok()) return found.status();
    OpenSnapshot* const open = *found;
    if (id == nullptr || entry == nullptr) return Invalid("id or entry is NULL");
    const auto got = open->snapshot->Get(ToId(id));
    if (!got.ok()) return got.status();
    CopyRecord(*got, entry, leaf);
    return absl::OkStatus();
  });
}

hbk_status hbk_parties(hbk_snapshot* snapshot, uint64_t first, hbk_party* parties,
                       uint32_t capacity, uint32_t* count, hbk_error* error) {
  return Guard(error, [&]() -> absl::Status {
    const auto found = SnapshotHandles::Find(snapshot, "snapshot");
    if (!found.ok()) return found.status();
    OpenSnapshot* const open = *found;
    if (parties == nullptr || count == nullptr) return Invalid("parties or count is NULL");
    const auto got = open->snapshot->Parties(first, capacity);
    for (size_t i = 0; i < got.size(); ++i) parties[i] = ToParty(got[i]);
    *count = static_cast<uint32_t>(got.size());
    return absl::OkStatus();
  });
}

hbk_status hbk_entries_open(hbk_snapshot* snapshot, uint64_t first, const hbk_filter* filter,
                            hbk_cursor** cursor, hbk_error* error) {
  return Guard(error, [&]() -> absl::Status {
    if (cursor == nullptr) return Invalid("cursor is NULL");
    *cursor = nullptr;
    const auto found = SnapshotHandles::Find(snapshot, "snapshot");
    if (!found.ok()) return found.status();
    OpenSnapshot* const open = *found;
    const auto parsed = ParseFilter(filter);
    if (!parsed.ok()) return parsed.status();
    *cursor = Wrap(open, hourbook::Cursor::Entries(*open->snapshot, first, *parsed));
    return absl::OkStatus();
  });
}

hbk_status hbk_statement_open(hbk_snapshot* snapshot, const uint8_t party[16], uint16_t unit,
                              const hbk_filter* filter, hbk_cursor** cursor, hbk_error* error) {
  return Guard(error, [&]() -> absl::Status {
    if (cursor == nullptr) return Invalid("cursor is NULL");
    *cursor = nullptr;
    const auto found = SnapshotHandles::Find(snapshot, "snapshot");
    if (!found.ok()) return found.status();
    OpenSnapshot* const open = *found;
    if (party == nullptr) return Invalid("party is NULL");
    const auto parsed = ParseFilter(filter);
    if (!parsed.ok()) return parsed.status();
    auto opened = hourbook::Cursor::Statement(*open->snapshot, ToId(party),
                                              static_cast<hourbook::Unit>(unit), *parsed);
    if (!opened.ok()) return opened.status();
    *cursor = Wrap(open, *std::move(opened));
    return absl::OkStatus();
  });
}

hbk_status hbk_cursor_next(hbk_cursor* cursor, hbk_entry* entries, uint32_t capacity,
                           uint32_t* count, hbk_error* error) {
  return Guard(error, [&]() -> absl::Status {
    const auto found = CursorHandles::Find(cursor, "cursor");
    if (!found.ok()) return found.status();
    OpenCursor* const open = *found;
    if (entries == nullptr || count == nullptr || capacity == 0) {
      return Invalid("entries or count is NULL, or capacity is 0");
    }
    const auto got = open->cursor.Next(
        absl::MakeSpan(reinterpret_cast<hourbook::Entry*>(entries), capacity));
    if (!got.ok()) return got.status();
    if (*got == 0) return hourbook::Fail(hourbook::Failure::kEnd, "there are no more entries");
    *count = static_cast<uint32_t>(*got);
    return absl::OkStatus();
  });
}

void hbk_cursor_close(hbk_cursor* cursor) {
  OpenCursor* const open = CursorHandles::FindToClose(cursor);
  if (open == nullptr) return;
  open->snapshot->cursors.erase(cursor);
  CursorHandles::Close(cursor);
}

hbk_status hbk_verify(hbk_snapshot* snapshot, hbk_progress progress, void* context,
                      hbk_error* error) {
  return Guard(error, [&]() -> absl::Status {
    const auto found = SnapshotHandles::Find(snapshot, "snapshot");
    if (!found.ok()) return found.status();
    OpenSnapshot* const open = *found;
    return hourbook::Verify(*open->snapshot, ProgressOf(progress, context));
  });
}
