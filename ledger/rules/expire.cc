// Expiry: what was credited long ago and is still there goes, first in, first out.
#include <algorithm>

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

// max(0, credits up to the cutoff - all debits): what is spent is taken from the oldest first, and
// what is held counts as spent, so that nothing goes from under a redemption that waits. By the
// ledger's own times: what is recorded late does not expire early.
absl::StatusOr<uint64_t> Expired(Judging& judging) {
  const Entry& asked = judging.entry;
  const Slot slot = AccountOf(judging.state, asked.debit, judging.unit());
  if (slot == kNoSlot) return 0;
  const Balance balance = judging.state.accounts.account(slot).balance;
  uint64_t credits = balance.credits_posted;
  const absl::Status walked =
      WalkAccount(judging, asked.debit, judging.unit(), 0, [&](const Entry& entry) {
        if (entry.recorded_at <= asked.occurred_at) return false;
        if (entry.credit == asked.debit) credits -= CreditedBy(entry);
        return true;
      });
  if (!walked.ok()) return walked;
  const uint64_t debits = balance.debits_posted + balance.debits_pending;
  return credits > debits ? credits - debits : 0;
}

}  // namespace

// The ledger fills in an amount that is left out. A second run finds nothing left to expire.
absl::StatusOr<Verdict> JudgeExpire(Judging& judging) {
  Entry& entry = judging.entry;
  const Verdict debit =
      CheckParty(judging.state, entry.debit, {PartyKind::kVolunteer, PartyKind::kBeneficiary});
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
