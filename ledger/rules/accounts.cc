#include "ledger/rules/accounts.h"

#include <limits>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "ledger/base/check.h"

namespace hourbook {

Slot Accounts::FindParty(const Id& id) const {
  return party_by_id_.Find(id, [this](Slot slot) -> const Id& { return parties_[slot].id; });
}

Slot Accounts::PrefetchRecord(const Id& id) const {
  const Slot slot = party_by_id_.Guess(id);
  if (slot != kNoSlot) __builtin_prefetch(&parties_[slot]);
  return slot;
}

void Accounts::PrefetchAccount(Slot party) const {
  if (party == kNoSlot || parties_[party].first_account == kNoSlot) return;
  const char* const account = reinterpret_cast<const char*>(&accounts_[parties_[party].first_account]);
  __builtin_prefetch(account);
  __builtin_prefetch(account + sizeof(Account) - 1);
}

Slot Accounts::OpenParty(const Id& id, PartyKind kind, uint64_t index) {
  HOURBOOK_CHECK(std::as_const(*this).FindParty(id) == kNoSlot, "a party is opened once");
  party_by_id_.MakeRoom();
  const Slot slot = parties_.Append({.id = id,
                                     .opened = index,
                                     .first_account = kNoSlot,
                                     .kind = static_cast<uint16_t>(kind),
                                     .standing = Standing::kOpen,
                                     .kept = kNoSlot,
                                     .linked = kNoSlot,
                                     .next_linked = kNoSlot,
                                     .padding = 0});
  party_by_id_.Add(id, slot);
  return slot;
}

void Accounts::LinkParty(Slot other, Slot kept) {
  Party& from = parties_.Mutate(other);
  from.standing = Standing::kLinked;
  from.kept = kept;
  from.next_linked = parties_[kept].linked;
  parties_.Mutate(kept).linked = other;
}

bool Accounts::RestoreParty(Slot slot, const Party& party) {
  const bool is_new = slot == parties_.size() && std::as_const(*this).FindParty(party.id) == kNoSlot;
  const bool is_known = slot < parties_.size() && parties_[slot].id == party.id;
  if (!is_new && !is_known) return false;
  if (is_new) party_by_id_.Add(party.id, slot);
  parties_.Restore(slot, party);
  return true;
}

bool Accounts::RestoreAccount(Slot slot, const Account& account) {
  if (slot > accounts_.size()) return false;
  accounts_.Restore(slot, account);
  return true;
}

void Accounts::NoteAllChanged() {
  parties_.NoteAllChanged();
  accounts_.NoteAllChanged();
}

void Accounts::ForgetChanged() {
  parties_.ForgetChanged();
  accounts_.ForgetChanged();
}

Slot Accounts::FindOrAddAccount(Slot party, Unit unit) {
  if (const Slot found = FindAccount(party, unit); found != kNoSlot) return found;
  Account account{};
  if (unit == Unit::kMinute) {
    account.served = {.until = std::numeric_limits<int64_t>::min(),
                      .day = std::numeric_limits<int32_t>::min(),
                      .minutes_of_day = 0,
                      .month = std::numeric_limits<int32_t>::min(),
                      .minutes_of_month = 0};
  }
  account.party = party;
  account.next_account = parties_[party].first_account;
  account.unit = static_cast<uint16_t>(unit);
  const Slot slot = accounts_.Append(account);
  parties_.Mutate(party).first_account = slot;
  return slot;
}

void Accounts::AddView(uint64_t view) {
  parties_.AddView(view);
  absl::Cleanup remove = [&] { parties_.RemoveView(view); };
  accounts_.AddView(view);
  std::move(remove).Cancel();
}

void Accounts::RemoveView(uint64_t view) {
  parties_.RemoveView(view);
  accounts_.RemoveView(view);
}

void Accounts::RollBack(const Mark& mark) {
  for (Slot slot = mark.parties.size; slot < parties_.size(); ++slot) {
    party_by_id_.Remove(parties_[slot].id, slot);
    found_ = {};
  }
  parties_.RollBack(mark.parties);
  accounts_.RollBack(mark.accounts);
}

void Accounts::Keep(const Mark& mark) {
  parties_.Keep(mark.parties);
  accounts_.Keep(mark.accounts);
}

}  // namespace hourbook
