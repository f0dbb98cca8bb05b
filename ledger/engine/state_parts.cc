#include "ledger/engine/state_parts.h"

#include <algorithm>
#include <cstring>
#include <numeric>
#include <set>

#include "absl/strings/str_cat.h"
#include "ledger/base/error.h"
#include "ledger/engine/state_check.h"
#include "ledger/format/genesis.h"

namespace hourbook {
namespace {

// Where a size changes, so does the layout: kStateLayout needs another number then.
static_assert(sizeof(Party) == 48 && sizeof(Account) == 80 && sizeof(Hold) == 32);

constexpr size_t kPageBytes = 4'000;

using PolicyIndex = uint64_t;

template <class Record>
constexpr size_t kStride = sizeof(Slot) + sizeof(Record);
template <class Record>
constexpr uint32_t kPerPage = kPageBytes / kStride<Record>;

constexpr uint32_t kPerPageOf[kStateTables] = {kPerPage<Party>, kPerPage<Account>, kPerPage<Hold>,
                                               kPerPage<PolicyIndex>};

template <class Record>
void Put(std::string& bytes, Slot slot, const Record& record) {
  bytes.append(reinterpret_cast<const char*>(&slot), sizeof(slot));
  bytes.append(reinterpret_cast<const char*>(&record), sizeof(record));
}

struct PolicyIndexes {
  const std::vector<Entry>& entries;
  PolicyIndex operator[](size_t i) const { return entries[i].index; }
};

template <class Record, class Records>
std::string PageOf(uint32_t number, uint32_t count, const Records& records) {
  std::string bytes;
  bytes.reserve(kPageBytes);
  const uint32_t begin = number * kPerPage<Record>;
  for (uint32_t i = begin; i < std::min(count, begin + kPerPage<Record>); ++i) Put<Record>(bytes, i, records[i]);
  return bytes;
}

// Gathers records into pages.
class Gatherer {
 public:
  explicit Gatherer(StateChanges& changes) : changes_(changes) { changes_.counts = {}; }
  ~Gatherer() { changes_.pages.resize(used_); }

  void AddAll(const State& state, uint64_t since) {
    AddChanged(kParties, state.accounts.parties());
    AddChanged(kAccounts, state.accounts.accounts());
    AddChanged(kHolds, state.holds.table());
    for (const Entry& entry : state.policy_entries) {
      if (entry.index >= since) Add(kPolicies, 0, PolicyIndex{entry.index});
    }
  }

 private:
  template <class Record>
  void AddChanged(uint32_t table, const Table<Record>& records) {
    records.VisitChanged([&](Slot slot) { Add(table, slot, records[slot]); });
  }

  template <class Record>
  void Add(uint32_t table, Slot slot, const Record& record) {
    const uint32_t at = changes_.counts[table]++;
    if (at % kPerPage<Record> == 0) NextPage(table, at / kPerPage<Record>);
    Put(changes_.pages[used_ - 1].bytes, slot, record);
  }

  void NextPage(uint32_t table, uint32_t number) {
    if (used_ == changes_.pages.size()) changes_.pages.emplace_back();
    StatePage& page = changes_.pages[used_++];
    page.table = table;
    page.number = number;
    page.bytes.clear();
    page.bytes.reserve(kPageBytes);
  }

  StateChanges& changes_;
  size_t used_ = 0;  // pages
};

absl::Status Damaged(uint32_t table, uint32_t page) {
  return Fail(Failure::kCorrupt,
              absl::StrCat("page ", page, " of table ", table, " of the stored state is damaged"));
}

// Calls take with each record of a table of a part, until it returns false.
template <class Record, class Take>
absl::Status ReadTable(const ReadTxn& txn, const StatePart& part, uint32_t table, Take take) {
  uint32_t left = part.counts[table];
  for (uint32_t page = 0; left > 0; ++page) {
    const absl::StatusOr<std::string> bytes = txn.StatePage(part.number, table, page);
    if (!bytes.ok()) return bytes.status();
    const uint32_t count = std::min(left, kPerPage<Record>);
    if (bytes->size() != count * kStride<Record>) return Damaged(table, page);
    for (uint32_t i = 0; i < count; ++i) {
      Slot slot;
      Record record;
      std::memcpy(&slot, bytes->data() + i * kStride<Record>, sizeof(slot));
      std::memcpy(&record, bytes->data() + i * kStride<Record> + sizeof(slot), sizeof(record));
      if (!take(slot, record)) return Damaged(table, page);
    }
    left -= count;
  }
  return absl::OkStatus();
}

// What takes all parts to be known.
struct Gathered {
  std::vector<Hold> holds;
  std::set<PolicyIndex> policies;
};

// A part's records of a table come in the order of their slots, policy entries in that of their indexes.
class InOrder {
 public:
  bool Take(uint64_t next) {
    const bool follows = next >= from_;
    from_ = next + 1;
    return follows && next != UINT64_MAX;
  }

