// Awards: points that a programme issues for a service by the tariff of its day, or by a grant code
// for something else that was done; never without either, never beyond the programme's budget.
#include "ledger/rules/fates.h"
#include "ledger/rules/judging.h"

namespace hourbook {
namespace {

constexpr uint64_t kMinutesPerHour = 60;

// The minutes of a service that are posted and stand.
absl::StatusOr<uint64_t> StandingMinutes(Judging& judging, const Entry& service) {
  if (judging.state.holds.Find(service.index)) return 0;
  Fates fates;
  const absl::Status walked =
      WalkAccount(judging, service.credit, Unit::kMinute, service.index + 1, [&](const Entry& e) {
        fates.Note(e);
        return true;
      });
  if (!walked.ok()) return walked;
  return fates.Standing(judging.state, service);
}

// Points for minutes at points an hour, rounded down for each service by itself. The policy keeps
// rates small enough not to overflow.
uint64_t PointsFor(uint64_t minutes, uint64_t rate) { return minutes * rate / kMinutesPerHour; }

absl::StatusOr<Verdict> CheckTariff(Judging& judging, const Entry& service) {
  const Entry& award = judging.entry;
  if (service.credit != award.credit || service.code != award.code) return Verdict::kUnjustified;
  const absl::StatusOr<uint64_t> minutes = StandingMinutes(judging, service);
  if (!minutes.ok()) return minutes.status();
  const std::optional<uint64_t> rate = judging.state.policy.InForce(
      {Topic::kTariff, award.debit, service.code}, service.occurred_at);
  if (*minutes == 0 || !rate) return Verdict::kUnjustified;
  const absl::StatusOr<bool> awarded = HasAward(judging, service, award.debit);
  if (!awarded.ok()) return awarded.status();
  if (*awarded) return Verdict::kAlreadyAwarded;
  return award.amount == PointsFor(*minutes, *rate) ? Verdict::kOk : Verdict::kWrongAmount;
}

Verdict CheckGrant(const Judging& judging) {
  const Entry& award = judging.entry;
  const std::optional<uint64_t> most = judging.state.policy.InForce(
      {Topic::kGrant, award.debit, award.code}, award.occurred_at);
  if (award.code == 0 || !most) return Verdict::kUnjustified;
  return award.amount <= *most ? Verdict::kOk : Verdict::kWrongAmount;
}

absl::StatusOr<Verdict> CheckJustification(Judging& judging) {
  const absl::StatusOr<std::optional<uint64_t>> index = judging.history.Find(judging.entry.ref);
  if (!index.ok()) return index.status();
  if (!*index) return CheckGrant(judging);
  const absl::StatusOr<Entry> reason = judging.history.At(**index);
  if (!reason.ok()) return reason.status();
  const bool is_service = reason->kind == static_cast<uint16_t>(Kind::kService);
  return is_service ? CheckTariff(judging, *reason) : Verdict::kUnjustified;
}

// Issued counts pending awards too: a hold can always be posted.
Verdict CheckBudget(const Judging& judging) {
  const Entry& award = judging.entry;
  const std::optional<uint64_t> budget =
      judging.state.policy.InForce({Topic::kBudget, award.debit, 0}, award.recorded_at);
  const Slot account = AccountOf(judging.state, award.debit, Unit::kPoint);
  const uint64_t issued =
      account == kNoSlot ? 0 : judging.state.accounts.account(account).issued;
  const bool fits = budget && issued <= *budget && award.amount <= *budget - issued;
  return fits ? Verdict::kOk : Verdict::kBudgetExceeded;
}

// What was awarded to the party since the local month of the award began.
absl::StatusOr<uint64_t> AwardedThisMonth(Judging& judging) {
  const Entry& award = judging.entry;
  const State& state = judging.state;
  const int32_t month = state.policy.LocalMonth(award.recorded_at);
  Fates fates;
  uint64_t sum = 0;
  const absl::Status walked =
      WalkAccount(judging, award.credit, Unit::kPoint, 0, [&](const Entry& entry) {
        if (state.policy.LocalMonth(entry.recorded_at) != month) return false;
        fates.Note(entry);
        const bool is_award = entry.kind == static_cast<uint16_t>(Kind::kAward);
        if (is_award) sum += fates.Standing(state, entry);  // fits: the account's credits do
        return true;
      });
  if (!walked.ok()) return walked;
  return sum;
}

absl::StatusOr<Verdict> CheckMonth(Judging& judging) {
  const Entry& award = judging.entry;
  const std::optional<uint64_t> cap =
      judging.state.policy.InForce({Topic::kMonthlyCapPoints, kNoId, 0}, award.recorded_at);
  if (!cap) return Verdict::kOk;
  const absl::StatusOr<uint64_t> awarded = AwardedThisMonth(judging);
  if (!awarded.ok()) return awarded.status();
  const bool fits = *awarded <= *cap && award.amount <= *cap - *awarded;
  return fits ? Verdict::kOk : Verdict::kMonthlyCap;
}

}  // namespace

absl::StatusOr<bool> HasAward(Judging& judging, const Entry& service, const Id& programme) {
  Fates fates;
  bool found = false;
  const auto visit = [&](const Entry& entry) {
    fates.Note(entry);
    const bool awards = entry.kind == static_cast<uint16_t>(Kind::kAward) &&
                        entry.ref == service.id &&
                        (programme == kNoId || programme == entry.debit);
    found = awards && fates.Standing(judging.state, entry) > 0;
    return !found;
  };
  const absl::Status walked =
      WalkAccount(judging, service.credit, Unit::kPoint, service.index + 1, visit);
  if (!walked.ok()) return walked;
  return found;
}

absl::StatusOr<Verdict> JudgeAward(Judging& judging) {
  const Entry& award = judging.entry;
  const State& state = judging.state;
  if (const Verdict v = CheckParty(state, award.debit, {PartyKind::kProgramme}); v != Verdict::kOk) {
    return v;
  }
  const Verdict credit =
      CheckParty(state, award.credit, {PartyKind::kVolunteer, PartyKind::kBeneficiary});
  if (credit != Verdict::kOk) return credit;
  if (const Verdict v = CheckRecorder(judging); v != Verdict::kOk) return v;
  if (award.amount == 0) return Verdict::kZeroAmount;
  const absl::StatusOr<Verdict> justified = CheckJustification(judging);
  if (!justified.ok() || *justified != Verdict::kOk) return justified;
  if (const Verdict v = CheckBudget(judging); v != Verdict::kOk) return v;
  const absl::StatusOr<Verdict> month = CheckMonth(judging);
  if (!month.ok() || *month != Verdict::kOk) return month;
  if (const Verdict v = CheckMostHeld(judging); v != Verdict::kOk) return v;
  if (const Verdict v = Move(judging); v != Verdict::kOk) return v;
  judging.state.accounts.Mutate(AccountOf(state, award.debit, Unit::kPoint)).issued += award.amount;
  return Verdict::kOk;
}

}  // namespace hourbook
