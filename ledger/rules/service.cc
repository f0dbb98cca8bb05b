// Service: a team's minutes given by a volunteer, once for each minute of the volunteer's life.
#include <algorithm>
#include <iterator>
#include <limits>

#include "ledger/rules/fates.h"
#include "ledger/rules/judging.h"

namespace hourbook {
namespace {

constexpr int64_t kNanosPerMinute = 60'000'000'000;

// What holds where no policy entry speaks: nobody serves more than a day a day.
constexpr uint64_t kMinutesPerDay = 1'440;

uint64_t Limit(const State& state, Topic topic, int64_t at) {
  return state.policy.InForce({topic, kNoId, 0}, at).value_or(kMinutesPerDay);
}

// The end of a service's half-open interval, or that of time itself: an audit meets whatever times
// an operator has made up.
int64_t EndOf(const Entry& service, uint64_t minutes) {
  int64_t end;
  const int64_t duration = static_cast<int64_t>(minutes) * kNanosPerMinute;
  const bool overflows = __builtin_add_overflow(service.occurred_at, duration, &end);
  return overflows ? std::numeric_limits<int64_t>::max() : end;
}

// What the volunteer's services take of the time that the entry asks for.
struct Taken {
  bool overlaps = false;
  uint64_t minutes_of_day = 0;
};

// Walks the volunteer's whole account: a service of any time may have been recorded late.
absl::StatusOr<Taken> FindTaken(Judging& judging) {
  const Entry& asked = judging.entry;
  const State& state = judging.state;
  const int32_t day = state.policy.LocalDay(asked.occurred_at);
  Fates fates;
  Taken taken;
  const auto visit = [&](const Entry& entry) {
    fates.Note(entry);
    if (entry.kind != static_cast<uint16_t>(Kind::kService)) return true;
    const uint64_t minutes = fates.Standing(state, entry);
    if (minutes == 0) return true;
    taken.overlaps |= entry.occurred_at < EndOf(asked, asked.amount) &&
                      asked.occurred_at < EndOf(entry, minutes);
    if (state.policy.LocalDay(entry.occurred_at) == day) taken.minutes_of_day += minutes;
    return true;
  };
  const absl::Status walked = WalkAccount(judging, asked.credit, Unit::kMinute, 0, visit);
  if (!walked.ok()) return walked;
  return taken;
}

// Upper bounds kept with the account answer for most services: those recorded in order.
bool PassesAtAGlance(const Account& account, const Entry& entry, int32_t day, uint64_t cap) {
  if (entry.occurred_at < account.latest_end || day < account.latest_day) return false;
  const uint64_t before = day == account.latest_day ? account.latest_day_minutes : 0;
  return before + entry.amount <= cap;
}

absl::StatusOr<Verdict> CheckTime(Judging& judging) {
  const Entry& entry = judging.entry;
  const State& state = judging.state;
  const uint64_t cap = Limit(state, Topic::kDailyCapMinutes, entry.occurred_at);
  const Slot account = AccountOf(state, entry.credit, Unit::kMinute);
  const int32_t day = state.policy.LocalDay(entry.occurred_at);
  if (account != kNoSlot &&
      PassesAtAGlance(state.accounts.account(account), entry, day, cap)) {
    return Verdict::kOk;
  }
  const absl::StatusOr<Taken> taken = FindTaken(judging);
  if (!taken.ok()) return taken.status();
  if (taken->overlaps) return Verdict::kOverlap;
  return taken->minutes_of_day + entry.amount <= cap ? Verdict::kOk : Verdict::kDailyCap;
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

void NoteTime(Judging& judging) {
  const Entry& entry = judging.entry;
  Account& account =
      judging.state.accounts.Mutate(AccountOf(judging.state, entry.credit, Unit::kMinute));
  account.latest_end = std::max(account.latest_end, EndOf(entry, entry.amount));
  const int32_t day = judging.state.policy.LocalDay(entry.occurred_at);
  if (day > account.latest_day) {
    account.latest_day = day;
    account.latest_day_minutes = 0;
  }
  if (day != account.latest_day) return;
  // Services that are voided and recorded again add up without end; an upper bound may stop growing
  // once it is past every cap.
  const uint64_t sum = account.latest_day_minutes + entry.amount;
  account.latest_day_minutes = static_cast<uint32_t>(std::min<uint64_t>(sum, 2 * kMinutesPerDay));
}

}  // namespace

absl::StatusOr<Verdict> JudgeService(Judging& judging) {
  const Entry& entry = judging.entry;
  if (const Verdict v = CheckParties(judging); v != Verdict::kOk) return v;
  if (const Verdict v = CheckDuration(judging); v != Verdict::kOk) return v;
  if (!judging.is_pending() && (entry.ref == entry.recorder || entry.ref == entry.credit)) {
    return Verdict::kSelfVerified;
  }
  const absl::StatusOr<Verdict> time = CheckTime(judging);
  if (!time.ok() || *time != Verdict::kOk) return time;
  if (const Verdict v = Move(judging); v != Verdict::kOk) return v;
  NoteTime(judging);
  return Verdict::kOk;
}

}  // namespace hourbook