 private:
  uint64_t from_ = 0;
};

absl::Status ReadPart(const ReadTxn& txn, const StatePart& part, State& state, Gathered& gathered) {
  InOrder parties, accounts, holds, policies;
  absl::Status read = ReadTable<Party>(txn, part, kParties, [&](Slot slot, const Party& party) {
    return parties.Take(slot) && state.accounts.RestoreParty(slot, party);
  });
  if (!read.ok()) return read;
  read = ReadTable<Account>(txn, part, kAccounts, [&](Slot slot, const Account& account) {
    return accounts.Take(slot) && state.accounts.RestoreAccount(slot, account);
  });
  if (!read.ok()) return read;
  read = ReadTable<Hold>(txn, part, kHolds, [&](Slot slot, const Hold& hold) {
    if (!holds.Take(slot) || slot > gathered.holds.size()) return false;
    if (slot == gathered.holds.size()) gathered.holds.emplace_back();
    gathered.holds[slot] = hold;
    return true;
  });
  if (!read.ok()) return read;
  return ReadTable<PolicyIndex>(txn, part, kPolicies, [&](Slot, PolicyIndex index) {
    gathered.policies.insert(index);
    return policies.Take(index);
  });
}

// The genesis comes first, and then only what policy can take in.
bool IsPolicy(const Entry& entry) {
  if (entry.index == 0) return DecodeGenesis(entry).ok();
  return entry.kind == static_cast<uint16_t>(Kind::kPolicy) && Policy::Check(entry) == Verdict::kOk;
}

absl::Status TakeIn(const ReadTxn& txn, const Gathered& gathered, State& state) {
  for (const Hold& hold : gathered.holds) {
    if (!state.holds.Restore(hold)) return Damaged(kHolds, 0);
  }
  for (const PolicyIndex index : gathered.policies) {
    if (index >= state.size) return Damaged(kPolicies, 0);
    const absl::StatusOr<Record> record = txn.At(index);
    if (!record.ok()) return record.status();
    if (!IsPolicy(record->entry)) return Damaged(kPolicies, 0);
    state.AddPolicy(record->entry);
  }
  return absl::OkStatus();
}

}  // namespace

StateCounts CountsOf(const State& state) {
  return {state.accounts.parties().size(), state.accounts.accounts().size(), state.holds.table().size(),
          static_cast<uint32_t>(state.policy_entries.size())};
}

StateCounts CountsAt(const State& state, uint64_t view) {
  const auto policies = std::partition_point(state.policy_entries.begin(), state.policy_entries.end(),
                                             [view](const Entry& entry) { return entry.index < view; });
  return {state.accounts.parties().At(view).size(), state.accounts.accounts().At(view).size(),
          state.holds.table().At(view).size(),
          static_cast<uint32_t>(policies - state.policy_entries.begin())};
}

uint64_t Sum(const StateCounts& counts) {
  return std::accumulate(counts.begin(), counts.end(), uint64_t{0});
}

uint32_t StatePagesFor(uint32_t table, uint32_t records) {
  return (records + kPerPageOf[table] - 1) / kPerPageOf[table];
}

std::string WholePage(const State& state, uint64_t view, uint32_t table, uint32_t number,
                      uint32_t count) {
  switch (table) {
    case kParties:
      return PageOf<Party>(number, count, state.accounts.parties().At(view));
    case kAccounts:
      return PageOf<Account>(number, count, state.accounts.accounts().At(view));
    case kHolds:
      return PageOf<Hold>(number, count, state.holds.table().At(view));
    default:
      return PageOf<PolicyIndex>(number, count, PolicyIndexes{state.policy_entries});
  }
}

StateChanges ChangesOf(const State& state, uint64_t since, StateChanges spare) {
  Gatherer(spare).AddAll(state, since);
  return spare;
}

void NoteChanged(const StateChanges& changes, State& state) {
  const auto each = [](const StatePage& page, size_t stride, const auto& note) {
    for (size_t at = 0; at < page.bytes.size(); at += stride) {
      Slot slot;
      std::memcpy(&slot, page.bytes.data() + at, sizeof(slot));
      note(slot);
    }
  };
  for (const StatePage& page : changes.pages) {
    if (page.table == kParties) {
      each(page, kStride<Party>, [&](Slot slot) { state.accounts.NotePartyChanged(slot); });
    } else if (page.table == kAccounts) {
      each(page, kStride<Account>, [&](Slot slot) { state.accounts.NoteAccountChanged(slot); });
    } else if (page.table == kHolds) {
      each(page, kStride<Hold>, [&](Slot slot) { state.holds.NoteChanged(slot); });
    }
  }
}

absl::StatusOr<State> ReadState(const ReadTxn& txn) {
  const absl::StatusOr<StateHead> head = txn.ReadStateHead();
  if (!head.ok()) return head.status();
  State state;
  if (head->part_count == 0) return state;
  Gathered gathered;
  for (uint64_t i = 0; i < head->part_count; ++i) {
    if (absl::Status read = ReadPart(txn, head->parts[i], state, gathered); !read.ok()) return read;
  }
  state.size = head->parts[head->part_count - 1].size;
  if (absl::Status taken = TakeIn(txn, gathered, state); !taken.ok()) return taken;
  state.ForgetChanged();
  const absl::StatusOr<Record> last = txn.At(state.size - 1);
  if (!last.ok()) return last.status();
  state.last_recorded_at = last->entry.recorded_at;
  if (gathered.policies.empty() || *gathered.policies.begin() != 0 || !HangsTogether(state)) {
    return Fail(Failure::kCorrupt, "the stored state contradicts itself");
  }
  return state;
}

}  // namespace hourbook
