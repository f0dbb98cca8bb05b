// What the rules of every kind share: the entry under judgement, and how value moves.
//
// A rule first checks everything, then changes the state, so that a refused entry leaves no trace.
#ifndef LEDGER_RULES_JUDGING_H_
#define LEDGER_RULES_JUDGING_H_

#include <cstdint>
#include <initializer_list>
#include <optional>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "ledger/rules/history.h"
#include "ledger/rules/state.h"
#include "ledger/rules/verdict.h"

namespace hourbook {

struct Judging {
  State& state;
  History& history;
  Entry& entry;  // index and recorded_at are set; a rule fills in what the ledger gives
  // Its accounts, once it is linked into them.
  Slot debit_account = kNoSlot, credit_account = kNoSlot;

  bool is_pending() const { return (entry.flags & kFlagPending) != 0; }
  Unit unit() const { return static_cast<Unit>(entry.unit); }
};

// kOk where the party was opened, is not closed, and is of one of these kinds (none given: any).
Verdict CheckParty(State& state, const Id& party,
                   std::initializer_list<PartyKind> kinds = {});

// The same for the recorder, who may be left out.
Verdict CheckRecorder(const Judging& judging);

// The end of a service's half-open interval, were it of so many minutes, at most a day; or that of
// time itself: an audit meets whatever times an operator has made up.
int64_t EndOf(const Entry& service, uint64_t minutes);

// Whether more working days than policy gives lie between the local day of a service and that of its
// record (O67 art. 11 has 10); never where policy gives none.
bool IsLate(const State& state, int64_t occurred_at, int64_t recorded_at);

// What the party may still be debited in a unit; 0 where nothing has moved yet.
uint64_t AvailableTo(State& state, const Id& party, Unit unit);

// The account of a party that is known, or kNoSlot.
template <class AnyState>
Slot AccountOf(AnyState& state, const Id& party, Unit unit) {
  const Slot slot = state.accounts.FindParty(party);
  return slot == kNoSlot ? kNoSlot : state.accounts.FindAccount(slot, unit);
}

// Whether a number is a category at an instant; any is, until policy defines the first.
bool IsCategory(const State& state, uint16_t category, int64_t at);

// kMostHeld where the credit party would have more than policy lets a person have of the unit. What
// is held of its credits counts, since it can always be posted; what is held of its debits does not
// make room, since it may be voided.
Verdict CheckMostHeld(const Judging& judging);

// Debits and credits the entry's accounts with its amount, opening a hold where it is pending, and
// links the entry into both. The parties must be open and different. kOverflow where a sum would
// not fit; nothing has changed then.
Verdict Move(Judging& judging);

// Sets the entry's back links to its accounts' last entries and makes it their last. Both accounts
// must exist.
void Link(Judging& judging, Slot debit, Slot credit);

// Ends an open hold, of which `posted` moves. What a programme held beyond that is no longer issued.
void EndHold(State& state, const Hold& hold, uint64_t posted);

// Calls visit with the entries of an account, newest first, as far back as index `oldest`, until
// it returns false. The party must be known.
absl::Status WalkAccount(Judging& judging, const Id& party, Unit unit, uint64_t oldest,
                         absl::FunctionRef<bool(const Entry&)> visit);

// The same over every id of the party's person, one after the other: false ends the walk of one id.
absl::Status WalkPerson(Judging& judging, const Id& party, Unit unit, uint64_t oldest,
                        absl::FunctionRef<bool(const Entry&)> visit);

// Adds minutes to the sum of an account's latest day or month, which a later one begins anew.
void NotePeriod(int32_t period, uint64_t minutes, int32_t& latest, uint32_t& sum);

// Whether the party is one that serves or is served: a volunteer or beneficiary.
bool IsPerson(const Party& party);

// The id that stands for the party's person: the party itself, unless it is linked to another.
const Id& PersonOf(State& state, const Id& party);

// Calls visit with every id of a person, the one that stands for it first.
void ForEachId(State& state, const Id& person, absl::FunctionRef<void(const Party&)> visit);

// Whether the entry's recorder may say how the ledger is run: an authority, or anybody until there is
// one.
bool IsByAuthority(const Judging& judging);

// The verdict on a pending entry that holds no more: kAlreadyPosted, kAlreadyVoided or kLapsed.
absl::StatusOr<Verdict> HowItEnded(Judging& judging, const Entry& pending);

// Whether points or bank minutes awarded for a service stand or are held: by one payer, or any for
// kNoId.
absl::StatusOr<bool> HasAward(Judging& judging, const Entry& service, Unit unit, const Id& payer);

// The party of an entry whose account has fewer entries to walk than that of a source of minutes
// or points: its volunteer, or else its debit party.
const Id& NarrowerParty(State& state, const Entry& entry);

// One rule for each family of kinds. The entry has passed CheckShape and its id is new.
Verdict JudgeOpen(Judging& judging);
Verdict JudgeClose(Judging& judging);
Verdict JudgeFreeze(Judging& judging);
Verdict JudgeLink(Judging& judging);
absl::StatusOr<Verdict> JudgeService(Judging& judging);
Verdict JudgeTraining(Judging& judging);
Verdict JudgeLegacy(Judging& judging);
Verdict JudgeInspection(Judging& judging);
Verdict JudgeContribution(Judging& judging);
absl::StatusOr<Verdict> JudgeDistribution(Judging& judging);
absl::StatusOr<Verdict> JudgeAward(Judging& judging);
absl::StatusOr<Verdict> JudgeRedeem(Judging& judging);
Verdict JudgeSettle(Judging& judging);
Verdict JudgeTransfer(Judging& judging);
absl::StatusOr<Verdict> JudgeExpire(Judging& judging);
absl::StatusOr<Verdict> JudgeReverse(Judging& judging);
absl::StatusOr<Verdict> JudgePost(Judging& judging);
absl::StatusOr<Verdict> JudgeVoid(Judging& judging);
Verdict JudgePolicy(Judging& judging);
absl::StatusOr<Verdict> JudgeErase(Judging& judging);

}  // namespace hourbook

#endif  // LEDGER_RULES_JUDGING_H_
