// Points and bank minutes on their way: redeemed, settled, transferred.
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

}  // namespace

Verdict JudgeRedeem(Judging& judging) {
  const Verdict v = CheckMove(judging, {PartyKind::kVolunteer, PartyKind::kBeneficiary},
                              {PartyKind::kStation});
  return v == Verdict::kOk ? MoveIfCovered(judging) : v;
}

// What a station has taken in goes back to who pays for it.
Verdict JudgeSettle(Judging& judging) {
  const Verdict v =
      CheckMove(judging, {PartyKind::kStation}, {PartyKind::kProgramme, PartyKind::kSponsor});
  return v == Verdict::kOk ? MoveIfCovered(judging) : v;
}

Verdict JudgeTransfer(Judging& judging) {
  const Entry& entry = judging.entry;
  const Verdict v = CheckMove(judging, {PartyKind::kVolunteer},
                              {PartyKind::kVolunteer, PartyKind::kBeneficiary});
  if (v != Verdict::kOk) return v;
  const std::optional<uint64_t> most =
      judging.state.policy.InForce({Topic::kTransfer, kNoId, entry.unit}, entry.occurred_at);
  if (!most || entry.amount > *most) return Verdict::kTransferNotPermitted;
  return MoveIfCovered(judging);
}

}  // namespace hourbook
