// Expiry: what was credited long ago and is still there goes, first in, first out.
#include <algorithm>

#include "absl/numeric/int128.h"
#include "ledger/rules/judging.h"

namespace hourbook {
namespace {

constexpr int64_t kNanosPerDay = 86'400LL * 1'000'000'000;

// Whether policy lets what was credited up to the entry's occurred_at expire by now.
bool IsDue(const Judging& judging) {
  const Entry& entry = judging.entry;
  const std::optional<uint64_t> days =
      judging.state.policy.InForce({Topic::kExpiryDays, kNoId, entry.unit}, entry.recorded_at);
  int64_t due;
  return days &&
         !__builtin_add_overflow(entry.occurred_at, static_cast<int64_t>(*days) * kNanosPerDay,
                                 &due) &&
         due <= entry.recorded_at;
}

// What an entry credited its credit party with, at once.
uint64_t CreditedBy(const Entry& entry) {
  const auto kind = static_cast<Kind>(entry.kind);
  const bool moves = kind != Kind::kVoid && (entry.flags & kFlagPending) == 0;
  return moves ? entry.amount : 0;
}

// What a person was credited with by the cutoff, and debited with at any time, holds included: not
// counting what went from one id of the person to another.
struct Sums {
  absl::uint128 credits = 0, debits = 0;
};

absl::StatusOr<Sums> SumsOf(Judging& judging, const Id& person) {
  const Entry& asked = judging.entry;
  State& state = judging.state;
  const bool has_ids = state.accounts.party(state.accounts.FindParty(person)).linked != kNoSlot;
  Sums sums;
  absl::Status walked;
  ForEachId(state, person, [&](const Party& id) {
    const Slot slot = AccountOf(state, id.id, judging.unit());
    if (slot == kNoSlot || !walked.ok()) return;
    const Balance balance = state.accounts.account(slot).balance;
    sums.credits += balance.credits_posted;
    sums.debits += balance.debits_posted + balance.debits_pending;
    walked = WalkAccount(judging, id.id, judging.unit(), 0, [&](const Entry& entry) {
      const bool is_credit = entry.credit == id.id;
      const bool is_new = entry.recorded_at > asked.occurred_at;
      if (!is_new && !has_ids) return false;
      const bool is_within = has_ids && PersonOf(state, entry.debit) == PersonOf(state, entry.credit);
      if (is_credit && (is_new || is_within)) sums.credits -= CreditedBy(entry);
      if (!is_credit && is_within) sums.debits -= CreditedBy(entry);
      return true;
    });
  });
  if (!walked.ok()) return walked;
  return sums;
}

// max(0, credits up to the cutoff - all debits): what is spent is taken from the oldest first, and
// what is held counts as spent, so that nothing goes from under a redemption that waits. By the
// ledger's own times: what is recorded late does not expire early. Of one id no more than it has.
absl::StatusOr<uint64_t> Expired(Judging& judging) {
  const Id& id = judging.entry.debit;
  const absl::StatusOr<Sums> sums = SumsOf(judging, PersonOf(judging.state, id));
  if (!sums.ok()) return sums.status();
  if (sums->credits <= sums->debits) return 0;
  const absl::uint128 left = sums->credits - sums->debits;
  const absl::uint128 here = AvailableTo(judging.state, id, judging.unit());
  return absl::Uint128Low64(std::min(left, here));
}

}  // namespace

// The ledger fills in an amount that is left out. A second run finds nothing left to expire.
absl::StatusOr<Verdict> JudgeExpire(Judging& judging) {
  Entry& entry = judging.entry;
  // Also what lies under an id that is used no more.
  const bool is_known = judging.state.accounts.FindParty(entry.debit) != kNoSlot;
  const Id& person = is_known ? PersonOf(judging.state, entry.debit) : entry.debit;
  const Verdict debit =
      CheckParty(judging.state, person, {PartyKind::kVolunteer, PartyKind::kBeneficiary});
  if (debit != Verdict::kOk) return debit;
  const Verdict credit =
      CheckParty(judging.state, entry.credit, {PartyKind::kProgramme, PartyKind::kSponsor});
  if (credit != Verdict::kOk) return credit;
  if (const Verdict v = CheckRecorder(judging); v != Verdict::kOk) return v;
  if (!IsDue(judging)) return Verdict::kNotExpired;
  const absl::StatusOr<uint64_t> expired = Expired(judging);
  if (!expired.ok()) return expired.status();
  if (*expired == 0) return Verdict::kNotExpired;
  if (entry.amount == 0) entry.amount = *expired;
  return entry.amount == *expired ? Move(judging) : Verdict::kWrongAmount;
}

}  // namespace hourbook
