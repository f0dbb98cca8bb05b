// Service: a team's minutes given by a volunteer, once for each minute of the volunteer's life.
#include <algorithm>
#include <iterator>
#include <limits>

#include "ledger/rules/fates.h"
#include "ledger/rules/judging.h"

namespace hourbook {
namespace {

// What holds where no policy entry speaks: nobody serves more than a day a day.
constexpr uint64_t kMinutesPerDay = 1'440;

uint64_t Limit(const State& state, Topic topic, int64_t at) {
  return state.policy.InForce({topic, kNoId, 0}, at).value_or(kMinutesPerDay);
}

// What the volunteer's services take of the time that the entry asks for.
struct Taken {
  bool overlaps = false;
  uint64_t minutes_of_day = 0;
  uint64_t minutes_of_month = 0;
};

// How many minutes of one volunteer may start on the entry's local day and in its local month.
struct Caps {
  int32_t day, month;
  uint64_t of_day, of_month;
  uint64_t of_day_posted;  // where a second person posts the service, at least of_day
};

Caps CapsOf(const Judging& judging) {
  const Policy& policy = judging.state.policy;
  const int64_t at = judging.entry.occurred_at;
  const int32_t day = policy.LocalDay(at);
  const uint64_t of_day = Limit(judging.state, Topic::kDailyCapMinutes, at);
  const uint64_t of_day_posted = std::max(
      of_day, policy.InForce({Topic::kSecondPersonCap, kNoId, 0}, at).value_or(0));
  return {.day = day,
          .month = Policy::MonthOfDay(day),
          .of_day = judging.is_pending() ? of_day_posted : of_day,
          .of_month = policy.InForce({Topic::kMonthlyCapMinutes, kNoId, 0}, at)
                          .value_or(std::numeric_limits<uint64_t>::max()),
          .of_day_posted = of_day_posted};
}

// Walks the volunteer's whole account, under all ids: a service of any time may have been recorded
// late.
absl::StatusOr<Taken> FindTaken(Judging& judging, const Caps& caps) {
  const Entry& asked = judging.entry;
  State& state = judging.state;
  Fates fates;
  Taken taken;
  const auto visit = [&](const Entry& entry) {
    fates.Note(entry);
    if (entry.kind != static_cast<uint16_t>(Kind::kService)) return true;
    const uint64_t minutes = fates.Standing(state, entry);
    if (minutes == 0) return true;
    taken.overlaps |= entry.occurred_at < EndOf(asked, asked.amount) &&
                      asked.occurred_at < EndOf(entry, minutes);
    const int32_t day = state.policy.LocalDay(entry.occurred_at);
    if (day == caps.day) taken.minutes_of_day += minutes;
    if (Policy::MonthOfDay(day) == caps.month) taken.minutes_of_month += minutes;
    return true;
  };
  const absl::Status walked = WalkPerson(judging, asked.credit, Unit::kMinute, 0, visit);
  if (!walked.ok()) return walked;
  return taken;
}

// Upper bounds kept with the account answer for most services: those recorded in order.
bool PassesAtAGlance(const Account& account, const Entry& entry, const Caps& caps) {
  if (entry.occurred_at < account.served.until || caps.day < account.served.day ||
      caps.month < account.served.month) {
    return false;
  }
  const uint64_t of_day = caps.day == account.served.day ? account.served.minutes_of_day : 0;
  const uint64_t of_month = caps.month == account.served.month ? account.served.minutes_of_month : 0;
  return of_day + entry.amount <= caps.of_day && of_month + entry.amount <= caps.of_month;
}

absl::StatusOr<Verdict> CheckTime(Judging& judging, const Caps& caps) {
  const Entry& entry = judging.entry;
  State& state = judging.state;
  const Slot account = AccountOf(state, entry.credit, Unit::kMinute);
  if (account != kNoSlot && PassesAtAGlance(state.accounts.account(account), entry, caps)) {
    return Verdict::kOk;
  }
  const absl::StatusOr<Taken> taken = FindTaken(judging, caps);
  if (!taken.ok()) return taken.status();
  if (taken->overlaps) return Verdict::kOverlap;
  const uint64_t of_day = taken->minutes_of_day + entry.amount;
  if (of_day > caps.of_day_posted) return Verdict::kDailyCap;
  if (of_day > caps.of_day) return Verdict::kNeedsSecondPerson;
  return taken->minutes_of_month + entry.amount > caps.of_month ? Verdict::kMonthlyCap
                                                                : Verdict::kOk;
}

// What one person may confirm at once: not too long a service, nor one recorded too late. A second
// person may still post either.
Verdict CheckConfirmedAtOnce(const Judging& judging, bool is_late) {
  const Entry& entry = judging.entry;
  if (judging.is_pending()) return Verdict::kOk;
  if (entry.ref == entry.recorder || entry.ref == entry.credit) return Verdict::kSelfVerified;
  const auto longest = judging.state.policy.InForce({Topic::kSecondPerson, kNoId, 0}, entry.occurred_at);
  if (longest && entry.amount > *longest) return Verdict::kNeedsSecondPerson;
  return is_late ? Verdict::kLate : Verdict::kOk;
}

Verdict CheckParties(const Judging& judging) {
  const Entry& entry = judging.entry;
  const Verdict verdicts[] = {
      CheckParty(judging.state, entry.debit, {PartyKind::kTeam}),
      CheckParty(judging.state, entry.credit, {PartyKind::kVolunteer}),
      CheckParty(judging.state, entry.recorder),
      judging.is_pending() ? Verdict::kOk : CheckParty(judging.state, entry.ref),
  };
  const auto* const first_bad = std::find_if(std::begin(verdicts), std::end(verdicts),
                                             [](Verdict v) { return v != Verdict::kOk; });
  return first_bad == std::end(verdicts) ? Verdict::kOk : *first_bad;
}

Verdict CheckDuration(const Judging& judging) {
  const Entry& entry = judging.entry;
  if (entry.amount == 0) return Verdict::kZeroDuration;
  if (entry.amount > Limit(judging.state, Topic::kMaxServiceMinutes, entry.occurred_at)) {
    return Verdict::kTooLong;
  }
  // What is still going on can be held, and posted when it is over.
  const bool is_over = EndOf(entry, entry.amount) <= entry.recorded_at;
  return is_over || judging.is_pending() ? Verdict::kOk : Verdict::kOccurredInFuture;
}

void NoteTime(Judging& judging, const Caps& caps) {
  const Entry& entry = judging.entry;
  Account& account = judging.state.accounts.Mutate(judging.credit_account);
  account.served.until = std::max(account.served.until, EndOf(entry, entry.amount));
  NotePeriod(caps.day, entry.amount, account.served.day, account.served.minutes_of_day);
  NotePeriod(caps.month, entry.amount, account.served.month, account.served.minutes_of_month);
}

}  // namespace

absl::StatusOr<Verdict> JudgeService(Judging& judging) {
  if (const Verdict v = CheckParties(judging); v != Verdict::kOk) return v;
  const Entry& entry = judging.entry;
  if (!IsCategory(judging.state, entry.code, entry.occurred_at)) return Verdict::kUnknownCategory;
  if (const Verdict v = CheckDuration(judging); v != Verdict::kOk) return v;
  const bool is_late = IsLate(judging.state, entry.occurred_at, entry.recorded_at);
  if (const Verdict v = CheckConfirmedAtOnce(judging, is_late); v != Verdict::kOk) return v;
  if (is_late) judging.entry.flags |= kFlagLate;
  const Caps caps = CapsOf(judging);
  const absl::StatusOr<Verdict> time = CheckTime(judging, caps);
  if (!time.ok() || *time != Verdict::kOk) return time;
  if (const Verdict v = Move(judging); v != Verdict::kOk) return v;
  NoteTime(judging, caps);
  return Verdict::kOk;
}

}  // namespace hourbook
