// What is recorded beside service, in units that a programme defines by policy: training, claims of
// years before the ledger, staff's inspections, what people contribute and what is distributed. None
// of it mints service minutes (O67 art. 19; Regulation on Volunteer Service art. 2) or points.
#include "ledger/rules/fates.h"
#include "ledger/rules/judging.h"

namespace hourbook {
namespace {

using Kinds = std::initializer_list<PartyKind>;

Verdict CheckRecord(const Judging& judging, Kinds from, Kinds to) {
  const Entry& entry = judging.entry;
  State& state = judging.state;
  if (const Verdict v = CheckParty(state, entry.debit, from); v != Verdict::kOk) return v;
  if (const Verdict v = CheckParty(state, entry.credit, to); v != Verdict::kOk) return v;
  if (const Verdict v = CheckRecorder(judging); v != Verdict::kOk) return v;
  if (entry.debit == entry.credit) return Verdict::kSameParty;
  if (entry.amount == 0) return Verdict::kZeroAmount;
  const bool is_counted =
      state.policy.InForce({Topic::kUnit, kNoId, entry.unit}, entry.occurred_at) == 1;
  return is_counted ? Verdict::kOk : Verdict::kUnknownUnit;
}

Verdict Record(Judging& judging, Kinds from, Kinds to) {
  const Verdict v = CheckRecord(judging, from, to);
  return v == Verdict::kOk ? Move(judging) : v;
}

// Whether the party has the unit out of the entry's activity, and it was not taken back.
absl::StatusOr<bool> WasGiven(Judging& judging) {
  const Entry& asked = judging.entry;
  Fates fates;
  bool found = false;
  const absl::Status walked =
      WalkPerson(judging, asked.credit, judging.unit(), 0, [&](const Entry& entry) {
        fates.Note(entry);
        found |= entry.kind == static_cast<uint16_t>(Kind::kDistribution) &&
                 entry.activity == asked.activity &&
                 PersonOf(judging.state, entry.credit) == asked.credit &&
                 fates.Standing(judging.state, entry) > 0;
        return !found;
      });
  if (!walked.ok()) return walked;
  return found;
}

// Whoever confirms it, if anybody does, is another than who recorded it and who it is about.
Verdict CheckConfirmer(const Judging& judging) {
  const Entry& entry = judging.entry;
  if (entry.ref == kNoId) return Verdict::kOk;
  if (const Verdict v = CheckParty(judging.state, entry.ref); v != Verdict::kOk) return v;
  const bool is_another = entry.ref != entry.recorder && entry.ref != entry.credit;
  return is_another ? Verdict::kOk : Verdict::kSelfVerified;
}

}  // namespace

// Learning is recorded (O67 art. 8), but serves nobody yet.
Verdict JudgeTraining(Judging& judging) {
  const Entry& entry = judging.entry;
  if (!IsCategory(judging.state, entry.code, entry.occurred_at)) return Verdict::kUnknownCategory;
  if (const Verdict v = CheckConfirmer(judging); v != Verdict::kOk) return v;
  return Record(judging, {PartyKind::kTeam}, {PartyKind::kVolunteer});
}

// What was done before there was a ledger, as it is claimed.
Verdict JudgeLegacy(Judging& judging) {
  return Record(judging, {PartyKind::kTeam, PartyKind::kSponsor},
                {PartyKind::kVolunteer, PartyKind::kProgramme});
}

// Staff doing their duty.
Verdict JudgeInspection(Judging& judging) {
  return Record(judging, {PartyKind::kTeam}, {PartyKind::kVolunteer, PartyKind::kRecorder});
}

Verdict JudgeContribution(Judging& judging) {
  return Record(judging,
                {PartyKind::kVolunteer, PartyKind::kBeneficiary, PartyKind::kSponsor,
                 PartyKind::kStation},
                {PartyKind::kTeam, PartyKind::kProgramme});
}

// One party is given a unit once in an activity.
absl::StatusOr<Verdict> JudgeDistribution(Judging& judging) {
  const Verdict v = CheckRecord(
      judging,
      {PartyKind::kTeam, PartyKind::kProgramme, PartyKind::kSponsor, PartyKind::kStation},
      {PartyKind::kVolunteer, PartyKind::kBeneficiary});
  if (v != Verdict::kOk) return v;
  if (judging.entry.activity != kNoId) {
    const absl::StatusOr<bool> given = WasGiven(judging);
    if (!given.ok()) return given.status();
    if (*given) return Verdict::kAlreadyDistributed;
  }
  return Move(judging);
}

}  // namespace hourbook
