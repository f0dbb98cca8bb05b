// Reading.
#include <algorithm>
#include <cstring>
#include <utility>

#include "fuzz/calls/caller.h"
#include "fuzz/entry_input.h"

namespace hourbook::fuzz {
namespace {

bool IsZero(const uint8_t (&id)[16]) {
  return std::all_of(std::begin(id), std::end(id), [](uint8_t byte) { return byte == 0; });
}

// As hourbook.h says it.
bool Fits(const hbk_entry& entry, const hbk_filter& filter) {
  if (filter.kind != 0 && entry.kind != filter.kind) return false;
  if (filter.unit != 0 && entry.unit != filter.unit) return false;
  if (filter.code != 0 && entry.code != filter.code) return false;
  if (!IsZero(filter.activity) && std::memcmp(entry.activity, filter.activity, 16) != 0)
    return false;
  if (filter.from != INT64_MIN && entry.occurred_at < filter.from) return false;
  return filter.until == INT64_MAX || entry.occurred_at < filter.until;
}

hbk_filter TakeFilter(FuzzInput& input, bool& is_hostile) {
  hbk_filter filter = HBK_FILTER_INIT;
  filter.struct_size = TakeSize(input, sizeof(filter), is_hostile);
  if (input.Below(2) == 0) filter.kind = static_cast<uint16_t>(input.Below(24));
  if (input.Below(3) == 0) filter.unit = static_cast<uint16_t>(input.Below(5));
  if (input.Below(3) == 0) filter.code = static_cast<uint16_t>(input.Below(8));
  if (input.Below(6) == 0) TakeId(input, filter.activity);
  if (input.Below(4) == 0) filter.from = input.Take<int64_t>();
  if (input.Below(4) == 0) filter.until = kCreatedAt + int64_t{input.Below(3'000)} * 60'000'000'000;
  if (input.Below(16) == 0) {
    filter.reserved[input.Below(3)] = 1;
    is_hostile = true;
  }
  return filter;
}

}  // namespace

uint64_t Caller::TakeIndex(uint64_t size) {
  const uint32_t form = input_.Below(8);
  if (form == 0) return input_.Take<uint64_t>();
  if (form == 1) return size;
  return input_.Below(256) % (size + 1);
}

hbk_stat Caller::StatOf(hbk_ledger* ledger) {
  hbk_stat stat = HBK_STAT_INIT;
  hbk_snapshot* snapshot = nullptr;
  FUZZ_CHECK(hbk_snapshot_open(ledger, &snapshot, nullptr) == HBK_OK);
  FUZZ_CHECK(hbk_snapshot_stat(snapshot, &stat, nullptr) == HBK_OK);
  hbk_snapshot_close(snapshot);
  return stat;
}

void Caller::NoteClosed(size_t snapshot) {
  snapshots_[snapshot].is_open = false;
  for (HeldCursor& cursor : cursors_) {
    if (cursor.snapshot == snapshot) cursor.is_open = false;
  }
}

void Caller::OpenSnapshot() {
  Settle();
  const auto which = size_t{input_.Below(2)};
  HeldSnapshot& held = snapshots_[which];
  if (held.is_open) return;
  const bool is_hostile = input_.Below(16) == 0;
  hbk_snapshot* opened = nullptr;
  const hbk_status status = WithError(input_, [&](hbk_error* error) {
    return hbk_snapshot_open(ledger_.handle, is_hostile ? nullptr : &opened, error);
  });
  Expect({ledger_.is_open, is_hostile}, status, {HBK_OK});
  FUZZ_CHECK((status == HBK_OK) == (opened != nullptr));
  if (status != HBK_OK) return;
  held.handle = opened;
  held.is_open = true;
  held.size = size_;
}

void Caller::CloseSnapshot() {
  const auto which = size_t{input_.Below(2)};
  hbk_snapshot_close(snapshots_[which].handle);
  NoteClosed(which);
}

void Caller::ReadEntry() {
  const HeldSnapshot& held = PickSnapshot();
  Call call{.is_open = held.is_open, .is_hostile = input_.Below(16) == 0};
  hbk_entry entry, untouched;
  std::memset(&untouched, 0x5a, sizeof(untouched));
  entry = untouched;
  uint8_t leaf[32];
  const uint64_t index = TakeIndex(held.size);
  const hbk_status by_index = WithError(input_, [&](hbk_error* error) {
    return hbk_entry_by_index(held.handle, index, call.is_hostile ? nullptr : &entry,
                              input_.Below(2) == 0 ? nullptr : leaf, error);
  });
  Expect(call, by_index, {HBK_OK, HBK_NOT_FOUND});
  const bool is_there = held.is_open && !call.is_hostile && index < held.size;
  FUZZ_CHECK((by_index == HBK_OK) == is_there);
  if (by_index != HBK_OK) FUZZ_CHECK(std::memcmp(&entry, &untouched, sizeof(entry)) == 0);

  Key id{};
  id[0] = 1;
  id[15] = static_cast<uint8_t>(input_.Below(24));
  const auto known = acknowledged_.find(id);
  hbk_entry found = untouched;
  const hbk_status by_id = hbk_entry_by_id(held.handle, id.data(), &found, nullptr, nullptr);
  Expect({held.is_open, false}, by_id, {HBK_OK, HBK_NOT_FOUND});
  const bool is_known = known != acknowledged_.end() && known->second.first < held.size;
  FUZZ_CHECK((by_id == HBK_OK) == (held.is_open && is_known));
  if (by_id == HBK_OK) FUZZ_CHECK(found.index == known->second.first);
  if (by_id != HBK_OK) FUZZ_CHECK(std::memcmp(&found, &untouched, sizeof(found)) == 0);
}

void Caller::ReadAccount() {
  const HeldSnapshot& held = PickSnapshot();
  const Call call{.is_open = held.is_open, .is_hostile = false};
  uint8_t party[16] = {};
  TakeId(input_, party);
  const auto unit =
      input_.Below(4) == 0 ? input_.Take<uint16_t>() : static_cast<uint16_t>(input_.Below(4));
  hbk_balance balance = {7, 7, 7, 7};
  const hbk_status read = WithError(input_, [&](hbk_error* error) {
    return hbk_account_balance(held.handle, party, unit, &balance, error);
  });
  Expect(call, read, {HBK_OK, HBK_NOT_FOUND});
  if (read != HBK_OK) FUZZ_CHECK(balance.debits_posted == 7 && balance.credits_pending == 7);

  uint16_t units[8];
  uint32_t count = 0;
  const uint32_t capacity = input_.Below(9);
  const hbk_status listed = WithError(input_, [&](hbk_error* error) {
    return hbk_account_units(held.handle, party, capacity == 0 ? nullptr : units, capacity, &count,
                             error);
  });
  Expect(call, listed, {HBK_OK, HBK_NOT_FOUND, HBK_TOO_SMALL});
  if (held.is_open) FUZZ_CHECK((read == HBK_NOT_FOUND) == (listed == HBK_NOT_FOUND));
  if (listed == HBK_TOO_SMALL) FUZZ_CHECK(count > capacity);
  if (listed == HBK_OK) FUZZ_CHECK(count <= capacity && std::is_sorted(units, units + count));

  hbk_party parties[4];
  const uint32_t room = input_.Below(5);
  const uint64_t first = input_.Below(4) == 0 ? input_.Take<uint64_t>() : input_.Below(32);
  const hbk_status status = WithError(input_, [&](hbk_error* error) {
    return hbk_parties(held.handle, first, parties, room, &count, error);
  });
  Expect(call, status, {HBK_OK});
  if (status == HBK_OK) FUZZ_CHECK(count <= room);
}

void Caller::ReadWhole() {
  const HeldSnapshot& held = PickSnapshot();
  Call call{.is_open = held.is_open, .is_hostile = false};
  hbk_stat stat = HBK_STAT_INIT;
  stat.struct_size = TakeSize(input_, sizeof(stat), call.is_hostile);
  const hbk_status status = WithError(
      input_, [&](hbk_error* error) { return hbk_snapshot_stat(held.handle, &stat, error); });
  Expect(call, status, {HBK_OK});
  if (status == HBK_OK) FUZZ_CHECK(stat.size == held.size);
  if (status != HBK_OK) FUZZ_CHECK(stat.size == 0 && stat.origin[0] == '\0');

  const uint64_t size = TakeIndex(held.size);
  uint8_t root[32] = {};
  const hbk_status rooted =
      WithError(input_, [&](hbk_error* error) { return hbk_root(held.handle, size, root, error); });
  Expect({held.is_open, false}, rooted, {HBK_OK, HBK_NOT_FOUND});
  if (held.is_open) FUZZ_CHECK((rooted == HBK_OK) == (size <= held.size));
  if (rooted == HBK_OK && status == HBK_OK && size == held.size) {
    FUZZ_CHECK(std::memcmp(root, stat.root, sizeof(root)) == 0);
  }

  if (input_.Below(4) != 0) return;
  int left = static_cast<int>(input_.Below(3));  // 0: stopped at once
  const auto progress = [](void* context, uint64_t, uint64_t) {
    return --*static_cast<int*>(context) < 0 ? 1 : 0;
  };
  const hbk_status verified = WithError(
      input_, [&](hbk_error* error) { return hbk_verify(held.handle, progress, &left, error); });
  Expect({held.is_open, false}, verified, {HBK_OK, HBK_END});
}

std::vector<hbk_entry> Caller::EntriesOf(hbk_snapshot* snapshot, uint64_t size) {
  std::vector<hbk_entry> entries(size);
  for (uint64_t i = 0; i < size; ++i) {
    FUZZ_CHECK(hbk_entry_by_index(snapshot, i, &entries[i], nullptr, nullptr) == HBK_OK);
  }
  return entries;
}

void Caller::OpenCursor() {
  const auto which = size_t{input_.Below(2)};
  const HeldSnapshot& held = snapshots_[which];
  HeldCursor& cursor = PickCursor();
  hbk_cursor_close(cursor.handle);
  cursor = {};
  Call call{.is_open = held.is_open, .is_hostile = false};
  const bool is_statement = input_.Below(3) == 0;
  const hbk_filter filter = TakeFilter(input_, call.is_hostile);
  const bool has_filter = input_.Below(3) != 0;
  if (!has_filter) call.is_hostile = false;
  const hbk_filter* const given = has_filter ? &filter : nullptr;
  const uint64_t first = TakeIndex(held.size);
  uint8_t party[16] = {};
  TakeId(input_, party);
  const auto unit = static_cast<uint16_t>(input_.Below(5));
  hbk_cursor* opened = reinterpret_cast<hbk_cursor*>(this);
  const hbk_status status = WithError(input_, [&](hbk_error* error) {
    return is_statement ? hbk_statement_open(held.handle, party, unit, given, &opened, error)
                        : hbk_entries_open(held.handle, first, given, &opened, error);
  });
  if (is_statement) Expect(call, status, {HBK_OK, HBK_NOT_FOUND});
  if (!is_statement) Expect(call, status, {HBK_OK});
  FUZZ_CHECK((status == HBK_OK) == (opened != nullptr));
  if (status != HBK_OK) return;
  cursor.handle = opened;
  cursor.is_open = true;
  cursor.snapshot = which;
  cursor.is_statement = is_statement;
  if (is_statement) return;
  for (const hbk_entry& entry : EntriesOf(held.handle, held.size)) {
    const bool is_wanted = entry.index >= first && (!has_filter || Fits(entry, filter));
    if (is_wanted) cursor.wanted.push_back(entry);
  }
}

void Caller::MoveCursor() {
  HeldCursor& cursor = PickCursor();
  Call call{.is_open = cursor.is_open, .is_hostile = false};
  hbk_entry page[4];
  uint32_t count = 77;
  const uint32_t form = input_.Below(16);
  const uint32_t capacity = form == 0 ? 0 : 1 + input_.Below(4);
  call.is_hostile = form < 2;
  const hbk_status status = WithError(input_, [&](hbk_error* error) {
    return hbk_cursor_next(cursor.handle, form == 1 ? nullptr : page, capacity, &count, error);
  });
  Expect(call, status, {HBK_OK, HBK_END});
  if (status != HBK_OK) FUZZ_CHECK(count == 77);
  if (status == HBK_OK) FUZZ_CHECK(count > 0 && count <= capacity);
  const bool has_ended = status == HBK_END;
  if (has_ended) FUZZ_CHECK(cursor.wanted.empty());
  if (status != HBK_OK) return;
  for (uint32_t i = 0; i < count; ++i) {
    if (cursor.is_statement) {
      FUZZ_CHECK(page[i].index < cursor.before);
      cursor.before = page[i].index;
      continue;
    }
    FUZZ_CHECK(!cursor.wanted.empty());
    FUZZ_CHECK(std::memcmp(&page[i], &cursor.wanted.front(), sizeof(page[i])) == 0);
    cursor.wanted.erase(cursor.wanted.begin());
  }
}

void Caller::CloseCursor() {
  HeldCursor& cursor = PickCursor();
  hbk_cursor_close(input_.Below(4) == 0 ? nullptr : cursor.handle);
  hbk_cursor_close(cursor.handle);
  cursor.is_open = false;
}

}  // namespace hourbook::fuzz
