// Points and bank minutes on their way: redeemed, settled, transferred.
#include <algorithm>

#include "ledger/rules/fates.h"
#include "ledger/rules/judging.h"

namespace hourbook {
namespace {

// What moving value from one party's account to another's needs whatever the kind.
Verdict CheckMove(const Judging& judging, std::initializer_list<PartyKind> from,
                  std::initializer_list<PartyKind> to) {
  const Entry& entry = judging.entry;
  if (const Verdict v = CheckParty(judging.state, entry.debit, from); v != Verdict::kOk) return v;
  if (const Verdict v = CheckParty(judging.state, entry.credit, to); v != Verdict::kOk) return v;
  if (const Verdict v = CheckRecorder(judging); v != Verdict::kOk) return v;
  if (entry.debit == entry.credit) return Verdict::kSameParty;
  return entry.amount == 0 ? Verdict::kZeroAmount : Verdict::kOk;
}

Verdict MoveIfCovered(Judging& judging) {
  const Entry& entry = judging.entry;
  if (AvailableTo(judging.state, entry.debit, judging.unit()) < entry.amount) {
    return Verdict::kInsufficient;
  }
  return Move(judging);
}

// Time banks let a volunteer redeem from so many hours on (Guangzhou: 100 h); a beneficiary serves
// none and need not.
bool HasServedEnough(const Judging& judging) {
  const Entry& entry = judging.entry;
  State& state = judging.state;
  const std::optional<uint64_t> needed =
      state.policy.InForce({Topic::kRedeemFrom, kNoId, 0}, entry.recorded_at);
  const Party& party = state.accounts.party(state.accounts.FindParty(entry.debit));
  if (!needed || party.kind != static_cast<uint16_t>(PartyKind::kVolunteer)) return true;
  uint64_t left = *needed;
  ForEachId(state, entry.debit, [&](const Party& id) {
    const Slot account = AccountOf(state, id.id, Unit::kMinute);
    if (account == kNoSlot) return;
    const Balance& minutes = state.accounts.account(account).balance;
    const uint64_t reversed = std::min(minutes.debits_posted, minutes.credits_posted);
    left -= std::min(left, minutes.credits_posted - reversed);
  });
  return left == 0;
}

absl::StatusOr<bool> HasRedeemedEnough(Judging& judging) {
  const Entry& asked = judging.entry;
  State& state = judging.state;
  const std::optional<uint64_t> most =
      state.policy.InForce({Topic::kDailyRedemptions, kNoId, 0}, asked.recorded_at);
  if (!most) return false;
  const int32_t day = state.policy.LocalDay(asked.recorded_at);
  Fates fates;
  uint64_t count = 0;
  const absl::Status walked =
      WalkPerson(judging, asked.debit, judging.unit(), 0, [&](const Entry& entry) {
        if (state.policy.LocalDay(entry.recorded_at) != day) return false;
        fates.Note(entry);
        const bool is_redeem = entry.kind == static_cast<uint16_t>(Kind::kRedeem);
        if (is_redeem && fates.Standing(state, entry) > 0) ++count;
        return true;
      });
  if (!walked.ok()) return walked;
  return count >= *most;
}

// Two ids of one person, at least one of which is linked to the other.
bool AreOfOnePerson(State& state, const Id& one, const Id& other) {
  return state.accounts.FindParty(one) != kNoSlot && state.accounts.FindParty(other) != kNoSlot &&
         one != other && PersonOf(state, one) == PersonOf(state, other);
}

// What a person has under one id goes to another of the same: no gift, so no policy need permit it.
Verdict MoveToOwnId(Judging& judging) {
  const Id& person = PersonOf(judging.state, judging.entry.credit);
  if (const Verdict v = CheckParty(judging.state, person); v != Verdict::kOk) return v;
  if (const Verdict v = CheckRecorder(judging); v != Verdict::kOk) return v;
  return judging.entry.amount == 0 ? Verdict::kZeroAmount : MoveIfCovered(judging);
}

// The largest single transfer: nothing may go where no policy speaks of it.
uint64_t MostToPool(const Judging& judging) {
  const Entry& entry = judging.entry;
  return judging.state.policy.InForce({Topic::kPool, kNoId, entry.unit}, entry.recorded_at)
      .value_or(0);
}

uint64_t MostToPerson(const Judging& judging) {
  const Entry& entry = judging.entry;
  State& state = judging.state;
  const auto named =
      state.policy.InForce({Topic::kRelative, entry.debit, 0, entry.credit}, entry.recorded_at);
  const Party& giver = state.accounts.party(state.accounts.FindParty(entry.debit));
  const bool is_volunteer = giver.kind == static_cast<uint16_t>(PartyKind::kVolunteer);
  const auto any =
      is_volunteer ? state.policy.InForce({Topic::kTransfer, kNoId, entry.unit}, entry.recorded_at)
                   : std::nullopt;
  return std::max(named.value_or(0), any.value_or(0));
}

}  // namespace

absl::StatusOr<Verdict> JudgeRedeem(Judging& judging) {
  const Verdict v = CheckMove(judging, {PartyKind::kVolunteer, PartyKind::kBeneficiary},
                              {PartyKind::kStation});
  if (v != Verdict::kOk) return v;
  if (!HasServedEnough(judging)) return Verdict::kNotYetRedeemable;
  const absl::StatusOr<bool> too_often = HasRedeemedEnough(judging);
  if (!too_often.ok()) return too_often.status();
  return *too_often ? Verdict::kRedemptionLimit : MoveIfCovered(judging);
}

// What a station has taken in goes back to who pays for it.
Verdict JudgeSettle(Judging& judging) {
  const Verdict v =
      CheckMove(judging, {PartyKind::kStation}, {PartyKind::kProgramme, PartyKind::kSponsor});
  return v == Verdict::kOk ? MoveIfCovered(judging) : v;
}

// Between volunteers, or from a person to one who was named as a relative, or to a pool from which a
// programme or sponsor helps others: each as far as policy permits it (city rules of time banks).
Verdict JudgeTransfer(Judging& judging) {
  const Entry& entry = judging.entry;
  if (AreOfOnePerson(judging.state, entry.debit, entry.credit)) return MoveToOwnId(judging);
  const Verdict v =
      CheckMove(judging, {PartyKind::kVolunteer, PartyKind::kBeneficiary},
                {PartyKind::kVolunteer, PartyKind::kBeneficiary, PartyKind::kProgramme,
                 PartyKind::kSponsor});
  if (v != Verdict::kOk) return v;
  Accounts& accounts = judging.state.accounts;
  const bool to_pool = !IsPerson(accounts.party(accounts.FindParty(entry.credit)));
  const uint64_t most = to_pool ? MostToPool(judging) : MostToPerson(judging);
  if (entry.amount > most) return Verdict::kTransferNotPermitted;
  if (!to_pool) {
    if (const Verdict held = CheckMostHeld(judging); held != Verdict::kOk) return held;
  }
  return MoveIfCovered(judging);
}

}  // namespace hourbook
