// Policy entries.
#include "ledger/rules/judging.h"

namespace hourbook {
namespace {

bool IsOf(const Entry& entry, Topic topic) { return entry.code == static_cast<uint16_t>(topic); }

// What a policy is about must be there before it, and an authority that is taken away need not be.
Verdict CheckScope(const Judging& judging) {
  const Entry& entry = judging.entry;
  if (entry.credit == kNoId) return Verdict::kOk;
  if (IsOf(entry, Topic::kRelative)) {
    const std::initializer_list<PartyKind> persons = {PartyKind::kVolunteer,
                                                      PartyKind::kBeneficiary};
    const Verdict giver = CheckParty(judging.state, entry.credit, persons);
    return giver == Verdict::kOk ? CheckParty(judging.state, entry.ref, persons) : giver;
  }
  if (!IsOf(entry, Topic::kAuthority)) {
    return CheckParty(judging.state, entry.credit, {PartyKind::kProgramme});
  }
  return entry.amount == 0 ? Verdict::kOk : CheckParty(judging.state, entry.credit);
}

// What is paid for a category would never be, where policy has categories and this is none of them.
bool IsOfKnownCategory(const Judging& judging) {
  const Entry& entry = judging.entry;
  const bool has_category = IsOf(entry, Topic::kTariff) || IsOf(entry, Topic::kRounding) ||
                            IsOf(entry, Topic::kBankRate);
  return !has_category || IsCategory(judging.state, Policy::KeyOf(entry), entry.occurred_at);
}

// None ends its own authority, nor another on a day to come, so that one is always left; and the first
// is one that is given.
bool MayWrite(const Judging& judging) {
  const Entry& entry = judging.entry;
  const bool ends = IsOf(entry, Topic::kAuthority) && entry.amount == 0;
  const bool is_first = !judging.state.policy.has_authorities();
  return !(ends && (is_first || entry.credit == entry.recorder)) && IsByAuthority(judging);
}

// What is in force from an instant on is not rewritten for that instant: what was judged by it would be
// judged by something else from now on, and nobody could tell from the dates. Before it is in force it
// may be corrected.
bool Conflicts(const Judging& judging) {
  const Entry& entry = judging.entry;
  if (IsOfItsMoment(static_cast<Topic>(entry.code)) || entry.occurred_at > entry.recorded_at) {
    return false;
  }
  const std::optional<uint64_t> there =
      judging.state.policy.From(Policy::SubjectOf(entry), entry.occurred_at);
  return there && *there != entry.amount;
}

}  // namespace

bool IsByAuthority(const Judging& judging) {
  const Policy& policy = judging.state.policy;
  const Entry& entry = judging.entry;
  return !policy.has_authorities() ||
         policy.InForce({Topic::kAuthority, entry.recorder, 0}, entry.recorded_at) == 1;
}

Verdict JudgePolicy(Judging& judging) {
  const Entry& entry = judging.entry;
  if (const Verdict v = Policy::Check(entry); v != Verdict::kOk) return v;
  // The local days of what was recorded already must not shift under it.
  const bool moves_days = IsOf(entry, Topic::kUtcOffset);
  if (moves_days && entry.occurred_at < entry.recorded_at) return Verdict::kPolicyBackdated;
  if (const Verdict v = CheckScope(judging); v != Verdict::kOk) return v;
  if (!IsOfKnownCategory(judging)) return Verdict::kUnknownCategory;
  if (const Verdict v = CheckRecorder(judging); v != Verdict::kOk) return v;
  if (!MayWrite(judging)) return Verdict::kNoAuthority;
  if (Conflicts(judging)) return Verdict::kPolicyConflict;
  judging.state.AddPolicy(entry);
  return Verdict::kOk;
}

}  // namespace hourbook
