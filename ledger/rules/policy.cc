#include "ledger/rules/policy.h"

#include <algorithm>
#include <iterator>
#include <limits>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"

namespace hourbook {
namespace {

constexpr int64_t kSecondsPerDay = 86'400;
constexpr int64_t kNanosPerSecond = 1'000'000'000;
constexpr uint64_t kMinutesPerDay = 1'440;

constexpr uint64_t kAnyValue = std::numeric_limits<uint64_t>::max();

enum class Key : uint8_t { kNone, kNumber, kValueUnit };

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
};

const TopicShape* ShapeOf(uint16_t code) {
  const auto* const found = std::find_if(
      std::begin(kShapes), std::end(kShapes),
      [code](const TopicShape& shape) { return static_cast<uint16_t>(shape.topic) == code; });
  return found == std::end(kShapes) ? nullptr : found;
}

// Service minutes are never spent, so no policy moves or limits what is held of them.
bool KeyInRange(const TopicShape& shape, uint16_t key) {
  return shape.key != Key::kValueUnit || key == static_cast<uint16_t>(Unit::kPoint) ||
         key == static_cast<uint16_t>(Unit::kBankMinute);
}

// Bytes 0 and 1 of ref, little-endian (FORMAT.md).
uint16_t KeyOf(const Entry& entry) {
  return static_cast<uint16_t>(entry.ref[0] | entry.ref[1] << 8);
}

PolicySubject SubjectOf(const Entry& entry) {
  return {static_cast<Topic>(entry.code), entry.credit, KeyOf(entry)};
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

absl::Status Refuse(absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("policy entry: ", what));
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
  if (!RestOfRefIsZero(entry)) return Refuse("ref has bytes beyond the key");
  const bool has_key = shape->key != Key::kNone;
  if (has_key != (KeyOf(entry) != 0)) {
    return Refuse(has_key ? "ref must hold the topic's key" : "ref must be zero");
  }
  if (!KeyInRange(*shape, KeyOf(entry))) {
    return Refuse(absl::StrCat("unit ", KeyOf(entry), " is none that can be spent"));
  }
  if (!ValueInRange(*shape, entry.amount)) {
    return Refuse(absl::StrCat("amount ", entry.amount, " is out of range for topic ", entry.code));
  }
  return absl::OkStatus();
}

void Policy::Add(const Entry& entry) {
  std::vector<Value>& timeline = timelines_[SubjectOf(entry)];
  timeline.insert(FirstAfter(timeline, entry.occurred_at), Value{entry.occurred_at, entry.amount});
  if (entry.code == static_cast<uint16_t>(Topic::kAuthority)) ++authorities_;
}

void Policy::Undo(const Entry& entry) {
  std::vector<Value>& timeline = timelines_.at(SubjectOf(entry));
  timeline.erase(std::prev(FirstAfter(timeline, entry.occurred_at)));
  if (entry.code == static_cast<uint16_t>(Topic::kAuthority)) --authorities_;
}

std::optional<uint64_t> Policy::InForce(const PolicySubject& subject, int64_t at) const {
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

int32_t Policy::LocalMonth(int64_t at) const {
  const absl::CivilDay day = absl::CivilDay(1970, 1, 1) + LocalDay(at);
  return static_cast<int32_t>(absl::CivilMonth(day) - absl::CivilMonth(1970, 1));
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
