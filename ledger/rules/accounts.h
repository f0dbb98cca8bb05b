// Who is who, and who has what: the parties of a ledger and their accounts.
#ifndef LEDGER_RULES_ACCOUNTS_H_
#define LEDGER_RULES_ACCOUNTS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

#include "ledger/base/bytes.h"
#include "ledger/base/id_index.h"
#include "ledger/format/entry.h"
#include "ledger/rules/balance.h"
#include "ledger/rules/table.h"

namespace hourbook {

inline constexpr Slot kNoSlot = IdIndex::kNone;

// What may be done with a party. The numbers are persisted, and the C API's.
enum class Standing : uint16_t { kOpen = 0, kClosed = 1, kFrozen = 2, kLinked = 3 };

struct Party {
  Id id;
  uint64_t opened;     // index of its open entry
  Slot first_account;  // the newest of its accounts, or kNoSlot
  uint16_t kind;       // PartyKind
  Standing standing;
  Slot kept;         // of the same person: the id that this one was linked to, or kNoSlot
  Slot linked;       // the newest of the ids that were linked to this one, or kNoSlot
  Slot next_linked;  // the one before it of the same kept id, or kNoSlot
  uint32_t padding;
};

// What a programme awarded of a unit that is awarded.
struct Issued {
  uint64_t total;  // less what was taken back
  // In the month and in the year of its last local day with an award, whatever became of it.
  uint64_t in_month;
  uint64_t in_year;
};

// When a volunteer served. Upper bounds over all services ever accepted, voided ones included: what
// passes them is free of overlap and within its cap; what does not is looked up in the history.
struct Served {
  int64_t until;
  int32_t day;
  uint32_t minutes_of_day;
  int32_t month;
  uint32_t minutes_of_month;
};

// (party, unit).
struct Account {
  Balance balance;
  uint64_t last_index;  // of the last entry that touched it; 0 for none
  union {
    Issued issued;  // of any other unit
    Served served;  // of Unit::kMinute
  };
  Slot party;
  Slot next_account;  // of the same party, or kNoSlot
  int32_t issue_day;  // the last local day with an award
  uint16_t unit;
  uint16_t padding;
};

static_assert(std::has_unique_object_representations_v<Party>, "persisted as its bytes");
static_assert(std::has_unique_object_representations_v<Account>, "persisted as its bytes");

// Not thread-safe: the owner serializes changes and lookups.
class Accounts {
 public:
  struct Mark {
    Table<Party>::Mark parties;
    Table<Account>::Mark accounts;
  };

  // The slot of a party that was ever opened, or kNoSlot. The owner's own lookups, of the same few
  // parties again and again, are remembered; those of readers are not.
  Slot FindParty(const Id& id) const;
  Slot FindParty(const Id& id) {
    Found& found = found_[id.Bits(kFoundBits)];
    if (found.id == id && id != kNoId) return found.slot;
    const Slot slot = std::as_const(*this).FindParty(id);
    if (slot != kNoSlot) found = {id, slot};
    return slot;
  }

  // Says that a party will be asked for soon: first where it is to be found, then its record, then its
  // newest account, each once the one before is there.
  void PrefetchParty(const Id& id) const { party_by_id_.Prefetch(id); }
  Slot PrefetchRecord(const Id& id) const;  // most likely the party's, or kNoSlot
  void PrefetchAccount(Slot party) const;    // any of PrefetchRecord's

  // The party's account in the unit, or kNoSlot where nothing has moved yet.
  Slot FindAccount(Slot party, Unit unit) const {
    Slot slot = parties_[party].first_account;
    while (slot != kNoSlot && accounts_[slot].unit != static_cast<uint16_t>(unit)) {
      slot = accounts_[slot].next_account;
    }
    return slot;
  }

  // The id must not be known.
  Slot OpenParty(const Id& id, PartyKind kind, uint64_t index);
  // Both are one person's; `other` must be linked to none and have none linked to it.
  void LinkParty(Slot other, Slot kept);
  void SetStanding(Slot party, Standing standing) { parties_.Mutate(party).standing = standing; }

  // Takes in a record as it was stored: a new slot's is at the end, an earlier one's in place of what is
  // there. False, with nothing changed, where it cannot be.
  bool RestoreParty(Slot slot, const Party& party);
  bool RestoreAccount(Slot slot, const Account& account);

  // As Table's.
  void ForgetChanged();
  void NoteAllChanged();
  void NotePartyChanged(Slot party) { parties_.NoteChanged(party); }
  void NoteAccountChanged(Slot account) { accounts_.NoteChanged(account); }

  // FindAccount, or a new account with nothing in it.
  Slot FindOrAddAccount(Slot party, Unit unit);

  const Party& party(Slot slot) const { return parties_[slot]; }
  const Account& account(Slot slot) const { return accounts_[slot]; }
  Account& Mutate(Slot account) { return accounts_.Mutate(account); }

  const Table<Party>& parties() const { return parties_; }
  const Table<Account>& accounts() const { return accounts_; }

  // As Table's.
  void AddView(uint64_t view);
  void RemoveView(uint64_t view);
  Mark Begin() { return {parties_.Begin(), accounts_.Begin()}; }
  void RollBack(const Mark& mark);
  void Keep(const Mark& mark);

 private:
  struct Found {
    Id id;
    Slot slot;
  };
  static constexpr int kFoundBits = 5;

  Table<Party> parties_;
  Table<Account> accounts_;
  IdIndex party_by_id_;
  std::array<Found, size_t{1} << kFoundBits> found_{};  // by the id's bits; kNoId is no party's
};

}  // namespace hourbook

#endif  // LEDGER_RULES_ACCOUNTS_H_
