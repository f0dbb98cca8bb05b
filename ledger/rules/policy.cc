#include "ledger/rules/policy.h"

#include <algorithm>
#include <iterator>
#include <limits>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "ledger/format/text.h"

namespace hourbook {
namespace {

constexpr int64_t kSecondsPerDay = 86'400;
constexpr int64_t kNanosPerSecond = 1'000'000'000;
constexpr uint64_t kMinutesPerDay = 1'440;

absl::Status Refuse(absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("policy entry: ", what));
}

constexpr uint64_t kAnyValue = std::numeric_limits<uint64_t>::max();

enum class Key : uint8_t { kNone, kNumber, kValueUnit, kDefinedUnit, kPerson };

// What a topic's entries may say.
struct TopicShape {
  Topic topic;
  absl::string_view scope;  // whom credit names; empty for nobody
  Key key;
  uint64_t least, most;
};

// In the order of the numbers. Nobody serves more than 24 hours a local day, also on the one that
// has 25. Times the longest service a tariff must not overflow.
constexpr TopicShape kShapes[] = {
    {Topic::kUtcOffset, "", Key::kNone, 0, kAnyValue},  // signed: see ValueInRange
    {Topic::kMaxServiceMinutes, "", Key::kNone, 1, kMinutesPerDay},
    {Topic::kDailyCapMinutes, "", Key::kNone, 1, kMinutesPerDay},
    {Topic::kTariff, "programme", Key::kNumber, 0, kAnyValue / kMinutesPerDay},
    {Topic::kBudget, "programme", Key::kNone, 0, kAnyValue},
    {Topic::kGrant, "programme", Key::kNumber, 0, kAnyValue},
    {Topic::kTransfer, "", Key::kValueUnit, 0, kAnyValue},
    {Topic::kAuthority, "party", Key::kNone, 0, 1},
    {Topic::kMonthlyCapMinutes, "", Key::kNone, 1, 31 * kMinutesPerDay},
    {Topic::kMonthlyCapPoints, "", Key::kNone, 0, kAnyValue},
    {Topic::kDailyRedemptions, "", Key::kNone, 0, kAnyValue},
    {Topic::kMostHeld, "", Key::kValueUnit, 0, kAnyValue},
    {Topic::kRedeemFrom, "", Key::kNone, 0, kAnyValue},
    {Topic::kSecondPerson, "", Key::kNone, 0, kMinutesPerDay},
    {Topic::kBackdatingDays, "", Key::kNone, 0, 250},
    {Topic::kCalendarDay, "", Key::kNumber, 0, 2},
    {Topic::kRounding, "programme", Key::kNumber, 0, 2},
    {Topic::kMonthBudget, "programme", Key::kNone, 0, kAnyValue},
    {Topic::kYearBudget, "programme", Key::kNone, 0, kAnyValue},
    {Topic::kGrantOnce, "programme", Key::kNumber, 0, 1},
    {Topic::kExpiryDays, "", Key::kValueUnit, 1, 36'525},
    {Topic::kDebtLimit, "", Key::kValueUnit, 0, kAnyValue},
    {Topic::kUnit, "", Key::kDefinedUnit, 0, 1},
    {Topic::kCategory, "", Key::kNumber, 0, 1},
    {Topic::kRelative, "giver", Key::kPerson, 0, kAnyValue},
    {Topic::kPool, "", Key::kValueUnit, 0, kAnyValue},
    {Topic::kBankRate, "", Key::kNumber, 0, kAnyValue / kMinutesPerDay},
    {Topic::kBankBudget, "programme", Key::kNone, 0, kAnyValue},
};

const TopicShape* ShapeOf(uint16_t code) {
  const auto* const found = std::find_if(
      std::begin(kShapes), std::end(kShapes),
      [code](const TopicShape& shape) { return static_cast<uint16_t>(shape.topic) == code; });
  return found == std::end(kShapes) ? nullptr : found;
}

// Service minutes are never spent, so no policy moves or limits what is held of them.
absl::Status CheckKey(const TopicShape& shape, uint16_t key) {
  const bool is_value = key == static_cast<uint16_t>(Unit::kPoint) ||
                        key == static_cast<uint16_t>(Unit::kBankMinute);
  if (shape.key == Key::kValueUnit && !is_value) {
    return Refuse(absl::StrCat("unit ", key, " is none that can be spent"));
  }
  if (shape.key == Key::kDefinedUnit && key < kFirstDefinedUnit) {
    return Refuse(absl::StrCat("unit ", key, " is built in; use one from ", kFirstDefinedUnit));
  }
  return absl::OkStatus();
}

// What people call a unit or a category: zeros after its UTF-8.
bool IsName(const Id& bytes) {
  absl::string_view name(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  while (!name.empty() && name.back() == '\0') name.remove_suffix(1);
  return IsText(name);
}

bool HasName(Topic topic) { return topic == Topic::kUnit || topic == Topic::kCategory; }

// Bytes 0 and 1 of ref, little-endian (FORMAT.md); all of it for a person.
uint16_t KeyOf(const Entry& entry) {
  return static_cast<uint16_t>(entry.ref[0] | entry.ref[1] << 8);
}

bool IsCategory(const Entry& entry) {
  return entry.code == static_cast<uint16_t>(Topic::kCategory);
}

PolicySubject SubjectOf(const Entry& entry) {
  const auto topic = static_cast<Topic>(entry.code);
  if (topic == Topic::kRelative) return {topic, entry.credit, 0, entry.ref};
  return {topic, entry.credit, KeyOf(entry)};
}

// Where the first value that comes into force after an instant stands in a timeline.
template <class Timeline>
auto FirstAfter(Timeline& timeline, int64_t at) {
  return std::upper_bound(timeline.begin(), timeline.end(), at,
                          [](int64_t t, const auto& value) { return t < value.from; });
}

bool RestOfRefIsZero(const Entry& entry) {
  return std::all_of(entry.ref.begin() + 2, entry.ref.end(), [](uint8_t b) { return b == 0; });
}

bool ValueInRange(const TopicShape& shape, uint64_t value) {
  if (shape.topic != Topic::kUtcOffset) return value >= shape.least && value <= shape.most;
  const auto seconds = static_cast<int64_t>(value);
  return seconds >= -kSecondsPerDay && seconds <= kSecondsPerDay;
}

int64_t FloorDivide(int64_t a, int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

}  // namespace

absl::Status Policy::Check(const Entry& entry) {
  const TopicShape* const shape = ShapeOf(entry.code);
  if (shape == nullptr) return Refuse(absl::StrCat("unknown topic ", entry.code));
  if (shape->scope.empty() == (entry.credit != kNoId)) {
    return shape->scope.empty() ? Refuse("credit must be zero")
                                : Refuse(absl::StrCat("credit must name the ", shape->scope));
  }
  const bool has_key = shape->key != Key::kNone;
  if (shape->key != Key::kPerson) {
    if (!RestOfRefIsZero(entry)) return Refuse("ref has bytes beyond the key");
    if (absl::Status key = CheckKey(*shape, KeyOf(entry)); KeyOf(entry) != 0 && !key.ok()) {
      return key;
    }
  }
  if (has_key != (shape->key == Key::kPerson ? entry.ref != kNoId : KeyOf(entry) != 0)) {
    return Refuse(has_key ? "ref must hold the topic's key" : "ref must be zero");
  }
  const bool has_name = HasName(shape->topic);
  if (has_name != (entry.activity != kNoId) || (has_name && !IsName(entry.activity))) {
    return Refuse(has_name ? "activity must hold a name, in UTF-8" : "activity must be zero");
  }
  if (!ValueInRange(*shape, entry.amount)) {
    return Refuse(absl::StrCat("amount ", entry.amount, " is out of range for topic ", entry.code));
  }
  return absl::OkStatus();
}

void Policy::Add(const Entry& entry) {
  std::vector<Value>& timeline = timelines_[SubjectOf(entry)];
  timeline.insert(FirstAfter(timeline, entry.occurred_at), Value{entry.occurred_at, entry.amount});
  ++entries_[entry.code];
  if (IsCategory(entry)) categories_from_.insert(entry.occurred_at);
}

void Policy::Undo(const Entry& entry) {
  std::vector<Value>& timeline = timelines_.at(SubjectOf(entry));
  timeline.erase(std::prev(FirstAfter(timeline, entry.occurred_at)));
  --entries_[entry.code];
  if (IsCategory(entry)) categories_from_.erase(categories_from_.find(entry.occurred_at));
}

std::optional<uint64_t> Policy::InForce(const PolicySubject& subject, int64_t at) const {
  if (!Speaks(subject.topic)) return std::nullopt;
  const auto found = timelines_.find(subject);
  if (found == timelines_.end()) return std::nullopt;
  const std::vector<Value>& timeline = found->second;
  const auto next = FirstAfter(timeline, at);
  if (next == timeline.begin()) return std::nullopt;
  return std::prev(next)->value;
}

int32_t Policy::LocalDay(int64_t at) const {
  const auto offset = static_cast<int64_t>(InForce({Topic::kUtcOffset, kNoId, 0}, at).value_or(0));
  // Seconds before adding: no instant of 64 bits overflows.
  const int64_t local_seconds = FloorDivide(at, kNanosPerSecond) + offset;
  return static_cast<int32_t>(FloorDivide(local_seconds, kSecondsPerDay));
}

int32_t Policy::MonthOfDay(int32_t day) {
  const absl::CivilMonth month(absl::CivilDay(1970, 1, 1) + day);
  return static_cast<int32_t>(month - absl::CivilMonth(1970, 1));
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
