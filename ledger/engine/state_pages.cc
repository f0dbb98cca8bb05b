#include "ledger/engine/state_pages.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "absl/strings/str_cat.h"
#include "ledger/base/error.h"

namespace hourbook {
namespace {

// The tables of a state, in the order in which they are written and read back.
// Where a size changes, so does the layout: store/state.cc needs another number then.
static_assert(sizeof(Party) == 48 && sizeof(Account) == 104 && sizeof(Hold) == 32);

enum StateTable : uint32_t { kParties, kAccounts, kHolds, kPolicies, kTables };

constexpr size_t kPageBytes = 4'000;

// A tail of this many entries replays in a fraction of a second.
constexpr uint64_t kShortestPeriod = 65'536;
// Sweeping writes each record once a period: for this many entries a record, that costs each entry
// a seventh of its own size.
constexpr uint64_t kEntriesPerRecord = 4;

// A policy entry is persisted as its index.
using PolicyIndex = uint64_t;

template <class Record>
constexpr uint32_t PerPage() {
  return kPageBytes / sizeof(Record);
}

uint32_t PagesFor(uint64_t records, uint32_t per_page) {
  return static_cast<uint32_t>((records + per_page - 1) / per_page);
}

uint32_t CountOf(const State& state, uint64_t view, uint32_t table) {
  switch (table) {
    case kParties:
      return state.accounts.parties().SizeAt(view);
    case kAccounts:
      return state.accounts.accounts().SizeAt(view);
    case kHolds:
      return state.holds.table().SizeAt(view);
    default:
      return static_cast<uint32_t>(std::count_if(
          state.policy_entries.begin(), state.policy_entries.end(),
          [view](const Entry& entry) { return entry.index < view; }));
  }
}

uint32_t PagesOf(const State& state, uint64_t view, uint32_t table) {
  constexpr uint32_t kPerPage[kTables] = {PerPage<Party>(), PerPage<Account>(), PerPage<Hold>(),
                                          PerPage<PolicyIndex>()};
  return PagesFor(CountOf(state, view, table), kPerPage[table]);
}

uint64_t RecordsIn(const State& state) {
  return uint64_t{state.accounts.parties().size()} + state.accounts.accounts().size() +
         state.holds.table().size() + state.policy_entries.size();
}

// The bytes of the records of a page, each got by its number.
template <class Record, class Get>
std::string PageOf(uint32_t page, uint32_t count, Get get) {
  std::string bytes;
  const uint32_t end = std::min(count, (page + 1) * PerPage<Record>());
  for (uint32_t i = page * PerPage<Record>(); i < end; ++i) {
    const Record record = get(i);
    bytes.append(reinterpret_cast<const char*>(&record), sizeof(record));
  }
  return bytes;
}

std::string PageBytes(const State& state, uint64_t view, uint32_t table, uint32_t page) {
  const uint32_t count = CountOf(state, view, table);
  switch (table) {
    case kParties:
      return PageOf<Party>(page, count,
                           [&](Slot i) { return state.accounts.parties().At(view, i); });
    case kAccounts:
      return PageOf<Account>(page, count,
                             [&](Slot i) { return state.accounts.accounts().At(view, i); });
    case kHolds:
      return PageOf<Hold>(page, count, [&](Slot i) { return state.holds.table().At(view, i); });
    default:
      return PageOf<PolicyIndex>(page, count,
                                 [&](uint32_t i) { return state.policy_entries[i].index; });
  }
}

absl::Status Damaged(uint32_t table, uint32_t page) {
  return Fail(Failure::kCorrupt,
              absl::StrCat("page ", page, " of table ", table, " of the stored state is damaged"));
}

// Calls take with each record of a table.
template <class Record, class Take>
absl::Status ReadTable(const ReadTxn& txn, const StateHead& head, uint32_t table, Take take) {
  uint32_t left = head.complete_counts[table];
  for (uint32_t page = 0; left > 0; ++page) {
    const absl::StatusOr<std::string> bytes = txn.StatePage(head.complete, table, page);
    if (!bytes.ok()) return bytes.status();
    const uint32_t count = std::min(left, PerPage<Record>());
    if (bytes->size() != count * sizeof(Record)) return Damaged(table, page);
    for (uint32_t i = 0; i < count; ++i) {
      Record record;
      std::memcpy(&record, bytes->data() + i * sizeof(record), sizeof(record));
      if (absl::Status taken = take(record); !taken.ok()) return taken;
    }
    left -= count;
  }
  return absl::OkStatus();
}

absl::Status ReadPolicies(const ReadTxn& txn, const StateHead& head, State& state) {
  return ReadTable<PolicyIndex>(txn, head, kPolicies, [&](PolicyIndex index) -> absl::Status {
    const absl::StatusOr<Record> record = txn.At(index);
    if (!record.ok()) return record.status();
    state.AddPolicy(record->entry);
    return absl::OkStatus();
  });
}

}  // namespace

absl::StatusOr<State> ReadState(const ReadTxn& txn) {
  const absl::StatusOr<StateHead> head = txn.ReadStateHead();
  if (!head.ok()) return head.status();
  State state;
  if (head->complete == 0) return state;
  absl::Status read = ReadTable<Party>(txn, *head, kParties, [&](const Party& party) {
    state.accounts.RestoreParty(party);
    return absl::OkStatus();
  });
  if (!read.ok()) return read;
  read = ReadTable<Account>(txn, *head, kAccounts, [&](const Account& account) {
    state.accounts.RestoreAccount(account);
    return absl::OkStatus();
  });
  if (!read.ok()) return read;
  read = ReadTable<Hold>(txn, *head, kHolds, [&](const Hold& hold) {
    state.holds.Restore(hold);
    return absl::OkStatus();
  });
  if (!read.ok()) return read;
  if (absl::Status policies = ReadPolicies(txn, *head, state); !policies.ok()) return policies;
  const absl::StatusOr<Record> last = txn.At(head->complete - 1);
  if (!last.ok()) return last.status();
  state.size = head->complete;
  state.last_recorded_at = last->entry.recorded_at;
  return state;
}

uint64_t Sweep::PeriodFor(const State& state) const {
  if (period_ != 0) return period_;
  return std::max(kShortestPeriod, kEntriesPerRecord * RecordsIn(state));
}

void Sweep::Begin(State& state, uint64_t base) {
  state.ShareView(base);
  running_ = Running{.generation = base};
}

void Sweep::End(State& state) {
  state.RemoveView(running_->generation);
  running_.reset();
}

absl::Status Sweep::Step(State& state, uint64_t base, uint64_t entries, WriteTxn& txn) {
  absl::StatusOr<StateHead> head = txn.ReadStateHead();
  if (!head.ok()) return head.status();
  const uint64_t period = PeriodFor(state);
  if (running_ && head->running != running_->generation) End(state);  // another process took over
  // One that a process left behind when it ended is taken over after a while.
  const bool other_is_at_it = head->running != 0 && base - head->running < 2 * period;
  if (!running_ && base - head->complete >= period && !other_is_at_it) {
    Begin(state, base);
    head->running = base;
    if (absl::Status put = txn.PutStateHead(*head); !put.ok()) return put;
  }
  uint64_t written = 0;
  if (running_) {
    // Done in half a period, so that the tail to replay stays below one and a half.
    uint64_t pages = 0;
    for (uint32_t t = 0; t < kTables; ++t) pages += PagesOf(state, running_->generation, t);
    written = 1 + pages * 2 * entries / period;
    if (absl::Status put = WritePages(state, written, txn); !put.ok()) return put;
  }
  return txn.DropStatePages(written + 1);
}

absl::Status Sweep::WritePages(const State& state, uint64_t count, WriteTxn& txn) {
  Running& at = *running_;
  while (at.table < kTables && count > 0) {
    if (at.page == PagesOf(state, at.generation, at.table)) {
      ++at.table;
      at.page = 0;
      continue;
    }
    const std::string bytes = PageBytes(state, at.generation, at.table, at.page);
    const absl::Status put = txn.PutStatePage(at.generation, at.table, at.page, bytes);
    if (!put.ok()) return put;
    ++at.page;
    --count;
  }
  if (at.table < kTables) return absl::OkStatus();
  StateHead head{};
  head.complete = at.generation;
  for (uint32_t t = 0; t < kTables; ++t) {
    head.complete_counts[t] = CountOf(state, at.generation, t);
  }
  at.complete = true;
  return txn.PutStateHead(head);
}

void Sweep::Abandon(State& state) {
  if (running_) End(state);
}

void Sweep::Committed(State& state) {
  if (running_ && running_->complete) End(state);
}

}  // namespace hourbook
