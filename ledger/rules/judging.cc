#include "ledger/rules/judging.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "ledger/base/check.h"

namespace hourbook {
namespace {

// A pending entry lapses this long after it was recorded; an instant past the end of time is never.
int64_t DeadlineOf(const Entry& entry) {
  if (entry.timeout == 0) return kNoDeadline;
  int64_t deadline;
  const int64_t timeout = int64_t{entry.timeout} * 1'000'000'000;
  if (__builtin_add_overflow(entry.recorded_at, timeout, &deadline)) return kNoDeadline;
  return deadline;
}

Balance BalanceOf(const State& state, Slot account) {
  return account == kNoSlot ? Balance{} : state.accounts.account(account).balance;
}

// Sets the entry's back links and makes it the last of both.
void LinkInto(Entry& entry, Account& debit, Account& credit) {
  entry.prev_debit = std::exchange(debit.last_index, entry.index);
  entry.prev_credit = std::exchange(credit.last_index, entry.index);
}

bool IsProgramme(const State& state, Slot account) {
  const Party& party = state.accounts.party(state.accounts.account(account).party);
  return party.kind == static_cast<uint16_t>(PartyKind::kProgramme);
}

}  // namespace

Verdict CheckParty(State& state, const Id& party, std::initializer_list<PartyKind> kinds) {
  const Slot slot = state.accounts.FindParty(party);
  if (slot == kNoSlot) return Verdict::kUnknownParty;
  const Party& found = state.accounts.party(slot);
  if (found.standing == Standing::kClosed) return Verdict::kPartyClosed;
  if (found.standing == Standing::kFrozen) return Verdict::kPartyFrozen;
  if (found.standing == Standing::kLinked) return Verdict::kPartyLinked;
  const auto kind = static_cast<PartyKind>(found.kind);
  const bool fits =
      kinds.size() == 0 || std::find(kinds.begin(), kinds.end(), kind) != kinds.end();
  return fits ? Verdict::kOk : Verdict::kWrongPartyKind;
}

Verdict CheckRecorder(const Judging& judging) {
  const Id& recorder = judging.entry.recorder;
  return recorder == kNoId ? Verdict::kOk : CheckParty(judging.state, recorder);
}

int64_t EndOf(const Entry& service, uint64_t minutes) {
  constexpr int64_t kNanosPerMinute = 60'000'000'000;
  int64_t end;
  const int64_t duration = static_cast<int64_t>(minutes) * kNanosPerMinute;
  const bool overflows = __builtin_add_overflow(service.occurred_at, duration, &end);
  return overflows ? std::numeric_limits<int64_t>::max() : end;
}

bool IsLate(const State& state, int64_t occurred_at, int64_t recorded_at) {
  const Policy& policy = state.policy;
  const auto days = policy.InForce({Topic::kBackdatingDays, kNoId, 0}, recorded_at);
  if (!days) return false;
  const int32_t recorded = policy.LocalDay(recorded_at);
  uint64_t worked = 0;
  for (int32_t day = policy.LocalDay(occurred_at); day < recorded && worked <= *days;) {
    if (policy.IsWorkingDay(++day, recorded_at)) ++worked;
  }
  return worked > *days;
}

uint64_t AvailableTo(State& state, const Id& party, Unit unit) {
  return Available(BalanceOf(state, AccountOf(state, party, unit)));
}

bool IsCategory(const State& state, uint16_t category, int64_t at) {
  return !state.policy.has_categories(at) ||
         state.policy.InForce({Topic::kCategory, kNoId, category}, at) == 1;
}

Verdict CheckMostHeld(const Judging& judging) {
  const Entry& entry = judging.entry;
  State& state = judging.state;
  const std::optional<uint64_t> most =
      state.policy.InForce({Topic::kMostHeld, kNoId, entry.unit}, entry.recorded_at);
  if (!most) return Verdict::kOk;
  uint64_t left = *most;
  bool fits = true;
  ForEachId(state, entry.credit, [&](const Party& id) {
    const Balance balance = BalanceOf(state, AccountOf(state, id.id, judging.unit()));
    const uint64_t credits = balance.credits_posted + balance.credits_pending;  // Credit's range
    const uint64_t has = credits > balance.debits_posted ? credits - balance.debits_posted : 0;
    fits = fits && has <= left;
    if (fits) left -= has;
  });
  return fits && entry.amount <= left ? Verdict::kOk : Verdict::kMostHeld;
}

Verdict Move(Judging& judging) {
  const Entry& entry = judging.entry;
  Accounts& accounts = judging.state.accounts;
  const Slot debit_party = accounts.FindParty(entry.debit);
  const Slot credit_party = accounts.FindParty(entry.credit);
  HOURBOOK_CHECK(debit_party != credit_party, "value moves between two parties");
  const bool pending = judging.is_pending();
  Slot debit_slot = accounts.FindAccount(debit_party, judging.unit());
  Slot credit_slot = accounts.FindAccount(credit_party, judging.unit());
  Balance debit = BalanceOf(judging.state, debit_slot);
  Balance credit = BalanceOf(judging.state, credit_slot);
  if (!Debit(debit, entry.amount, pending) || !Credit(credit, entry.amount, pending)) {
    return Verdict::kOverflow;
  }
  if (debit_slot == kNoSlot) debit_slot = accounts.FindOrAddAccount(debit_party, judging.unit());
  if (credit_slot == kNoSlot) credit_slot = accounts.FindOrAddAccount(credit_party, judging.unit());
  Account& debited = accounts.Mutate(debit_slot);
  Account& credited = accounts.Mutate(credit_slot);
  debited.balance = debit;
  credited.balance = credit;
  LinkInto(judging.entry, debited, credited);
  judging.debit_account = debit_slot;
  judging.credit_account = credit_slot;
  if (pending) {
    judging.state.holds.Open({.index = entry.index,
                              .deadline = DeadlineOf(entry),
                              .amount = entry.amount,
                              .debit = debit_slot,
                              .credit = credit_slot});
  }
  return Verdict::kOk;
}

void Link(Judging& judging, Slot debit, Slot credit) {
  Accounts& accounts = judging.state.accounts;
  judging.debit_account = debit;
  judging.credit_account = credit;
  LinkInto(judging.entry, accounts.Mutate(debit), accounts.Mutate(credit));
}

void EndHold(State& state, const Hold& hold, uint64_t posted) {
  Account& debit = state.accounts.Mutate(hold.debit);
  EndDebitHold(debit.balance, hold.amount, posted);
  const bool has_issued = debit.unit != static_cast<uint16_t>(Unit::kMinute);
  if (has_issued && IsProgramme(state, hold.debit)) debit.issued.total -= hold.amount - posted;
  EndCreditHold(state.accounts.Mutate(hold.credit).balance, hold.amount, posted);
  state.holds.Close(hold.index);
}

absl::Status WalkAccount(Judging& judging, const Id& party, Unit unit, uint64_t oldest,
                         absl::FunctionRef<bool(const Entry&)> visit) {
  const Slot account = AccountOf(judging.state, party, unit);
  if (account == kNoSlot) return absl::OkStatus();
  uint64_t index = judging.state.accounts.account(account).last_index;
  while (index != 0 && index >= oldest) {
    const absl::StatusOr<Entry> entry = judging.history.At(index);
    if (!entry.ok()) return entry.status();
    if (!visit(*entry)) break;
    const uint64_t previous = entry->debit == party ? entry->prev_debit : entry->prev_credit;
    if (previous >= index) {
      return absl::DataLossError(absl::StrCat("entry ", index, " links forward, to ", previous));
    }
    index = previous;
  }
  return absl::OkStatus();
}

void NotePeriod(int32_t period, uint64_t minutes, int32_t& latest, uint32_t& sum) {
  // Services that are voided and recorded again add up without end; an upper bound may stop growing
  // once it is past every cap.
  constexpr uint64_t kPastEveryCap = uint64_t{62} * 1'440;
  if (period < latest) return;
  const uint64_t before = period > latest ? 0 : sum;
  latest = period;
  sum = static_cast<uint32_t>(std::min(before + minutes, kPastEveryCap));
}

bool IsPerson(const Party& party) {
  return party.kind == static_cast<uint16_t>(PartyKind::kVolunteer) ||
         party.kind == static_cast<uint16_t>(PartyKind::kBeneficiary);
}

const Id& PersonOf(State& state, const Id& party) {
  const Slot slot = state.accounts.FindParty(party);
  if (slot == kNoSlot) return party;
  const Party& found = state.accounts.party(slot);
  return found.kept == kNoSlot ? found.id : state.accounts.party(found.kept).id;
}

void ForEachId(State& state, const Id& person, absl::FunctionRef<void(const Party&)> visit) {
  const Slot found = state.accounts.FindParty(person);
  if (found == kNoSlot) return;
  const Party& kept = state.accounts.party(found);
  visit(kept);
  for (Slot slot = kept.linked; slot != kNoSlot;) {
    const Party& linked = state.accounts.party(slot);
    visit(linked);
    slot = linked.next_linked;
  }
}

absl::Status WalkPerson(Judging& judging, const Id& party, Unit unit, uint64_t oldest,
                        absl::FunctionRef<bool(const Entry&)> visit) {
  absl::Status walked;
  ForEachId(judging.state, PersonOf(judging.state, party), [&](const Party& id) {
    if (walked.ok()) walked = WalkAccount(judging, id.id, unit, oldest, visit);
  });
  return walked;
}

absl::StatusOr<Verdict> HowItEnded(Judging& judging, const Entry& pending) {
  Verdict ended = Verdict::kLapsed;
  const absl::Status walked = WalkAccount(
      judging, NarrowerParty(judging.state, pending), static_cast<Unit>(pending.unit),
      pending.index + 1, [&](const Entry& later) {
        if (later.ref != pending.id) return true;
        if (later.kind == static_cast<uint16_t>(Kind::kPost)) ended = Verdict::kAlreadyPosted;
        if (later.kind == static_cast<uint16_t>(Kind::kVoid)) ended = Verdict::kAlreadyVoided;
        return ended == Verdict::kLapsed;
      });
  if (!walked.ok()) return walked;
  return ended;
}

const Id& NarrowerParty(State& state, const Entry& entry) {
  const Slot credit = state.accounts.FindParty(entry.credit);
  const bool volunteer_credited =
      credit != kNoSlot &&
      state.accounts.party(credit).kind == static_cast<uint16_t>(PartyKind::kVolunteer);
  return volunteer_credited ? entry.credit : entry.debit;
}

}  // namespace hourbook
