#include "ledger/engine/state_check.h"

#include <cstring>

#include "absl/strings/str_cat.h"
#include "ledger/base/error.h"
#include "ledger/base/hash_map.h"
#include "ledger/engine/state_parts.h"

namespace hourbook {
namespace {

// kNoSlot, or one of so many.
bool IsSlot(Slot slot, Slot count) { return slot == kNoSlot || slot < count; }

bool IsKind(uint16_t kind) {
  return kind >= static_cast<uint16_t>(PartyKind::kVolunteer) &&
         kind <= static_cast<uint16_t>(PartyKind::kRecorder);
}

bool PartiesHangTogether(const Accounts& all, uint64_t size) {
  const Slot parties = all.parties().size();
  for (Slot i = 0; i < parties; ++i) {
    const Party& party = all.party(i);
    if (!IsKind(party.kind) || party.standing > Standing::kLinked || party.opened >= size) return false;
    if (!IsSlot(party.kept, parties) || !IsSlot(party.linked, parties) || !IsSlot(party.next_linked, parties))
      return false;
    if ((party.standing == Standing::kLinked) != (party.kept != kNoSlot)) return false;
    if (party.kept != kNoSlot && all.party(party.kept).kept != kNoSlot) return false;
    const Slot account = party.first_account;
    if (!IsSlot(account, all.accounts().size())) return false;
    if (account != kNoSlot && all.account(account).party != i) return false;
  }
  return true;
}

// Each that was linked is in one list, that of the party it was linked to: all lists together are no
// longer than there are such.
bool LinksEnd(const Accounts& all) {
  const Slot parties = all.parties().size();
  Slot left = 0;
  for (Slot i = 0; i < parties; ++i) {
    if (all.party(i).kept != kNoSlot) ++left;
  }
  for (Slot i = 0; i < parties; ++i) {
    for (Slot linked = all.party(i).linked; linked != kNoSlot;
         linked = all.party(linked).next_linked, --left) {
      if (left == 0 || all.party(linked).kept != i) return false;
    }
  }
  return left == 0;
}

// The lists of accounts end, since each names an older one.
bool AccountsHangTogether(const Accounts& all, uint64_t size) {
  for (Slot i = 0; i < all.accounts().size(); ++i) {
    const Account& account = all.account(i);
    if (account.party >= all.parties().size() || account.last_index >= size) return false;
    const Slot next = account.next_account;
    if (next != kNoSlot && (next >= i || all.account(next).party != account.party)) return false;
    const Balance& balance = account.balance;
    if (!AddChecked(balance.debits_posted, balance.debits_pending)) return false;
    if (!AddChecked(balance.credits_posted, balance.credits_pending)) return false;
  }
  return true;
}

struct Held {
  uint64_t debits = 0;
  uint64_t credits = 0;
};

bool Add(uint64_t amount, uint64_t& sum) { return !__builtin_add_overflow(sum, amount, &sum); }

bool HoldsAddUp(const State& state) {
  const Accounts& all = state.accounts;
  const Table<Hold>& holds = state.holds.table();
  HashMap<Slot, Held> held;
  for (Slot i = 0; i < holds.size(); ++i) {
    const Hold& hold = holds[i];
    if (hold.index == 0) continue;
    const Slot accounts = all.accounts().size();
    if (hold.index >= state.size || hold.debit >= accounts || hold.credit >= accounts) return false;
    if (!Add(hold.amount, held[hold.debit].debits) || !Add(hold.amount, held[hold.credit].credits))
      return false;
  }
  for (Slot i = 0; i < all.accounts().size(); ++i) {
    const Balance& balance = all.account(i).balance;
    const auto found = held.find(i);
    const Held& expected = found == held.end() ? Held{} : found->second;
    if (balance.debits_pending != expected.debits || balance.credits_pending != expected.credits)
      return false;
  }
  return true;
}

template <class Record>
bool AreSame(const Table<Record>& stored, const Table<Record>& replayed) {
  if (stored.size() != replayed.size()) return false;
  for (Slot i = 0; i < stored.size(); ++i) {
    if (std::memcmp(&stored[i], &replayed[i], sizeof(Record)) != 0) return false;
  }
  return true;
}

uint64_t PagesOf(const StateCounts& counts) {
  uint64_t pages = 0;
  for (uint32_t table = 0; table < kStateTables; ++table) pages += StatePagesFor(table, counts[table]);
  return pages;
}

absl::Status CheckCount(const ReadTxn& txn, uint64_t part, uint64_t expected) {
  const absl::StatusOr<uint64_t> count = txn.CountStatePages(part);
  if (!count.ok()) return count.status();
  if (*count == expected) return absl::OkStatus();
  return Fail(Failure::kCorrupt,
              absl::StrCat("part ", part, " of the stored state has ", *count, " pages of ", expected));
}

// The first pages of it, as many as are said to be written.
absl::Status CheckThere(const ReadTxn& txn, const StateWhole& whole) {
  uint64_t left = whole.pages;
  for (uint32_t table = 0; table < kStateTables; ++table) {
    const uint32_t pages = StatePagesFor(table, whole.counts[table]);
    for (uint32_t page = 0; page < pages && left > 0; ++page, --left) {
      const absl::Status there = txn.StatePage(whole.job.number, table, page).status();
      if (!there.ok()) return there;
    }
  }
  return absl::OkStatus();
}

}  // namespace

bool HangsTogether(const State& state) {
  return PartiesHangTogether(state.accounts, state.size) && LinksEnd(state.accounts) &&
         AccountsHangTogether(state.accounts, state.size) && HoldsAddUp(state);
}

absl::Status CheckSame(const State& stored, const State& replayed) {
  const auto differ = [&](absl::string_view what) {
    return Fail(Failure::kCorrupt, absl::StrCat("the ", what, " of the stored state are not what the first ",
                                                stored.size, " entries make"));
  };
  if (!AreSame(stored.accounts.parties(), replayed.accounts.parties())) return differ("parties");
  if (!AreSame(stored.accounts.accounts(), replayed.accounts.accounts())) return differ("accounts");
  if (!AreSame(stored.holds.table(), replayed.holds.table())) return differ("holds");
  if (stored.policy_entries != replayed.policy_entries) return differ("policies");
  return absl::OkStatus();
}

absl::Status CheckPages(const ReadTxn& txn, const StateHead& head) {
  for (uint64_t i = 0; i < head.part_count; ++i) {
    const StatePart& part = head.parts[i];
    if (absl::Status checked = CheckCount(txn, part.number, PagesOf(part.counts)); !checked.ok())
      return checked;
  }
  const StateWhole& whole = head.whole;
  if (whole.job.number == 0) return absl::OkStatus();
  if (absl::Status checked = CheckCount(txn, whole.job.number, whole.pages); !checked.ok()) return checked;
  return CheckThere(txn, whole);
}

}  // namespace hourbook
