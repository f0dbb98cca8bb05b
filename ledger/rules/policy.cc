#include "ledger/rules/policy.h"

#include <algorithm>
#include <iterator>
#include <limits>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace hourbook {
namespace {

constexpr int64_t kSecondsPerDay = 86'400;
constexpr int64_t kNanosPerSecond = 1'000'000'000;
constexpr uint64_t kMinutesPerDay = 1'440;

bool HasScope(Topic topic) {
  return topic == Topic::kTariff || topic == Topic::kBudget || topic == Topic::kGrant;
}

bool HasKey(Topic topic) {
  return topic == Topic::kTariff || topic == Topic::kGrant || topic == Topic::kTransfer;
}

// Service minutes are never spent, so no policy can permit to transfer them.
bool KeyInRange(Topic topic, uint16_t key) {
  return topic != Topic::kTransfer || key == static_cast<uint16_t>(Unit::kPoint) ||
         key == static_cast<uint16_t>(Unit::kBankMinute);
}

bool IsKnown(uint16_t code) {
  return code >= static_cast<uint16_t>(Topic::kUtcOffset) &&
         code <= static_cast<uint16_t>(Topic::kTransfer);
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

bool ValueInRange(Topic topic, uint64_t value) {
  switch (topic) {
    case Topic::kUtcOffset: {
      const auto seconds = static_cast<int64_t>(value);
      return seconds >= -kSecondsPerDay && seconds <= kSecondsPerDay;
    }
    case Topic::kMaxServiceMinutes:
    case Topic::kDailyCapMinutes:
      // Nobody serves more than 24 hours a local day, also on the one that has 25.
      return value > 0 && value <= kMinutesPerDay;
    case Topic::kTariff:
      // Times the longest service it must not overflow.
      return value <= std::numeric_limits<uint64_t>::max() / kMinutesPerDay;
    case Topic::kBudget:
    case Topic::kGrant:
    case Topic::kTransfer:
      return true;
  }
  return false;
}

absl::Status Refuse(absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("policy entry: ", what));
}

int64_t FloorDivide(int64_t a, int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

}  // namespace

absl::Status Policy::Check(const Entry& entry) {
  if (!IsKnown(entry.code)) return Refuse(absl::StrCat("unknown topic ", entry.code));
  const auto topic = static_cast<Topic>(entry.code);
  if (HasScope(topic) != (entry.credit != kNoId)) {
    return Refuse(HasScope(topic) ? "credit must name the programme" : "credit must be zero");
  }
  if (!RestOfRefIsZero(entry)) return Refuse("ref has bytes beyond the key");
  if (HasKey(topic) != (KeyOf(entry) != 0)) {
    return Refuse(HasKey(topic) ? "ref must hold the topic's key" : "ref must be zero");
  }
  if (!KeyInRange(topic, KeyOf(entry))) {
    return Refuse(absl::StrCat("unit ", KeyOf(entry), " is none that may be transferred"));
  }
  if (!ValueInRange(topic, entry.amount)) {
    return Refuse(absl::StrCat("amount ", entry.amount, " is out of range for topic ", entry.code));
  }
  return absl::OkStatus();
}

void Policy::Add(const Entry& entry) {
  std::vector<Value>& timeline = timelines_[SubjectOf(entry)];
  timeline.insert(FirstAfter(timeline, entry.occurred_at), Value{entry.occurred_at, entry.amount});
}

void Policy::Undo(const Entry& entry) {
  std::vector<Value>& timeline = timelines_.at(SubjectOf(entry));
  timeline.erase(std::prev(FirstAfter(timeline, entry.occurred_at)));
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

}  // namespace hourbook
