#include "tests/model/model.h"

#include <algorithm>
#include <cstring>
#include <set>

#include "absl/numeric/int128.h"
#include "tests/model/plain_shape.h"

namespace hourbook {
namespace {

constexpr int64_t kMinuteNanos = 60'000'000'000;

Kind KindOf(const Entry& entry) { return static_cast<Kind>(entry.kind); }
bool IsPending(const Entry& entry) { return (entry.flags & kFlagPending) != 0; }
bool IsLinked(const Entry& entry) { return (entry.flags & kFlagLinked) != 0; }

bool Moves(const Entry& entry) {
  switch (KindOf(entry)) {
    case Kind::kService:
    case Kind::kAward:
    case Kind::kRedeem:
    case Kind::kSettle:
    case Kind::kTransfer:
    case Kind::kReverse:
    case Kind::kExpire:
    case Kind::kTraining:
    case Kind::kLegacy:
    case Kind::kInspection:
    case Kind::kContribution:
    case Kind::kDistribution:
      return true;
    default:
      return false;
  }
}

bool Touches(const Entry& entry) {
  return Moves(entry) || KindOf(entry) == Kind::kPost || KindOf(entry) == Kind::kVoid;
}

uint64_t AvailableOf(const Balance& b) {
  const uint64_t debits = b.debits_posted + b.debits_pending;
  return b.credits_posted > debits ? b.credits_posted - debits : 0;
}

int64_t EndOf(const Entry& service, uint64_t minutes) {
  return service.occurred_at + static_cast<int64_t>(minutes) * kMinuteNanos;
}

}  // namespace

const Entry* Model::Find(const Id& id) const {
  for (const Entry& entry : log_) {
    if (entry.id == id) return &entry;
  }
  return nullptr;
}

const Entry* Model::PartyOf(const Id& party) const {
  for (const Entry& entry : log_) {
    if (KindOf(entry) == Kind::kOpen && entry.credit == party) return &entry;
  }
  return nullptr;
}

bool Model::IsClosed(const Id& party) const {
  return std::any_of(log_.begin(), log_.end(), [&](const Entry& entry) {
    return KindOf(entry) == Kind::kClose && entry.credit == party;
  });
}

bool Model::IsFrozen(const Id& party) const {
  bool frozen = false;
  for (const Entry& entry : log_) {
    if (KindOf(entry) == Kind::kFreeze && entry.credit == party) frozen = entry.amount == 1;
  }
  return frozen;
}

Id Model::PersonOf(const Id& party) const {
  for (const Entry& entry : log_) {
    if (KindOf(entry) == Kind::kLink && entry.ref == party) return entry.credit;
  }
  return party;
}

std::vector<Id> Model::IdsOf(const Id& person) const {
  std::vector<Id> ids = {person};
  for (const Entry& entry : log_) {
    if (KindOf(entry) == Kind::kLink && entry.credit == person) ids.push_back(entry.ref);
  }
  return ids;
}

Verdict Model::CheckParty(const Id& party, std::vector<PartyKind> kinds) const {
  const Entry* const open = PartyOf(party);
  if (open == nullptr) return Verdict::kUnknownParty;
  if (IsClosed(party)) return Verdict::kPartyClosed;
  if (IsFrozen(party)) return Verdict::kPartyFrozen;
  if (PersonOf(party) != party) return Verdict::kPartyLinked;
  const bool fits = kinds.empty() || std::find(kinds.begin(), kinds.end(),
                                               static_cast<PartyKind>(open->code)) != kinds.end();
  return fits ? Verdict::kOk : Verdict::kWrongPartyKind;
}

std::optional<uint64_t> Model::Rule(Topic topic, const Id& scope, uint16_t key, int64_t at,
                                    const Id& person) const {
  std::optional<uint64_t> value;
  int64_t from = INT64_MIN;
  if (topic == Topic::kAuthority && scope != kNoId && scope == FirstAuthority()) value = 1;
  for (const Entry& entry : log_) {
    if (KindOf(entry) != Kind::kPolicy || entry.code != static_cast<uint16_t>(topic)) continue;
    if (entry.credit != scope) continue;
    const bool same_key = topic == Topic::kRelative ? entry.ref == person
                                                    : (entry.ref[0] | entry.ref[1] << 8) == key;
    if (!same_key) continue;
    const bool at_once = topic == Topic::kAuthority || topic == Topic::kImporting;
    const int64_t begins = at_once ? entry.recorded_at : entry.occurred_at;
    if (begins > at || begins < from) continue;
    value = entry.amount;
    from = begins;
  }
  return value;
}

int64_t Model::DayOf(int64_t at) const {
  const auto rule = Rule(Topic::kUtcOffset, kNoId, 0, at);
  const int64_t offset = rule ? static_cast<int64_t>(*rule) : static_cast<int32_t>(log_[0].timeout);
  int64_t seconds = at / 1'000'000'000 + offset;  // nothing here is before 1970
  return seconds / 86'400;
}

bool Model::IsCategory(uint16_t category, int64_t at) const {
  const bool any = std::any_of(log_.begin(), log_.end(), [&](const Entry& e) {
    return KindOf(e) == Kind::kPolicy && e.code == static_cast<uint16_t>(Topic::kCategory) &&
           e.occurred_at <= at;
  });
  return !any || Rule(Topic::kCategory, kNoId, category, at) == 1;
}

absl::CivilMonth Model::MonthOf(int64_t at) const {
  return absl::CivilMonth(absl::CivilDay(1970, 1, 1) + DayOf(at));
}

Id Model::FirstAuthority() const {
  Id authority{};
  std::memcpy(authority.data(), &log_[0].prev_debit, 16);
  return authority;
}

bool Model::HasAuthorities() const {
  return FirstAuthority() != kNoId || std::any_of(log_.begin(), log_.end(), [](const Entry& e) {
           return KindOf(e) == Kind::kPolicy && e.code == static_cast<uint16_t>(Topic::kAuthority);
         });
}

bool Model::IsByAuthority(const Entry& entry) const {
  return !HasAuthorities() || Rule(Topic::kAuthority, entry.recorder, 0, entry.recorded_at) == 1;
}

bool Model::MayEnd(const Entry& entry) const {
  if (Rule(Topic::kAuthority, entry.credit, 0, entry.recorded_at) != 1) return true;
  return entry.recorder != entry.credit && IsByAuthority(entry);
}

bool Model::IsLate(int64_t occurred_at, int64_t recorded_at) const {
  const auto days = Rule(Topic::kBackdatingDays, kNoId, 0, recorded_at);
  if (!days) return false;
  uint64_t worked = 0;
  for (int64_t day = DayOf(occurred_at) + 1; day <= DayOf(recorded_at); ++day) {
    const auto listed =
        Rule(Topic::kCalendarDay, kNoId, static_cast<uint16_t>(day), recorded_at);
    const absl::Weekday weekday = absl::GetWeekday(absl::CivilDay(1970, 1, 1) + day);
    const bool in_week = weekday != absl::Weekday::saturday && weekday != absl::Weekday::sunday;
    worked += listed.value_or(0) == 0 ? in_week : *listed == 2;
  }
  return worked > *days;
}

Model::Fate Model::FateOf(const Entry& pending, int64_t at, const Entry** by) const {
  for (const Entry& entry : log_) {
    if (entry.ref != pending.id) continue;
    const bool ends = KindOf(entry) == Kind::kPost || KindOf(entry) == Kind::kVoid;
    if (!ends) continue;
    if (by != nullptr) *by = &entry;
    return KindOf(entry) == Kind::kPost ? Fate::kPosted : Fate::kVoided;
  }
  const bool lapsed =
      pending.timeout != 0 &&
      pending.recorded_at + int64_t{pending.timeout} * 1'000'000'000 <= at;
  return lapsed ? Fate::kLapsed : Fate::kHeld;
}

bool Model::WasReversed(const Entry& original) const {
  return std::any_of(log_.begin(), log_.end(), [&](const Entry& entry) {
    return KindOf(entry) == Kind::kReverse && entry.ref == original.id;
  });
}

uint64_t Model::Standing(const Entry& entry, int64_t at) const {
  if (!IsPending(entry)) return WasReversed(entry) ? 0 : entry.amount;
  const Entry* by = nullptr;
  switch (FateOf(entry, at, &by)) {
    case Fate::kHeld:
      return entry.amount;
    case Fate::kPosted:
      return WasReversed(*by) ? 0 : by->amount;
    default:
      return 0;
  }
}

Balance Model::BalanceAt(const Id& party, Unit unit, int64_t at) const {
  Balance sum{};
  for (const Entry& entry : log_) {
    if (!Moves(entry) || entry.unit != static_cast<uint16_t>(unit)) continue;
    uint64_t posted = IsPending(entry) ? 0 : entry.amount;
    uint64_t held = 0;
    if (IsPending(entry)) {
      const Entry* by = nullptr;
      const Fate fate = FateOf(entry, at, &by);
      if (fate == Fate::kHeld) held = entry.amount;
      if (fate == Fate::kPosted) posted = by->amount;
    }
    if (entry.debit == party) sum.debits_posted += posted, sum.debits_pending += held;
    if (entry.credit == party) sum.credits_posted += posted, sum.credits_pending += held;
  }
  return sum;
}

uint64_t Model::IssuedAt(const Id& programme, uint16_t unit, int64_t at) const {
  uint64_t issued = 0;
  for (const Entry& entry : log_) {
    if (KindOf(entry) != Kind::kAward || entry.debit != programme) continue;
    if (entry.unit == unit) issued += Standing(entry, at);
  }
  return issued;
}

bool Model::HasAward(const Id& service, uint16_t unit, const Id& payer, int64_t at) const {
  return std::any_of(log_.begin(), log_.end(), [&](const Entry& entry) {
    return KindOf(entry) == Kind::kAward && entry.ref == service && entry.unit == unit &&
           (payer == kNoId || entry.debit == payer) && Standing(entry, at) > 0;
  });
}

// Whether 64 bits hold the sums of both accounts with the entry's amount.
Verdict Model::CheckFits(const Entry& entry) const {
  for (const bool is_debit : {true, false}) {
    const Balance b = BalanceAt(is_debit ? entry.debit : entry.credit,
                                static_cast<Unit>(entry.unit), entry.recorded_at);
    const uint64_t sum =
        is_debit ? b.debits_posted + b.debits_pending : b.credits_posted + b.credits_pending;
    if (entry.amount > UINT64_MAX - sum) return Verdict::kOverflow;
  }
  return Verdict::kOk;
}

std::vector<uint64_t> Model::StatementOf(const Id& party, Unit unit) const {
  std::vector<uint64_t> indexes;
  for (const Entry& entry : log_) {
    const bool touches = Touches(entry) && entry.unit == static_cast<uint16_t>(unit) &&
                         (entry.debit == party || entry.credit == party);
    if (touches) indexes.push_back(entry.index);
  }
  return indexes;
}

std::vector<uint64_t> Model::PersonStatementOf(const Id& party, Unit unit) const {
  std::set<uint64_t> indexes;
  for (const Id& id : IdsOf(party)) {
    for (const uint64_t index : StatementOf(id, unit)) indexes.insert(index);
  }
  return std::vector<uint64_t>(indexes.begin(), indexes.end());
}

Model Model::AsOf(size_t size) const {
  Model then(log_[0]);
  then.log_.assign(log_.begin(), log_.begin() + static_cast<ptrdiff_t>(size));
  return then;
}

Outcome Model::Try(const Entry& entry, int64_t now) {
  const size_t size = log_.size();
  const Outcome outcome = JudgeOne(entry, now);
  log_.resize(size);
  return outcome;
}

std::set<std::pair<Id, uint16_t>> Model::Accounts() const {
  std::set<std::pair<Id, uint16_t>> accounts;
  for (const Entry& entry : log_) {
    // Times of service are carried over to the id that is kept, where the other one has any.
    const auto minute = static_cast<uint16_t>(Unit::kMinute);
    const bool carries = KindOf(entry) == Kind::kLink && accounts.count({entry.ref, minute}) > 0;
    if (carries) accounts.insert({entry.credit, minute});
    if (!Touches(entry)) continue;
    accounts.insert({entry.debit, entry.unit});
    accounts.insert({entry.credit, entry.unit});
  }
  return accounts;
}

uint64_t Model::Holds() const {
  return static_cast<uint64_t>(std::count_if(log_.begin(), log_.end(), [&](const Entry& entry) {
    return IsPending(entry) && FateOf(entry, log_.back().recorded_at) == Fate::kHeld;
  }));
}

uint64_t Model::LastOf(const Id& party, uint16_t unit) const {
  uint64_t last = 0;
  for (const Entry& entry : log_) {
    const bool touches = Touches(entry) && entry.unit == unit &&
                         (entry.debit == party || entry.credit == party);
    if (touches) last = entry.index;
  }
  return last;
}

Verdict Model::JudgeFreeze(const Entry& entry) const {
  if (entry.amount > 1) return Verdict::kWrongAmount;
  if (PartyOf(entry.credit) == nullptr) return Verdict::kUnknownParty;
  if (IsClosed(entry.credit)) return Verdict::kPartyClosed;
  if (PersonOf(entry.credit) != entry.credit) return Verdict::kPartyLinked;
  if (entry.amount == 1 && IsFrozen(entry.credit)) return Verdict::kPartyFrozen;
  if (entry.amount == 0 && !IsFrozen(entry.credit)) return Verdict::kPartyNotFrozen;
  if (entry.recorder != kNoId) {
    if (const Verdict v = CheckParty(entry.recorder, {}); v != Verdict::kOk) return v;
    if (entry.recorder == entry.credit) return Verdict::kSelfVerified;
  }
  return MayEnd(entry) ? Verdict::kOk : Verdict::kNoAuthority;
}

Verdict Model::JudgeLink(const Entry& entry) const {
  for (const Id& id : {entry.credit, entry.ref}) {
    const Verdict v = CheckParty(id, {PartyKind::kVolunteer, PartyKind::kBeneficiary});
    if (v != Verdict::kOk) return v;
  }
  if (const Verdict v = CheckParty(entry.recorder, {}); v != Verdict::kOk) return v;
  if (entry.credit == entry.ref) return Verdict::kSameParty;
  if (PartyOf(entry.credit)->code != PartyOf(entry.ref)->code) return Verdict::kWrongPartyKind;
  if (IdsOf(entry.ref).size() > 1) return Verdict::kPartyLinked;
  const bool own = entry.recorder == entry.credit || entry.recorder == entry.ref;
  if (own) return Verdict::kSelfVerified;
  return IsByAuthority(entry) ? Verdict::kOk : Verdict::kNoAuthority;
}

Verdict Model::JudgeParty(const Entry& entry) const {
  if (KindOf(entry) == Kind::kOpen) {
    if (entry.code < 1 || entry.code > 7) return Verdict::kWrongPartyKind;
    if (PartyOf(entry.credit) != nullptr) return Verdict::kPartyExists;
    return entry.recorder == kNoId ? Verdict::kOk : CheckParty(entry.recorder, {});
  }
  const Verdict credit = CheckParty(entry.credit, {});
  if (credit != Verdict::kOk && credit != Verdict::kPartyFrozen) return credit;
  if (entry.recorder != kNoId) {
    if (const Verdict v = CheckParty(entry.recorder, {}); v != Verdict::kOk) return v;
  }
  if (!MayEnd(entry)) return Verdict::kNoAuthority;
  const auto kind = static_cast<PartyKind>(PartyOf(entry.credit)->code);
  for (const Id& id : IdsOf(entry.credit)) {
    for (const Unit unit : {Unit::kMinute, Unit::kPoint, Unit::kBankMinute}) {
      const Balance b = BalanceAt(id, unit, entry.recorded_at);
      if (b.debits_pending != 0 || b.credits_pending != 0) return Verdict::kBalanceNotZero;
      const bool may_keep = kind == PartyKind::kProgramme || kind == PartyKind::kTeam ||
                            unit == Unit::kMinute;
      if (!may_keep && b.credits_posted != b.debits_posted) return Verdict::kBalanceNotZero;
    }
  }
  return Verdict::kOk;
}

Verdict Model::JudgePolicy(const Entry& entry) const {
  if (const Verdict v = PlainPolicyShape(entry); v != Verdict::kOk) return v;
  if (entry.code == static_cast<uint16_t>(Topic::kUtcOffset) &&
      entry.occurred_at < entry.recorded_at) {
    return Verdict::kPolicyBackdated;
  }
  const bool is_authority = entry.code == static_cast<uint16_t>(Topic::kAuthority);
  if (entry.credit != kNoId && !(is_authority && entry.amount == 0)) {
    std::vector<PartyKind> kinds;
    const bool is_relative = entry.code == static_cast<uint16_t>(Topic::kRelative);
    if (!is_authority) kinds = {PartyKind::kProgramme};
    if (is_relative) kinds = {PartyKind::kVolunteer, PartyKind::kBeneficiary};
    if (const Verdict v = CheckParty(entry.credit, kinds); v != Verdict::kOk) return v;
    if (is_relative) {
      if (const Verdict v = CheckParty(entry.ref, kinds); v != Verdict::kOk) return v;
    }
  }
  const auto topic = static_cast<Topic>(entry.code);
  if ((topic == Topic::kTariff || topic == Topic::kRounding || topic == Topic::kBankRate) &&
      !IsCategory(static_cast<uint16_t>(entry.ref[0] | entry.ref[1] << 8), entry.occurred_at)) {
    return Verdict::kUnknownCategory;
  }
  if (entry.recorder != kNoId) {
    if (const Verdict v = CheckParty(entry.recorder, {}); v != Verdict::kOk) return v;
  }
  const bool ends = is_authority && entry.amount == 0;
  if (ends && (!HasAuthorities() || entry.credit == entry.recorder)) return Verdict::kNoAuthority;
  if (!IsByAuthority(entry)) return Verdict::kNoAuthority;
  // The last of those for the same instant.
  const auto same = std::find_if(log_.rbegin(), log_.rend(), [&](const Entry& e) {
    const bool same_key = topic == Topic::kRelative ? e.ref == entry.ref
                                                    : e.ref[0] == entry.ref[0] && e.ref[1] == entry.ref[1];
    return KindOf(e) == Kind::kPolicy && e.code == entry.code && e.credit == entry.credit && same_key &&
           e.occurred_at == entry.occurred_at;
  });
  const bool at_once = is_authority || topic == Topic::kImporting;
  const bool conflicts = !at_once && same != log_.rend() && same->amount != entry.amount &&
                         entry.occurred_at <= entry.recorded_at;
  return conflicts ? Verdict::kPolicyConflict : Verdict::kOk;
}

Verdict Model::JudgeService(Entry& entry) const {
  if (const Verdict v = CheckParty(entry.debit, {PartyKind::kTeam}); v != Verdict::kOk) return v;
  if (const Verdict v = CheckParty(entry.credit, {PartyKind::kVolunteer}); v != Verdict::kOk) {
    return v;
  }
  if (const Verdict v = CheckParty(entry.recorder, {}); v != Verdict::kOk) return v;
  if (!IsPending(entry)) {
    if (const Verdict v = CheckParty(entry.ref, {}); v != Verdict::kOk) return v;
  }
  if (!IsCategory(entry.code, entry.occurred_at)) return Verdict::kUnknownCategory;
  if (entry.amount == 0) return Verdict::kZeroDuration;
  if (entry.amount > Rule(Topic::kMaxServiceMinutes, kNoId, 0, entry.occurred_at).value_or(1'440)) {
    return Verdict::kTooLong;
  }
  if (!IsPending(entry) && EndOf(entry, entry.amount) > entry.recorded_at) {
    return Verdict::kOccurredInFuture;
  }
  if (!IsPending(entry) && (entry.ref == entry.recorder || entry.ref == entry.credit)) {
    return Verdict::kSelfVerified;
  }
  if (!IsPending(entry)) {
    const auto longest = Rule(Topic::kSecondPerson, kNoId, 0, entry.occurred_at);
    if (longest && entry.amount > *longest) return Verdict::kNeedsSecondPerson;
    if (IsLate(entry.occurred_at, entry.recorded_at)) return Verdict::kLate;
  }
  if (IsLate(entry.occurred_at, entry.recorded_at)) entry.flags |= kFlagLate;
  uint64_t of_day = entry.amount;
  uint64_t of_month = entry.amount;
  for (const Entry& other : log_) {
    if (KindOf(other) != Kind::kService || !IsOfPerson(other.credit, entry.credit)) continue;
    const uint64_t minutes = Standing(other, entry.recorded_at);
    if (minutes == 0) continue;
    if (other.occurred_at < EndOf(entry, entry.amount) &&
        entry.occurred_at < EndOf(other, minutes)) {
      return Verdict::kOverlap;
    }
    if (DayOf(other.occurred_at) == DayOf(entry.occurred_at)) of_day += minutes;
    if (MonthOf(other.occurred_at) == MonthOf(entry.occurred_at)) of_month += minutes;
  }
  const uint64_t cap =
      Rule(Topic::kDailyCapMinutes, kNoId, 0, entry.occurred_at).value_or(1'440);
  const uint64_t posted_cap =
      Rule(Topic::kSecondPersonCap, kNoId, 0, entry.occurred_at).value_or(0);
  if (of_day > cap) {
    if (of_day > posted_cap) return Verdict::kDailyCap;
    if (!IsPending(entry)) return Verdict::kNeedsSecondPerson;
  }
  const auto monthly = Rule(Topic::kMonthlyCapMinutes, kNoId, 0, entry.occurred_at);
  if (monthly && of_month > *monthly) return Verdict::kMonthlyCap;
  return CheckFits(entry);
}

Verdict Model::CheckMostHeld(const Entry& entry) const {
  const auto most = Rule(Topic::kMostHeld, kNoId, entry.unit, entry.recorded_at);
  if (!most) return Verdict::kOk;
  absl::uint128 has = entry.amount;
  for (const Id& id : IdsOf(entry.credit)) {
    const Balance b = BalanceAt(id, static_cast<Unit>(entry.unit), entry.recorded_at);
    const uint64_t credits = b.credits_posted + b.credits_pending;
    has += credits > b.debits_posted ? credits - b.debits_posted : 0;
  }
  return has <= *most ? Verdict::kOk : Verdict::kMostHeld;
}

Verdict Model::CheckRedeemer(const Entry& redeem) const {
  const auto needed = Rule(Topic::kRedeemFrom, kNoId, 0, redeem.recorded_at);
  const bool serves = PartyOf(redeem.debit)->code == static_cast<uint16_t>(PartyKind::kVolunteer);
  uint64_t served = 0;
  for (const Id& id : IdsOf(redeem.debit)) {
    const Balance minutes = BalanceAt(id, Unit::kMinute, redeem.recorded_at);
    served += minutes.credits_posted - minutes.debits_posted;
  }
  if (needed && serves && served < *needed) return Verdict::kNotYetRedeemable;
  const auto most = Rule(Topic::kDailyRedemptions, kNoId, 0, redeem.recorded_at);
  const auto today = std::count_if(log_.begin(), log_.end(), [&](const Entry& other) {
    return KindOf(other) == Kind::kRedeem && IsOfPerson(other.debit, redeem.debit) &&
           DayOf(other.recorded_at) == DayOf(redeem.recorded_at) &&
           Standing(other, redeem.recorded_at) > 0;
  });
  const bool too_many = most && static_cast<uint64_t>(today) >= *most;
  return too_many ? Verdict::kRedemptionLimit : Verdict::kOk;
}

uint64_t Model::EarnedBy(const Entry& service, const Entry& award) const {
  const uint64_t minutes = Standing(service, award.recorded_at);
  if (award.unit == static_cast<uint16_t>(Unit::kBankMinute)) {
    return minutes *
           Rule(Topic::kBankRate, kNoId, service.code, service.occurred_at).value_or(0) / 60;
  }
  const uint64_t rate =
      Rule(Topic::kTariff, award.debit, service.code, service.occurred_at).value_or(0);
  const auto how = Rule(Topic::kRounding, award.debit, service.code, service.occurred_at);
  if (how == 1) return CumulativePoints(service, award);
  return how == 2 ? minutes / 60 * rate : minutes * rate / 60;
}

// What the person's services of the category are worth together, less what was paid for them.
uint64_t Model::CumulativePoints(const Entry& service, const Entry& award) const {
  const int64_t at = award.recorded_at;
  const Id person = PersonOf(service.credit);
  uint64_t earned = 0, paid = 0;
  const auto is_cumulative = [&](const Entry& e) {
    return Rule(Topic::kRounding, award.debit, e.code, e.occurred_at) == 1;
  };
  for (const Entry& entry : log_) {
    if (KindOf(entry) == Kind::kService && is_cumulative(entry) && IsOfPerson(entry.credit, person) &&
        entry.code == service.code && !(IsPending(entry) && FateOf(entry, at) == Fate::kHeld)) {
      earned += Standing(entry, at) *
                Rule(Topic::kTariff, award.debit, entry.code, entry.occurred_at).value_or(0);
    }
    if (KindOf(entry) != Kind::kAward || entry.debit != award.debit || entry.unit != award.unit) {
      continue;
    }
    const Entry* const of = Find(entry.ref);
    const bool is_one = of != nullptr && KindOf(*of) == Kind::kService && of->code == service.code &&
                        IsOfPerson(of->credit, person) && is_cumulative(*of) &&
                        !(IsPending(*of) && FateOf(*of, at) == Fate::kHeld);
    if (is_one) paid += Standing(entry, at);
  }
  return earned / 60 - std::min(earned / 60, paid);
}

absl::uint128 Model::IssuedSince(const Id& programme, int64_t at, bool of_year) const {
  absl::uint128 issued = 0;
  for (const Entry& entry : log_) {
    if (KindOf(entry) != Kind::kAward || entry.debit != programme) continue;
    if (entry.unit != static_cast<uint16_t>(Unit::kPoint)) continue;
    const bool same = of_year ? absl::CivilYear(MonthOf(entry.recorded_at)) ==
                                    absl::CivilYear(MonthOf(at))
                              : MonthOf(entry.recorded_at) == MonthOf(at);
    if (same) issued += entry.amount;
  }
  return issued;
}

Verdict Model::JudgeExpire(Entry& entry) const {
  using Kinds = std::vector<PartyKind>;
  const Verdict debit =
      CheckParty(PersonOf(entry.debit), Kinds{PartyKind::kVolunteer, PartyKind::kBeneficiary});
  if (debit != Verdict::kOk) return debit;
  const Verdict credit =
      CheckParty(entry.credit, Kinds{PartyKind::kProgramme, PartyKind::kSponsor});
  if (credit != Verdict::kOk) return credit;
  if (entry.recorder != kNoId) {
    if (const Verdict v = CheckParty(entry.recorder, {}); v != Verdict::kOk) return v;
  }
  const auto days = Rule(Topic::kExpiryDays, kNoId, entry.unit, entry.recorded_at);
  const int64_t cutoff = entry.occurred_at;
  const auto unit = static_cast<Unit>(entry.unit);
  if (!days || cutoff + static_cast<int64_t>(*days) * 86'400'000'000'000 > entry.recorded_at) {
    return Verdict::kNotExpired;
  }
  // The person's credits as they stood at the cutoff and debits of all time; what goes from one id to
  // another is neither.
  const Id person = PersonOf(entry.debit);
  absl::uint128 credits = 0, debits = 0;
  for (const Id& id : IdsOf(person)) debits += BalanceAt(id, unit, entry.recorded_at).debits_pending;
  for (const Entry& other : log_) {
    if (other.unit != entry.unit || !Touches(other) || IsPending(other)) continue;
    if (KindOf(other) == Kind::kVoid || PersonOf(other.debit) == PersonOf(other.credit)) continue;
    if (IsOfPerson(other.credit, person) && other.recorded_at <= cutoff) credits += other.amount;
    if (IsOfPerson(other.debit, person)) debits += other.amount;
  }
  if (credits <= debits) return Verdict::kNotExpired;
  const absl::uint128 here = AvailableOf(BalanceAt(entry.debit, unit, entry.recorded_at));
  const absl::uint128 expired = std::min(credits - debits, here);
  if (expired == 0) return Verdict::kNotExpired;
  if (entry.amount == 0) entry.amount = absl::Uint128Low64(expired);
  return entry.amount == expired ? CheckFits(entry) : Verdict::kWrongAmount;
}

Verdict Model::JudgeAward(Entry& entry) const {
  const bool is_bank = entry.unit == static_cast<uint16_t>(Unit::kBankMinute);
  std::vector<PartyKind> payers = {PartyKind::kProgramme};
  if (is_bank) payers.push_back(PartyKind::kBeneficiary);
  if (const Verdict v = CheckParty(entry.debit, payers); v != Verdict::kOk) return v;
  const Verdict credit =
      CheckParty(entry.credit, {PartyKind::kVolunteer, PartyKind::kBeneficiary});
  if (credit != Verdict::kOk) return credit;
  if (entry.recorder != kNoId) {
    if (const Verdict v = CheckParty(entry.recorder, {}); v != Verdict::kOk) return v;
  }
  if (entry.debit == entry.credit) return Verdict::kSameParty;
  const bool by_programme =
      PartyOf(entry.debit)->code == static_cast<uint16_t>(PartyKind::kProgramme);
  if (const Entry* const reason = Find(entry.ref)) {
    if (KindOf(*reason) == Kind::kAward && reason->ref == reason->id) {
      return Verdict::kAlreadyAwarded;
    }
    if (KindOf(*reason) != Kind::kService || !IsOfPerson(reason->credit, entry.credit) ||
        reason->code != entry.code) {
      return Verdict::kUnjustified;
    }
    const bool is_held =
        IsPending(*reason) && FateOf(*reason, entry.recorded_at) == Fate::kHeld;
    const uint64_t minutes = is_held ? 0 : Standing(*reason, entry.recorded_at);
    const auto rate = is_bank ? Rule(Topic::kBankRate, kNoId, entry.code, reason->occurred_at)
                              : Rule(Topic::kTariff, entry.debit, entry.code, reason->occurred_at);
    if (minutes == 0 || !rate) return Verdict::kUnjustified;
    const Id& payer = is_bank ? kNoId : entry.debit;
    if (HasAward(reason->id, entry.unit, payer, entry.recorded_at)) {
      return Verdict::kAlreadyAwarded;
    }
    const uint64_t points = EarnedBy(*reason, entry);
    if (entry.amount == 0) entry.amount = points;
    if (entry.amount != points) return Verdict::kWrongAmount;
  } else {
    const auto most = Rule(Topic::kGrant, entry.debit, entry.code, entry.recorded_at);
    if (entry.code == 0 || !most || !by_programme) return Verdict::kUnjustified;
    const auto once = Rule(Topic::kGrantOnce, entry.debit, entry.code, entry.recorded_at);
    if (once == 1 && entry.id != entry.ref) return Verdict::kIdNotRef;
    if (entry.amount == 0) entry.amount = *most;
    if (entry.amount > *most) return Verdict::kWrongAmount;
  }
  if (entry.amount == 0) return Verdict::kZeroAmount;
  if (!by_programme) {
    if (entry.recorder != entry.debit) return Verdict::kUnjustified;
    const Balance b = BalanceAt(entry.debit, Unit::kBankMinute, entry.recorded_at);
    if (AvailableOf(b) < entry.amount) return Verdict::kInsufficient;
    const Verdict held = CheckMostHeld(entry);
    return held == Verdict::kOk ? CheckFits(entry) : held;
  }
  const auto budget = Rule(is_bank ? Topic::kBankBudget : Topic::kBudget, entry.debit, 0,
                           entry.recorded_at);
  const uint64_t issued = IssuedAt(entry.debit, entry.unit, entry.recorded_at);
  if (!budget || issued > *budget || entry.amount > *budget - issued) {
    return Verdict::kBudgetExceeded;
  }
  if (is_bank) {
    const Verdict held = CheckMostHeld(entry);
    return held == Verdict::kOk ? CheckFits(entry) : held;
  }
  for (const Topic topic : {Topic::kMonthBudget, Topic::kYearBudget}) {
    const auto part = Rule(topic, entry.debit, 0, entry.recorded_at);
    const absl::uint128 since =
        IssuedSince(entry.debit, entry.recorded_at, topic == Topic::kYearBudget);
    if (part && since + entry.amount > *part) return Verdict::kBudgetExceeded;
  }
  if (const auto cap = Rule(Topic::kMonthlyCapPoints, kNoId, 0, entry.recorded_at)) {
    absl::uint128 of_month = entry.amount;
    for (const Entry& other : log_) {
      if (KindOf(other) != Kind::kAward || !IsOfPerson(other.credit, entry.credit)) continue;
      if (other.unit != entry.unit) continue;
      if (MonthOf(other.recorded_at) != MonthOf(entry.recorded_at)) continue;
      of_month += Standing(other, entry.recorded_at);
    }
    if (of_month > *cap) return Verdict::kMonthlyCap;
  }
  if (const Verdict v = CheckMostHeld(entry); v != Verdict::kOk) return v;
  return CheckFits(entry);
}

Verdict Model::CheckTransfer(const Entry& transfer) const {
  const auto kind_of = [&](const Id& party) {
    return static_cast<PartyKind>(PartyOf(party)->code);
  };
  const int64_t at = transfer.recorded_at;
  if (kind_of(transfer.credit) == PartyKind::kProgramme ||
      kind_of(transfer.credit) == PartyKind::kSponsor) {
    const uint64_t most = Rule(Topic::kPool, kNoId, transfer.unit, at).value_or(0);
    return transfer.amount > most ? Verdict::kTransferNotPermitted : Verdict::kOk;
  }
  const bool by_any = kind_of(transfer.debit) == PartyKind::kVolunteer &&
                      Rule(Topic::kTransfer, kNoId, transfer.unit, at) >= transfer.amount;
  const bool by_name =
      Rule(Topic::kRelative, transfer.debit, 0, at, transfer.credit) >= transfer.amount;
  return by_any || by_name ? CheckMostHeld(transfer) : Verdict::kTransferNotPermitted;
}

Verdict Model::JudgeRecord(const Entry& entry) const {
  using Kinds = std::vector<PartyKind>;
  Kinds from = {PartyKind::kTeam};
  Kinds to = {PartyKind::kVolunteer};
  if (KindOf(entry) == Kind::kTraining && !IsCategory(entry.code, entry.occurred_at)) {
    return Verdict::kUnknownCategory;
  }
  if (KindOf(entry) == Kind::kTraining && entry.ref != kNoId) {
    if (const Verdict v = CheckParty(entry.ref, {}); v != Verdict::kOk) return v;
    if (entry.ref == entry.recorder || entry.ref == entry.credit) return Verdict::kSelfVerified;
  }
  if (KindOf(entry) == Kind::kLegacy) {
    from.push_back(PartyKind::kSponsor);
    to.push_back(PartyKind::kProgramme);
  }
  if (KindOf(entry) == Kind::kInspection) to.push_back(PartyKind::kRecorder);
  if (KindOf(entry) == Kind::kContribution) {
    from = {PartyKind::kVolunteer, PartyKind::kBeneficiary, PartyKind::kSponsor,
            PartyKind::kStation};
    to = {PartyKind::kTeam, PartyKind::kProgramme};
  }
  if (KindOf(entry) == Kind::kDistribution) {
    from = {PartyKind::kTeam, PartyKind::kProgramme, PartyKind::kSponsor, PartyKind::kStation};
    to.push_back(PartyKind::kBeneficiary);
  }
  if (const Verdict v = CheckParty(entry.debit, from); v != Verdict::kOk) return v;
  if (const Verdict v = CheckParty(entry.credit, to); v != Verdict::kOk) return v;
  if (entry.recorder != kNoId) {
    if (const Verdict v = CheckParty(entry.recorder, {}); v != Verdict::kOk) return v;
  }
  if (entry.debit == entry.credit) return Verdict::kSameParty;
  if (entry.amount == 0) return Verdict::kZeroAmount;
  if (Rule(Topic::kUnit, kNoId, entry.unit, entry.occurred_at) != 1) return Verdict::kUnknownUnit;
  const bool given = std::any_of(log_.begin(), log_.end(), [&](const Entry& other) {
    return KindOf(other) == Kind::kDistribution && IsOfPerson(other.credit, entry.credit) &&
           other.unit == entry.unit && other.activity == entry.activity && !WasReversed(other);
  });
  if (KindOf(entry) == Kind::kDistribution && entry.activity != kNoId && given) {
    return Verdict::kAlreadyDistributed;
  }
  return CheckFits(entry);
}

Verdict Model::JudgeMove(const Entry& entry) const {
  const bool to_own_id = KindOf(entry) == Kind::kTransfer && entry.debit != entry.credit &&
                         PartyOf(entry.debit) != nullptr && PartyOf(entry.credit) != nullptr &&
                         PersonOf(entry.debit) == PersonOf(entry.credit);
  using Kinds = std::vector<PartyKind>;
  Kinds from = {PartyKind::kVolunteer, PartyKind::kBeneficiary};
  Kinds to = {PartyKind::kVolunteer, PartyKind::kBeneficiary, PartyKind::kProgramme,
              PartyKind::kSponsor};
  if (KindOf(entry) == Kind::kRedeem) to = {PartyKind::kStation};
  if (KindOf(entry) == Kind::kSettle) {
    from = {PartyKind::kStation};
    to = {PartyKind::kProgramme, PartyKind::kSponsor};
  }
  if (!to_own_id) {
    if (const Verdict v = CheckParty(entry.debit, from); v != Verdict::kOk) return v;
  }
  const Id receiver = to_own_id ? PersonOf(entry.credit) : entry.credit;
  if (const Verdict v = CheckParty(receiver, to); v != Verdict::kOk) return v;
  if (entry.recorder != kNoId) {
    if (const Verdict v = CheckParty(entry.recorder, {}); v != Verdict::kOk) return v;
  }
  if (entry.debit == entry.credit) return Verdict::kSameParty;
  if (entry.amount == 0) return Verdict::kZeroAmount;
  if (KindOf(entry) == Kind::kTransfer && !to_own_id) {
    if (const Verdict v = CheckTransfer(entry); v != Verdict::kOk) return v;
  }
  if (KindOf(entry) == Kind::kRedeem) {
    if (const Verdict v = CheckRedeemer(entry); v != Verdict::kOk) return v;
  }
  const Balance b =
      BalanceAt(entry.debit, static_cast<Unit>(entry.unit), entry.recorded_at);
  if (AvailableOf(b) < entry.amount) return Verdict::kInsufficient;
  return CheckFits(entry);
}

Verdict Model::JudgeSecond(Entry& entry) const {
  const Entry* const pending = Find(entry.ref);
  if (pending == nullptr) return Verdict::kUnknownRef;
  if (!IsPending(*pending)) return Verdict::kNotPending;
  switch (FateOf(*pending, entry.recorded_at)) {
    case Fate::kPosted:
      return Verdict::kAlreadyPosted;
    case Fate::kVoided:
      return Verdict::kAlreadyVoided;
    case Fate::kLapsed:
      return Verdict::kLapsed;
    case Fate::kHeld:
      break;
  }
  const bool agrees = (entry.debit == kNoId || entry.debit == pending->debit) &&
                      (entry.credit == kNoId || entry.credit == pending->credit) &&
                      (entry.unit == 0 || entry.unit == pending->unit);
  if (!agrees) return Verdict::kNotAMirror;
  entry.debit = pending->debit;
  entry.credit = pending->credit;
  entry.unit = pending->unit;
  if (entry.amount == 0) entry.amount = pending->amount;
  if (entry.recorder != kNoId) {
    if (const Verdict v = CheckParty(entry.recorder, {}); v != Verdict::kOk) return v;
  }
  if (KindOf(entry) == Kind::kVoid) {
    return entry.amount == pending->amount ? Verdict::kOk : Verdict::kNotAMirror;
  }
  if (KindOf(*pending) == Kind::kService) {
    if (entry.recorder == kNoId) return Verdict::kFieldMissing;
    if (entry.recorder == PersonOf(pending->recorder) ||
        entry.recorder == PersonOf(pending->credit)) {
      return Verdict::kSelfVerified;
    }
  }
  if (entry.amount > pending->amount) return Verdict::kExceedsPending;
  if (KindOf(*pending) == Kind::kService && EndOf(*pending, entry.amount) > entry.recorded_at &&
      Rule(Topic::kPostWhenOver, kNoId, 0, entry.recorded_at) == 1) {
    return Verdict::kOccurredInFuture;
  }
  if (IsFrozen(PersonOf(entry.debit)) || IsFrozen(PersonOf(entry.credit))) {
    return Verdict::kPartyFrozen;
  }
  if (KindOf(*pending) == Kind::kService && IsLate(pending->occurred_at, entry.recorded_at)) {
    entry.flags |= kFlagLate;
  }
  return Verdict::kOk;
}

Verdict Model::JudgeReverse(const Entry& entry) const {
  const Entry* const original = Find(entry.ref);
  if (original == nullptr) return Verdict::kUnknownRef;
  const bool is_post = KindOf(*original) == Kind::kPost;
  const bool is_movement = Moves(*original) && KindOf(*original) != Kind::kReverse;
  if (!is_post && (!is_movement || IsPending(*original))) return Verdict::kNotReversible;
  if (entry.debit != original->credit || entry.credit != original->debit ||
      entry.unit != original->unit || entry.amount != original->amount) {
    return Verdict::kNotAMirror;
  }
  if (entry.recorder != kNoId) {
    if (const Verdict v = CheckParty(entry.recorder, {}); v != Verdict::kOk) return v;
  }
  if (WasReversed(*original)) return Verdict::kAlreadyReversed;
  const Entry* const origin = is_post ? Find(original->ref) : original;
  const bool is_service = KindOf(*origin) == Kind::kService;
  for (const Unit unit : {Unit::kPoint, Unit::kBankMinute}) {
    if (is_service &&
        HasAward(origin->id, static_cast<uint16_t>(unit), kNoId, entry.recorded_at)) {
      return Verdict::kAwardStands;
    }
  }
  const auto credited = static_cast<PartyKind>(PartyOf(entry.credit)->code);
  const bool is_source = credited == PartyKind::kProgramme || credited == PartyKind::kTeam;
  if (!is_source && IsClosed(PersonOf(entry.credit))) return Verdict::kPartyClosed;
  const Balance b =
      BalanceAt(entry.debit, static_cast<Unit>(entry.unit), entry.recorded_at);
  const bool may_owe =
      entry.unit == 1 || entry.unit >= 16 || PartyOf(entry.debit)->code == static_cast<uint16_t>(PartyKind::kProgramme);
  const uint16_t debited = PartyOf(entry.debit)->code;
  const bool is_person = debited == static_cast<uint16_t>(PartyKind::kVolunteer) ||
                         debited == static_cast<uint16_t>(PartyKind::kBeneficiary);
  const auto debt = Rule(Topic::kDebtLimit, kNoId, entry.unit, entry.recorded_at);
  const uint64_t after = b.debits_posted + b.debits_pending + entry.amount;
  const bool can_be_credited =
      !IsClosed(entry.debit) && PersonOf(entry.debit) == entry.debit;
  const bool within = is_person && can_be_credited && debt && after >= entry.amount &&
                      after - std::min(after, b.credits_posted) <= *debt;
  if (!may_owe && !within && AvailableOf(b) < entry.amount) return Verdict::kInsufficient;
  return CheckFits(entry);
}

Verdict Model::JudgeErase(const Entry& entry) const {
  const Entry* const of = Find(entry.ref);
  if (of == nullptr) return Verdict::kUnknownRef;
  const bool has_payload = KindOf(*of) != Kind::kGenesis && KindOf(*of) != Kind::kErase;
  if (!has_payload || of->evidence != entry.evidence) return Verdict::kOtherEvidence;
  return CheckParty(entry.recorder, {});
}

Verdict Model::JudgeKind(Entry& entry) const {
  switch (KindOf(entry)) {
    case Kind::kOpen:
    case Kind::kClose:
      return JudgeParty(entry);
    case Kind::kFreeze:
      return JudgeFreeze(entry);
    case Kind::kLink:
      return JudgeLink(entry);
    case Kind::kService:
      return JudgeService(entry);
    case Kind::kAward:
      return JudgeAward(entry);
    case Kind::kRedeem:
    case Kind::kSettle:
    case Kind::kTransfer:
      return JudgeMove(entry);
    case Kind::kPost:
    case Kind::kVoid:
      return JudgeSecond(entry);
    case Kind::kTraining:
    case Kind::kLegacy:
    case Kind::kInspection:
    case Kind::kContribution:
    case Kind::kDistribution:
      return JudgeRecord(entry);
    case Kind::kExpire:
      return JudgeExpire(entry);
    case Kind::kReverse:
      return JudgeReverse(entry);
    case Kind::kPolicy:
      return JudgePolicy(entry);
    case Kind::kAnchor:
      return entry.recorder == kNoId ? Verdict::kOk : CheckParty(entry.recorder, {});
    case Kind::kErase:
      return JudgeErase(entry);
    case Kind::kGenesis:
      break;
  }
  return Verdict::kUnknownKind;
}

Outcome Model::JudgeOne(const Entry& given, int64_t now) {
  Outcome outcome{.verdict = PlainShape(given)};
  if (outcome.verdict != Verdict::kOk) return outcome;
  const auto fill = [&](const Entry& entry) {
    outcome.index = entry.index;
    outcome.recorded_at = entry.recorded_at;
    if (!Touches(entry)) return;
    outcome.debit = BalanceOf(entry.debit, static_cast<Unit>(entry.unit));
    outcome.credit = BalanceOf(entry.credit, static_cast<Unit>(entry.unit));
  };
  if (const Entry* const there = Find(given.id)) {
    outcome.verdict = PlainComparison(given, *there);
    if (outcome.verdict == Verdict::kExists) {
      fill(*there);
    } else {
      outcome.index = there->index;
      outcome.recorded_at = there->recorded_at;
    }
    return outcome;
  }
  const bool imported = (given.flags & kFlagImported) != 0;
  Entry entry = given;
  entry.recorded_at =
      std::max(imported ? given.recorded_at : now, log_.back().recorded_at + 1);
  entry.index = log_.size();
  if (imported && Rule(Topic::kImporting, kNoId, 0, entry.recorded_at) == 0) {
    outcome.verdict = Verdict::kImportingEnded;
  } else if (imported && given.recorded_at > now) {
    outcome.verdict = Verdict::kRecordedInFuture;
  } else if (KindOf(entry) != Kind::kPolicy && entry.occurred_at > entry.recorded_at) {
    outcome.verdict = Verdict::kOccurredInFuture;
  } else {
    outcome.verdict = JudgeKind(entry);
  }
  if (outcome.verdict != Verdict::kOk) return outcome;
  if (Touches(entry)) {
    entry.prev_debit = LastOf(entry.debit, entry.unit);
    entry.prev_credit = LastOf(entry.credit, entry.unit);
  }
  log_.push_back(entry);
  fill(entry);
  return outcome;
}

std::vector<Outcome> Model::Judge(const std::vector<Entry>& batch, int64_t now) {
  std::vector<Outcome> outcomes;
  for (size_t begin = 0; begin < batch.size();) {
    size_t end = begin + 1;
    while (end < batch.size() && IsLinked(batch[end - 1])) ++end;
    const std::vector<Entry> before = log_;
    bool fell = false;
    for (size_t i = begin; i < end; ++i) {
      outcomes.push_back(fell ? Outcome{.verdict = Verdict::kLinkedEntryFailed}
                              : JudgeOne(batch[i], now));
      const bool ends_open = i + 1 == batch.size() && IsLinked(batch[i]);
      if (!fell && ends_open && outcomes[i].verdict == Verdict::kOk) {
        outcomes[i] = {.verdict = Verdict::kLinkedChainOpen};
      }
      if (fell || (Stands(outcomes[i].verdict) && !ends_open)) continue;
      fell = end - begin > 1 || IsLinked(batch[i]);
      for (size_t j = begin; fell && j < i; ++j) {
        if (outcomes[j].verdict == Verdict::kOk) {
          outcomes[j] = {.verdict = Verdict::kLinkedEntryFailed};
        }
      }
    }
    if (fell) log_ = before;
    for (size_t i = begin; fell && i < end; ++i) {
      if (outcomes[i].verdict != Verdict::kExists) continue;
      const bool is_open = i + 1 == batch.size() && IsLinked(batch[i]);
      const Verdict fallen = is_open ? Verdict::kLinkedChainOpen : Verdict::kLinkedEntryFailed;
      outcomes[i] = outcomes[i].index < log_.size() ? JudgeOne(batch[i], now) : Outcome{.verdict = fallen};
    }
    begin = end;
  }
  return outcomes;
}

}  // namespace hourbook
