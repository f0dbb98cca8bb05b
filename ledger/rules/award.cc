// Awards: points that a programme issues for a service by the tariff of its day, or by a grant code
// for something else that was done; never without either, never beyond the programme's budget. Bank
// minutes likewise, by a rate of the whole time bank; but there whoever is served may also pay for it
// out of their own.
#include <limits>

#include "ledger/base/hash_map.h"
#include "ledger/rules/fates.h"
#include "ledger/rules/judging.h"

namespace hourbook {
namespace {

constexpr uint64_t kMinutesPerHour = 60;

// What the award's unit is earned by for 60 minutes of a service, if it is.
std::optional<uint64_t> RateOf(const Judging& judging, const Entry& service) {
  const bool is_bank = judging.unit() == Unit::kBankMinute;
  const PolicySubject subject =
      is_bank ? PolicySubject{Topic::kBankRate, kNoId, service.code}
              : PolicySubject{Topic::kTariff, judging.entry.debit, service.code};
  return judging.state.policy.InForce(subject, service.occurred_at);
}

Rounding RoundingOf(const Judging& judging, const Entry& service) {
  if (judging.unit() == Unit::kBankMinute) return Rounding::kPerEntry;
  const std::optional<uint64_t> rounding = judging.state.policy.InForce(
      {Topic::kRounding, judging.entry.debit, service.code}, service.occurred_at);
  return static_cast<Rounding>(rounding.value_or(0));
}

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

// All of a person's services of one category that count together, as they stand.
struct Served {
  HashSet<Id> ids;
  uint64_t earned = 0;  // minutes times points an hour
  bool overflows = false;
};

absl::StatusOr<Served> FindServed(Judging& judging, const Entry& service) {
  State& state = judging.state;
  Fates fates;
  Served served;
  const auto visit = [&](const Entry& entry) {
    fates.Note(entry);
    if (entry.kind != static_cast<uint16_t>(Kind::kService) || entry.code != service.code ||
        state.holds.Find(entry.index)) {
      return true;
    }
    // What was rounded by itself in its day is not paid again.
    if (RoundingOf(judging, entry) != Rounding::kCumulative) return true;
    served.ids.emplace(entry.id);
    // The policy keeps rates small enough for one service; of all together nobody does.
    const uint64_t earned = fates.Standing(state, entry) * RateOf(judging, entry).value_or(0);
    served.overflows |= __builtin_add_overflow(served.earned, earned, &served.earned);
    return true;
  };
  const absl::Status walked = WalkPerson(judging, service.credit, Unit::kMinute, 0, visit);
  if (!walked.ok()) return walked;
  return served;
}

// What the programme has paid for them.
absl::StatusOr<uint64_t> PaidFor(Judging& judging, const Served& served) {
  const Entry& award = judging.entry;
  Fates fates;
  uint64_t paid = 0;
  const auto visit = [&](const Entry& entry) {
    fates.Note(entry);
    const bool pays = entry.kind == static_cast<uint16_t>(Kind::kAward) &&
                      entry.debit == award.debit && served.ids.contains(entry.ref);
    if (pays) paid += fates.Standing(judging.state, entry);  // fits: its debits do
    return true;
  };
  const absl::Status walked = WalkPerson(judging, award.credit, Unit::kPoint, 0, visit);
  if (!walked.ok()) return walked;
  return paid;
}

// What all services together are worth, less what was paid: corrections neither gain nor lose any.
absl::StatusOr<std::optional<uint64_t>> CumulativePoints(Judging& judging, const Entry& service) {
  const absl::StatusOr<Served> served = FindServed(judging, service);
  if (!served.ok()) return served.status();
  if (served->overflows) return std::optional<uint64_t>();
  const absl::StatusOr<uint64_t> paid = PaidFor(judging, *served);
  if (!paid.ok()) return paid.status();
  const uint64_t all = served->earned / kMinutesPerHour;
  return std::optional<uint64_t>(all > *paid ? all - *paid : 0);
}

// Nothing where the points do not fit 64 bits.
absl::StatusOr<std::optional<uint64_t>> PointsFor(Judging& judging, const Entry& service,
                                                  uint64_t minutes, uint64_t rate) {
  switch (RoundingOf(judging, service)) {
    case Rounding::kCumulative:
      return CumulativePoints(judging, service);
    case Rounding::kWholeHours:
      return std::optional<uint64_t>(minutes / kMinutesPerHour * rate);
    case Rounding::kPerEntry:
      break;
  }
  return std::optional<uint64_t>(minutes * rate / kMinutesPerHour);  // policy keeps rates small
}

// The ledger fills in an amount that the caller leaves out, and holds one that is given to its own.
absl::StatusOr<Verdict> CheckTariff(Judging& judging, const Entry& service) {
  Entry& award = judging.entry;
  const bool is_for = PersonOf(judging.state, service.credit) == award.credit;
  if (!is_for || service.code != award.code) return Verdict::kUnjustified;
  const absl::StatusOr<uint64_t> minutes = StandingMinutes(judging, service);
  if (!minutes.ok()) return minutes.status();
  const std::optional<uint64_t> rate = RateOf(judging, service);
  if (*minutes == 0 || !rate) return Verdict::kUnjustified;
  // Points once by each programme; the minutes of a service are put into the bank once.
  const bool is_bank = judging.unit() == Unit::kBankMinute;
  const absl::StatusOr<bool> awarded =
      HasAward(judging, service, judging.unit(), is_bank ? kNoId : award.debit);
  if (!awarded.ok()) return awarded.status();
  if (*awarded) return Verdict::kAlreadyAwarded;
  const absl::StatusOr<std::optional<uint64_t>> points =
      PointsFor(judging, service, *minutes, *rate);
  if (!points.ok()) return points.status();
  if (!*points) return Verdict::kOverflow;
  if (award.amount == 0) award.amount = **points;
  return award.amount == **points ? Verdict::kOk : Verdict::kWrongAmount;
}

// By what is in force now: nobody chooses the policy by the day that they name.
Verdict CheckGrant(Judging& judging) {
  Entry& award = judging.entry;
  const std::optional<uint64_t> most = judging.state.policy.InForce(
      {Topic::kGrant, award.debit, award.code}, award.recorded_at);
  if (award.code == 0 || !most) return Verdict::kUnjustified;
  const bool once = judging.state.policy.InForce({Topic::kGrantOnce, award.debit, award.code},
                                                 award.recorded_at) == 1;
  if (once && award.id != award.ref) return Verdict::kIdNotRef;
  if (award.amount == 0) award.amount = *most;
  return award.amount <= *most ? Verdict::kOk : Verdict::kWrongAmount;
}

bool IsPaidByProgramme(const Judging& judging) {
  if (judging.unit() == Unit::kPoint) return true;  // nobody else may, as JudgeAward has seen
  State& state = judging.state;
  return state.accounts.party(state.accounts.FindParty(judging.entry.debit)).kind ==
         static_cast<uint16_t>(PartyKind::kProgramme);
}

absl::StatusOr<Verdict> CheckJustification(Judging& judging) {
  const absl::StatusOr<std::optional<uint64_t>> index = judging.history.Find(judging.entry.ref);
  if (!index.ok()) return index.status();
  if (!*index) return IsPaidByProgramme(judging) ? CheckGrant(judging) : Verdict::kUnjustified;
  const absl::StatusOr<Entry> reason = judging.history.At(**index);
  if (!reason.ok()) return reason.status();
  switch (static_cast<Kind>(reason->kind)) {
    case Kind::kService:
      return CheckTariff(judging, *reason);
    case Kind::kAward:  // a report whose id it has: paid once
      return reason->ref == reason->id ? Verdict::kAlreadyAwarded : Verdict::kUnjustified;
    default:
      return Verdict::kUnjustified;
  }
}

bool Fits(std::optional<uint64_t> budget, uint64_t issued, uint64_t amount) {
  return budget && issued <= *budget && amount <= *budget - issued;
}

// The January of a month's year; months count from January 1970, before which they are negative.
int32_t YearOf(int32_t month) { return month - (month % 12 + 12) % 12; }

// Issued counts pending awards too: a hold can always be posted. What is taken back may be issued
// again out of the whole budget, but not out of a month's or a year's: those bound what is issued.
Verdict CheckBudget(const Judging& judging) {
  const Entry& award = judging.entry;
  const auto budget = [&](Topic topic) {
    return judging.state.policy.InForce({topic, award.debit, 0}, award.recorded_at);
  };
  const Slot slot = AccountOf(judging.state, award.debit, judging.unit());
  const Account none{};
  const Account& account = slot == kNoSlot ? none : judging.state.accounts.account(slot);
  const bool is_bank = judging.unit() == Unit::kBankMinute;
  const std::optional<uint64_t> whole = budget(is_bank ? Topic::kBankBudget : Topic::kBudget);
  if (!Fits(whole, account.issued.total, award.amount)) return Verdict::kBudgetExceeded;
  if (is_bank) return Verdict::kOk;
  const std::optional<uint64_t> of_month = budget(Topic::kMonthBudget);
  const std::optional<uint64_t> of_year = budget(Topic::kYearBudget);
  if (!of_month && !of_year) return Verdict::kOk;
  const int32_t month = judging.state.policy.LocalMonth(award.recorded_at);
  const int32_t last = Policy::MonthOfDay(account.issue_day);
  const uint64_t in_month = month == last ? account.issued.in_month : 0;
  const uint64_t in_year = YearOf(month) == YearOf(last) ? account.issued.in_year : 0;
  const bool fits = (!of_month || Fits(of_month, in_month, award.amount)) &&
                    (!of_year || Fits(of_year, in_year, award.amount));
  return fits ? Verdict::kOk : Verdict::kBudgetExceeded;
}

void NoteIssue(const Judging& judging, Account& account) {
  const uint64_t amount = judging.entry.amount;
  const int32_t day = judging.state.policy.LocalDay(judging.entry.recorded_at);
  if (day != account.issue_day) {  // most awards follow another of the same day
    const int32_t month = Policy::MonthOfDay(day), last = Policy::MonthOfDay(account.issue_day);
    if (YearOf(month) != YearOf(last)) account.issued.in_year = 0;
    if (month != last) account.issued.in_month = 0;
    account.issue_day = day;
  }
  account.issued.total += amount;  // fits: it is part of the account's debits
  // These are not, since what is voided stays in them; but past every budget they may stop growing.
  constexpr uint64_t kMost = std::numeric_limits<uint64_t>::max();
  account.issued.in_month = AddChecked(account.issued.in_month, amount).value_or(kMost);
  account.issued.in_year = AddChecked(account.issued.in_year, amount).value_or(kMost);
}

// What was awarded to the party since the local month of the award began.
absl::StatusOr<uint64_t> AwardedThisMonth(Judging& judging) {
  const Entry& award = judging.entry;
  State& state = judging.state;
  const int32_t month = state.policy.LocalMonth(award.recorded_at);
  Fates fates;
  uint64_t sum = 0;
  const absl::Status walked =
      WalkPerson(judging, award.credit, Unit::kPoint, 0, [&](const Entry& entry) {
        if (state.policy.LocalMonth(entry.recorded_at) != month) return false;
        fates.Note(entry);
        const bool is_award = entry.kind == static_cast<uint16_t>(Kind::kAward);
        if (is_award) {
          sum = AddChecked(sum, fates.Standing(state, entry))
                    .value_or(std::numeric_limits<uint64_t>::max());
        }
        return true;
      });
  if (!walked.ok()) return walked;
  return sum;
}

absl::StatusOr<Verdict> CheckMonth(Judging& judging) {
  const Entry& award = judging.entry;
  const std::optional<uint64_t> cap =
      judging.state.policy.InForce({Topic::kMonthlyCapPoints, kNoId, 0}, award.recorded_at);
  if (!cap || judging.unit() != Unit::kPoint) return Verdict::kOk;
  const absl::StatusOr<uint64_t> awarded = AwardedThisMonth(judging);
  if (!awarded.ok()) return awarded.status();
  const bool fits = *awarded <= *cap && award.amount <= *cap - *awarded;
  return fits ? Verdict::kOk : Verdict::kMonthlyCap;
}

}  // namespace

absl::StatusOr<bool> HasAward(Judging& judging, const Entry& service, Unit unit,
                              const Id& payer) {
  Fates fates;
  bool found = false;
  const auto visit = [&](const Entry& entry) {
    fates.Note(entry);
    const bool awards = entry.kind == static_cast<uint16_t>(Kind::kAward) &&
                        entry.ref == service.id && (payer == kNoId || payer == entry.debit);
    found |= awards && fates.Standing(judging.state, entry) > 0;
    return !found;
  };
  const absl::Status walked = WalkPerson(judging, service.credit, unit, service.index + 1, visit);
  if (!walked.ok()) return walked;
  return found;
}

absl::StatusOr<Verdict> JudgeAward(Judging& judging) {
  const Entry& award = judging.entry;
  State& state = judging.state;
  const Verdict debit =
      judging.unit() == Unit::kBankMinute
          ? CheckParty(state, award.debit, {PartyKind::kProgramme, PartyKind::kBeneficiary})
          : CheckParty(state, award.debit, {PartyKind::kProgramme});
  if (debit != Verdict::kOk) return debit;
  const Verdict credit =
      CheckParty(state, award.credit, {PartyKind::kVolunteer, PartyKind::kBeneficiary});
  if (credit != Verdict::kOk) return credit;
  if (const Verdict v = CheckRecorder(judging); v != Verdict::kOk) return v;
  if (award.debit == award.credit) return Verdict::kSameParty;
  const absl::StatusOr<Verdict> justified = CheckJustification(judging);
  if (!justified.ok() || *justified != Verdict::kOk) return justified;
  if (award.amount == 0) return Verdict::kZeroAmount;
  const bool by_programme = IsPaidByProgramme(judging);
  if (by_programme) {
    if (const Verdict v = CheckBudget(judging); v != Verdict::kOk) return v;
  } else if (award.recorder != award.debit) {
    return Verdict::kUnjustified;  // whoever pays says so: nobody draws on what is another's
  } else if (AvailableTo(state, award.debit, judging.unit()) < award.amount) {
    return Verdict::kInsufficient;
  }
  const absl::StatusOr<Verdict> month = CheckMonth(judging);
  if (!month.ok() || *month != Verdict::kOk) return month;
  if (const Verdict v = CheckMostHeld(judging); v != Verdict::kOk) return v;
  if (const Verdict v = Move(judging); v != Verdict::kOk) return v;
  if (by_programme) {
    NoteIssue(judging, state.accounts.Mutate(judging.debit_account));
  }
  return Verdict::kOk;
}

}  // namespace hourbook
