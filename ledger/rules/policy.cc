#include "ledger/rules/policy.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <limits>

#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "ledger/format/text.h"

namespace hourbook {
namespace {

constexpr int64_t kSecondsPerDay = 86'400;
constexpr int64_t kNanosPerSecond = 1'000'000'000;
constexpr uint64_t kMinutesPerDay = 1'440;

constexpr uint64_t kAnyValue = std::numeric_limits<uint64_t>::max();

enum class Key : uint8_t { kNone, kNumber, kValueUnit, kDefinedUnit, kPerson };

// What a topic's entries may say.
struct TopicShape {
  Topic topic;
  bool has_scope;  // whether credit names whom it is about
  Key key;
  uint64_t least, most;
};

// In the order of the numbers. Nobody serves more than 24 hours a local day, also on the one that
// has 25. Times the longest service a tariff must not overflow.
constexpr TopicShape kShapes[] = {
    {Topic::kUtcOffset, false, Key::kNone, 0, kAnyValue},  // signed: see ValueInRange
    {Topic::kMaxServiceMinutes, false, Key::kNone, 1, kMinutesPerDay},
    {Topic::kDailyCapMinutes, false, Key::kNone, 1, kMinutesPerDay},
    {Topic::kTariff, true, Key::kNumber, 0, kAnyValue / kMinutesPerDay},
    {Topic::kBudget, true, Key::kNone, 0, kAnyValue},
    {Topic::kGrant, true, Key::kNumber, 0, kAnyValue},
    {Topic::kTransfer, false, Key::kValueUnit, 0, kAnyValue},
    {Topic::kAuthority, true, Key::kNone, 0, 1},
    {Topic::kMonthlyCapMinutes, false, Key::kNone, 1, 31 * kMinutesPerDay},
    {Topic::kMonthlyCapPoints, false, Key::kNone, 0, kAnyValue},
    {Topic::kDailyRedemptions, false, Key::kNone, 0, kAnyValue},
    {Topic::kMostHeld, false, Key::kValueUnit, 0, kAnyValue},
    {Topic::kRedeemFrom, false, Key::kNone, 0, kAnyValue},
    {Topic::kSecondPerson, false, Key::kNone, 0, kMinutesPerDay},
    {Topic::kBackdatingDays, false, Key::kNone, 0, 250},
    {Topic::kCalendarDay, false, Key::kNumber, 0, 2},
    {Topic::kRounding, true, Key::kNumber, 0, 2},
    {Topic::kMonthBudget, true, Key::kNone, 0, kAnyValue},
    {Topic::kYearBudget, true, Key::kNone, 0, kAnyValue},
    {Topic::kGrantOnce, true, Key::kNumber, 0, 1},
    {Topic::kExpiryDays, false, Key::kValueUnit, 1, 36'525},
    {Topic::kDebtLimit, false, Key::kValueUnit, 0, kAnyValue},
    {Topic::kUnit, false, Key::kDefinedUnit, 0, 1},
    {Topic::kCategory, false, Key::kNumber, 0, 1},
    {Topic::kRelative, true, Key::kPerson, 0, kAnyValue},
    {Topic::kPool, false, Key::kValueUnit, 0, kAnyValue},
    {Topic::kBankRate, false, Key::kNumber, 0, kAnyValue / kMinutesPerDay},
    {Topic::kBankBudget, true, Key::kNone, 0, kAnyValue},
    {Topic::kPostWhenOver, false, Key::kNone, 0, 1},
    {Topic::kSecondPersonCap, false, Key::kNone, 1, kMinutesPerDay},
    {Topic::kImporting, false, Key::kNone, 0, 1},
};

// The numbers begin at 1 and leave none out.
const TopicShape* ShapeOf(uint16_t code) {
  return code == 0 || code > std::size(kShapes) ? nullptr : &kShapes[code - 1];
}

constexpr bool AreInOrder() {
  for (size_t i = 0; i < std::size(kShapes); ++i) {
    if (static_cast<size_t>(kShapes[i].topic) != i + 1) return false;
  }
  return std::size(kShapes) + 1 == kTopics;
}
static_assert(AreInOrder());

// Whether a topic has one subject alone.
bool IsOfAll(Topic topic) {
  const TopicShape& shape = kShapes[static_cast<size_t>(topic) - 1];
  return !shape.has_scope && shape.key == Key::kNone;
}

// Bytes 0 and 1 of ref, little-endian, hold a number (FORMAT.md); all of it holds a person. Service
// minutes are never spent, so no policy moves or limits what is held of them.
bool KeyFits(const TopicShape& shape, const Entry& entry) {
  const uint16_t key = Policy::KeyOf(entry);
  const bool is_number =
      std::all_of(entry.ref.begin() + 2, entry.ref.end(), [](uint8_t b) { return b == 0; });
  switch (shape.key) {
    case Key::kNone:
      return entry.ref == kNoId;
    case Key::kNumber:
      return is_number && key != 0;
    case Key::kValueUnit:
      return is_number && (key == static_cast<uint16_t>(Unit::kPoint) ||
                           key == static_cast<uint16_t>(Unit::kBankMinute));
    case Key::kDefinedUnit:
      return is_number && key >= kFirstDefinedUnit;
    case Key::kPerson:
      return entry.ref != kNoId;
  }
  return false;
}

// What people call a unit or a category: zeros after its UTF-8.
bool IsName(const Id& bytes) {
  absl::string_view name(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  while (!name.empty() && name.back() == '\0') name.remove_suffix(1);
  return IsText(name);
}

// Units and categories are given their names, other topics none.
bool NameFits(const Entry& entry) {
  const auto topic = static_cast<Topic>(entry.code);
  const bool has_name = topic == Topic::kUnit || topic == Topic::kCategory;
  return has_name ? entry.activity != kNoId && IsName(entry.activity) : entry.activity == kNoId;
}

bool IsCategory(const Entry& entry) {
  return entry.code == static_cast<uint16_t>(Topic::kCategory);
}

// Where the first value that comes into force after an instant stands in a timeline.
template <class Timeline>
auto FirstAfter(Timeline& timeline, int64_t at) {
  return std::upper_bound(timeline.begin(), timeline.end(), at,
                          [](int64_t t, const auto& value) { return t < value.from; });
}

bool ValueInRange(const TopicShape& shape, uint64_t value) {
  if (shape.topic != Topic::kUtcOffset) return value >= shape.least && value <= shape.most;
  const auto seconds = static_cast<int64_t>(value);
  return seconds >= -kSecondsPerDay && seconds <= kSecondsPerDay;
}

int64_t FloorDivide(int64_t a, int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

}  // namespace

uint16_t Policy::KeyOf(const Entry& entry) {
  return static_cast<uint16_t>(entry.ref[0] | entry.ref[1] << 8);
}

PolicySubject Policy::SubjectOf(const Entry& entry) {
  const auto topic = static_cast<Topic>(entry.code);
  if (topic == Topic::kRelative) return {topic, entry.credit, 0, entry.ref};
  return {topic, entry.credit, KeyOf(entry)};
}

Verdict Policy::Check(const Entry& entry) {
  const TopicShape* const shape = ShapeOf(entry.code);
  if (shape == nullptr) return Verdict::kUnknownTopic;
  if (shape->has_scope != (entry.credit != kNoId)) return Verdict::kWrongScope;
  if (!KeyFits(*shape, entry)) return Verdict::kWrongKey;
  if (!NameFits(entry)) return Verdict::kWrongName;
  return ValueInRange(*shape, entry.amount) ? Verdict::kOk : Verdict::kValueOutOfRange;
}

const Policy::Timeline* Policy::TimelineOf(const PolicySubject& subject) const {
  if (IsOfAll(subject.topic)) return &of_all_[static_cast<uint16_t>(subject.topic)];
  const auto found = timelines_.find(subject);
  return found == timelines_.end() ? nullptr : &found->second;
}

Policy::Timeline& Policy::TimelineFor(const Entry& entry) {
  const PolicySubject subject = SubjectOf(entry);
  if (IsOfAll(subject.topic)) return of_all_[static_cast<uint16_t>(subject.topic)];
  return timelines_[subject];
}

void Policy::Add(const Entry& entry) {
  Timeline& timeline = TimelineFor(entry);
  timeline.insert(FirstAfter(timeline, entry.occurred_at), Value{entry.occurred_at, entry.amount});
  ++entries_[entry.code];
  if (IsCategory(entry)) categories_from_.insert(entry.occurred_at);
}

void Policy::Undo(const Entry& entry) {
  Timeline& timeline = TimelineFor(entry);
  timeline.erase(std::prev(FirstAfter(timeline, entry.occurred_at)));
  --entries_[entry.code];
  if (IsCategory(entry)) categories_from_.erase(categories_from_.find(entry.occurred_at));
}

const Policy::Value* Policy::LatestOf(const PolicySubject& subject, int64_t at) const {
  const Timeline* const timeline = TimelineOf(subject);
  if (timeline == nullptr) return nullptr;
  const auto next = FirstAfter(*timeline, at);
  return next == timeline->begin() ? nullptr : &*std::prev(next);
}

std::optional<uint64_t> Policy::From(const PolicySubject& subject, int64_t at) const {
  const Value* const latest = LatestOf(subject, at);
  const bool begins = latest != nullptr && latest->from == at;
  return begins ? std::optional<uint64_t>(latest->value) : std::nullopt;
}

int32_t Policy::LocalDay(int64_t at) const {
  const auto offset = static_cast<int64_t>(InForce({Topic::kUtcOffset, kNoId, 0}, at).value_or(0));
  // Seconds before adding: no instant of 64 bits overflows.
  const int64_t local_seconds = FloorDivide(at, kNanosPerSecond) + offset;
  return static_cast<int32_t>(FloorDivide(local_seconds, kSecondsPerDay));
}

int32_t Policy::MonthOfDay(int32_t day) {
  const std::chrono::year_month_day date{std::chrono::sys_days{std::chrono::days{day}}};
  return (static_cast<int>(date.year()) - 1970) * 12 + static_cast<int>(unsigned{date.month()}) - 1;
}

bool Policy::IsWorkingDay(int32_t day, int64_t at) const {
  const bool may_be_listed = day > 0 && day <= std::numeric_limits<uint16_t>::max();
  const uint64_t listed =
      may_be_listed
          ? InForce({Topic::kCalendarDay, kNoId, static_cast<uint16_t>(day)}, at).value_or(0)
          : 0;
  if (listed != 0) return listed == 2;
  const absl::Weekday weekday = absl::GetWeekday(absl::CivilDay(1970, 1, 1) + day);
  return weekday != absl::Weekday::saturday && weekday != absl::Weekday::sunday;
}

}  // namespace hourbook
