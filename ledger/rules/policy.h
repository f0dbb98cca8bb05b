// What the policy entries of a ledger say, looked up as of any day.
//
// Policy is never edited: a later entry for the same subject and instant supersedes, and what an
// entry of the past was judged by stays readable for every audit. Pure: no I/O, no clock.
#ifndef LEDGER_RULES_POLICY_H_
#define LEDGER_RULES_POLICY_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <tuple>
#include <vector>

#include "ledger/base/bytes.h"
#include "ledger/base/hash_map.h"
#include "ledger/format/entry.h"
#include "ledger/rules/verdict.h"

namespace hourbook {

// What a policy entry is about: its code. The numbers are part of the format.
enum class Topic : uint16_t {
  kUtcOffset = 1,          // seconds east of UTC, as a signed amount; at most a day either way
  kMaxServiceMinutes = 2,  // longest single service
  kDailyCapMinutes = 3,    // services of one volunteer that start on one local day
  kTariff = 4,             // points for 60 minutes; scope: the programme, key: the category
  kBudget = 5,             // points that a programme may issue in all; scope: the programme
  kGrant = 6,              // most points for one award by a code; scope: programme, key: the code
  kTransfer = 7,           // largest single transfer between volunteers; key: the unit
  kAuthority = 8,          // whether a party may write policy; scope: the party
  kMonthlyCapMinutes = 9,  // services of one volunteer that start in one local month
  kMonthlyCapPoints = 10,  // points awarded to one party in one local month
  kDailyRedemptions = 11,  // redemptions of one party on one local day
  kMostHeld = 12,          // most that a party may have; key: the unit
  kRedeemFrom = 13,        // service minutes that a volunteer needs before redeeming
  kSecondPerson = 14,      // services longer than this wait for a second person's post
  kBackdatingDays = 15,    // working days within which a service is recorded
  kCalendarDay = 16,       // 0 as the week has it, 1 a day off, 2 a working day; key: the day
  kRounding = 17,          // how a tariff rounds: a Rounding; scope: the programme, key: the category
  kMonthBudget = 18,       // points that a programme may issue in a local month; scope: the programme
  kYearBudget = 19,        // likewise in a local year
  kGrantOnce = 20,         // 1: an award by the code has its ref as its id; scope, key: as kGrant's
  kExpiryDays = 21,        // days of 24 hours after which what is left may expire; key: the unit
  kDebtLimit = 22,         // most that a reversal may leave a party owing; key: the unit
  kUnit = 23,              // 1 where a unit of the programme's own is counted; key: the unit
  kCategory = 24,          // 1 where services may have a category; key: the category
  kRelative = 25,          // largest single gift to a named person; scope: the giver, key: the person
  kPool = 26,              // largest single gift to a programme or sponsor; key: the unit
  kBankRate = 27,          // bank minutes for 60 minutes of service; key: the category
  kBankBudget = 28,        // bank minutes that a programme may issue in all; scope: the programme
  kPostWhenOver = 29,      // 1 where a service is posted only once it is over
  kSecondPersonCap = 30,   // as the daily cap, for a service that a second person posts
  kImporting = 31,         // 0 where no entry may say when it was recorded
};

// Such policy is never said of another day, but is in force from when it is recorded.
constexpr bool IsOfItsMoment(Topic topic) {
  return topic == Topic::kAuthority || topic == Topic::kImporting;
}

inline constexpr size_t kTopics = static_cast<size_t>(Topic::kImporting) + 1;

// Whatever is not whole points is lost, for each service by itself; or only at the end of all, so
// that shifts of 50 minutes add up; or it is whole hours that count. The default is the first.
enum class Rounding : uint64_t { kPerEntry = 0, kCumulative = 1, kWholeHours = 2 };

// One rule: which value holds for a subject from an instant on.
struct PolicySubject {
  Topic topic;
  Id scope;      // the party concerned; zero for the whole ledger
  uint16_t key;  // category, grant code, unit or day; zero where the topic has none
  Id person = kNoId;  // the key of a topic whose key is a person

  template <typename H>
  friend H AbslHashValue(H h, const PolicySubject& s) {
    h = H::combine(std::move(h), s.topic, s.scope, s.key);
    return s.topic == Topic::kRelative ? H::combine(std::move(h), s.person) : std::move(h);
  }
  friend bool operator==(const PolicySubject& a, const PolicySubject& b) = default;
};

class Policy {
 public:
  // Whether any entry says who may write policy.
  bool has_authorities() const { return Speaks(Topic::kAuthority); }

  // Whether an entry that is in force at an instant says which categories there are.
  bool has_categories(int64_t at) const {
    return !categories_from_.empty() && *categories_from_.begin() <= at;
  }

  // Whether a local day, as LocalDay counts them, is a working day by the calendar in force at an
  // instant: Monday to Friday where it says nothing.
  bool IsWorkingDay(int32_t day, int64_t at) const;

  // kOk where a policy entry is well formed: topic known, scope and key where the topic has them and
  // zero elsewhere, value in range. Never reads or changes state.
  static Verdict Check(const Entry& entry);

  // The key of a policy entry: category, grant code, unit or day.
  static uint16_t KeyOf(const Entry& entry);

  // Takes in a policy entry that passed Check. Entries come in the order of the ledger.
  void Add(const Entry& entry);

  // Takes back the entry that was added last of all that have not been taken back.
  void Undo(const Entry& entry);

  // The value in force at an instant (unix nanoseconds): that of the latest instant not after it;
  // of two for the same instant, the later entry's. Nothing where no entry speaks of the subject.
  std::optional<uint64_t> InForce(const PolicySubject& subject, int64_t at) const {
    const Value* const latest = Speaks(subject.topic) ? LatestOf(subject, at) : nullptr;
    return latest == nullptr ? std::nullopt : std::optional<uint64_t>(latest->value);
  }

  // The value that is in force from just this instant on, where one begins then.
  std::optional<uint64_t> From(const PolicySubject& subject, int64_t at) const;

  // What a policy entry is about.
  static PolicySubject SubjectOf(const Entry& entry);

  // The local day of an instant, as days since 1970-01-01, by the UTC offset in force at it (UTC
  // where no entry gives one).
  int32_t LocalDay(int64_t at) const;

  // Its local month, as months since January 1970; and the month of a local day.
  int32_t LocalMonth(int64_t at) const { return MonthOfDay(LocalDay(at)); }
  static int32_t MonthOfDay(int32_t day);

 private:
  bool Speaks(Topic topic) const { return entries_[static_cast<uint16_t>(topic)] > 0; }

  struct Value {
    int64_t from;
    uint64_t value;
  };

  using Timeline = std::vector<Value>;  // sorted by from

  // That of a subject, or null where nothing was said of it.
  const Timeline* TimelineOf(const PolicySubject& subject) const;
  // The value in force at an instant, or null.
  const Value* LatestOf(const PolicySubject& subject, int64_t at) const;
  Timeline& TimelineFor(const Entry& entry);

  // Those of topics without scope and key, which are asked most often; and of all others.
  std::array<Timeline, kTopics> of_all_;
  HashMap<PolicySubject, Timeline> timelines_;
  // How many entries there are of each topic: of most there is none, which is asked most often.
  std::array<uint64_t, kTopics> entries_{};
  std::multiset<int64_t> categories_from_;
};

}  // namespace hourbook

#endif  // LEDGER_RULES_POLICY_H_
