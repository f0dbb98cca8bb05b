#include "ledger/rules/policy.h"

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "tests/calls/refuse_each.h"

namespace hourbook {
namespace {

constexpr uint16_t kSafetyPatrol = 4;
constexpr int64_t kHour = 3'600LL * 1'000'000'000;

Id Programme() {
  Id id;
  id.fill(0x55);
  return id;
}

Entry PolicyEntry(Topic topic, uint64_t value, int64_t from) {
  Entry entry{};
  entry.id.fill(1);
  entry.kind = static_cast<uint16_t>(Kind::kPolicy);
  entry.code = static_cast<uint16_t>(topic);
  entry.amount = value;
  entry.occurred_at = from;
  return entry;
}

Entry Tariff(uint64_t points, int64_t from) {
  Entry entry = PolicyEntry(Topic::kTariff, points, from);
  entry.credit = Programme();
  entry.ref[0] = kSafetyPatrol;
  return entry;
}

int64_t Nanos(absl::CivilSecond when, const absl::TimeZone& zone) {
  return absl::ToUnixNanos(absl::FromCivil(when, zone));
}

// The town's tariff.csv: safety patrols earn 9 points an hour, from 1 July 2025 on 11.
TEST(PolicyTest, TheRateOfTheDayHolds) {
  const absl::TimeZone shanghai = absl::FixedTimeZone(8 * 3600);
  const int64_t january = Nanos(absl::CivilSecond(2025, 1, 1), shanghai);
  const int64_t july = Nanos(absl::CivilSecond(2025, 7, 1), shanghai);
  Policy policy;
  policy.Add(Tariff(11, july));  // given out of order on purpose
  policy.Add(Tariff(9, january));
  const PolicySubject subject{Topic::kTariff, Programme(), kSafetyPatrol};
  EXPECT_EQ(policy.InForce(subject, january - 1), std::nullopt);
  EXPECT_EQ(policy.InForce(subject, january), 9u);
  EXPECT_EQ(policy.InForce(subject, july - 1), 9u);
  EXPECT_EQ(policy.InForce(subject, july), 11u);
  EXPECT_EQ(policy.InForce({Topic::kTariff, Programme(), kSafetyPatrol + 1}, july), std::nullopt);
  EXPECT_EQ(policy.InForce({Topic::kTariff, kNoId, kSafetyPatrol}, july), std::nullopt);
}

TEST(PolicyTest, NothingIsKeptWhereMemoryEnds) {
  constexpr int64_t kMany = 100;
  const Refusals refusals = RefuseEach([] {
    Policy policy;
    for (int64_t i = 0; i < kMany; ++i) policy.Add(PolicyEntry(Topic::kCategory, 1, i));
  });
  EXPECT_EQ(refusals.kept, 0);
  EXPECT_GT(refusals.refused, 5u);
}

TEST(PolicyTest, OfTwoForOneInstantTheLaterEntryHolds) {
  Policy policy;
  policy.Add(Tariff(9, 100));
  policy.Add(Tariff(12, 100));
  EXPECT_EQ(policy.InForce({Topic::kTariff, Programme(), kSafetyPatrol}, 100), 12u);
}

TEST(PolicyTest, LocalDayFollowsTheOffsetInForce) {
  Policy policy;
  EXPECT_EQ(policy.LocalDay(-1), -1);
  EXPECT_EQ(policy.LocalDay(0), 0);
  EXPECT_EQ(policy.LocalDay(24 * kHour - 1), 0);
  policy.Add(PolicyEntry(Topic::kUtcOffset, 8 * 3600, 0));
  EXPECT_EQ(policy.LocalDay(16 * kHour - 1), 0);
  EXPECT_EQ(policy.LocalDay(16 * kHour), 1);
  policy.Add(
      PolicyEntry(Topic::kUtcOffset, static_cast<uint64_t>(int64_t{-5} * 3600), 240 * kHour));
  EXPECT_EQ(policy.LocalDay(240 * kHour), 9);
}

TEST(PolicyTest, LocalDayTakesEveryInstant) {
  Policy policy;
  policy.Add(PolicyEntry(Topic::kUtcOffset, 86'400, INT64_MIN));
  EXPECT_EQ(policy.LocalDay(INT64_MAX), 106'751 + 1);
  EXPECT_EQ(policy.LocalDay(INT64_MIN), -106'752 + 1);
}

// A zone with daylight saving is a row of offsets; days of 23 and 25 hours come out of it.
TEST(PolicyTest, DaysOf23And25Hours) {
  const absl::TimeZone utc = absl::UTCTimeZone();
  Policy policy;  // Berlin in 2025: +1, from 30 March 01:00 UTC +2, from 26 October 01:00 UTC +1
  policy.Add(PolicyEntry(Topic::kUtcOffset, 3600, 0));
  policy.Add(
      PolicyEntry(Topic::kUtcOffset, 7200, Nanos(absl::CivilSecond(2025, 3, 30, 1, 0, 0), utc)));
  policy.Add(
      PolicyEntry(Topic::kUtcOffset, 3600, Nanos(absl::CivilSecond(2025, 10, 26, 1, 0, 0), utc)));
  const auto hours_of = [&](absl::CivilDay day) {
    const auto number = static_cast<int32_t>(day - absl::CivilDay(1970, 1, 1));
    int hours = 0;
    const int64_t noon = Nanos(absl::CivilSecond(day) + 12 * 3600, utc);
    for (int64_t t = noon - 36 * kHour; t < noon + 36 * kHour; t += kHour) {
      if (policy.LocalDay(t) == number) ++hours;
    }
    return hours;
  };
  EXPECT_EQ(hours_of(absl::CivilDay(2025, 3, 29)), 24);
  EXPECT_EQ(hours_of(absl::CivilDay(2025, 3, 30)), 23);
  EXPECT_EQ(hours_of(absl::CivilDay(2025, 10, 26)), 25);
}

TEST(PolicyTest, RefusesWhatIsMalformedAndSaysHow) {
  EXPECT_EQ(Policy::Check(Tariff(9, 0)), Verdict::kOk);
  EXPECT_EQ(Policy::Check(PolicyEntry(Topic::kUtcOffset, 8 * 3600, 0)), Verdict::kOk);
  Entry entry = Tariff(9, 0);
  for (const uint16_t unknown : {uint16_t{0}, uint16_t{32}, uint16_t{99}, uint16_t{65'535}}) {
    entry.code = unknown;
    EXPECT_EQ(Policy::Check(entry), Verdict::kUnknownTopic) << unknown;
  }
  entry = Tariff(9, 0);
  entry.credit = kNoId;
  EXPECT_EQ(Policy::Check(entry), Verdict::kWrongScope);
  entry = Tariff(9, 0);
  entry.ref = kNoId;
  EXPECT_EQ(Policy::Check(entry), Verdict::kWrongKey);
  entry = Tariff(9, 0);
  entry.ref[15] = 1;
  EXPECT_EQ(Policy::Check(entry), Verdict::kWrongKey) << "bytes beyond the key";
  entry = Tariff(9, 0);
  entry.activity[0] = 'x';
  EXPECT_EQ(Policy::Check(entry), Verdict::kWrongName);
  EXPECT_EQ(Policy::Check(Tariff(UINT64_MAX, 0)), Verdict::kValueOutOfRange);
  entry = PolicyEntry(Topic::kDailyCapMinutes, 480, 0);
  entry.credit = Programme();
  EXPECT_EQ(Policy::Check(entry), Verdict::kWrongScope);
  entry = PolicyEntry(Topic::kDailyCapMinutes, 480, 0);
  entry.ref[0] = 1;
  EXPECT_EQ(Policy::Check(entry), Verdict::kWrongKey);
  for (const uint64_t bad : {uint64_t{0}, uint64_t{1441}}) {
    EXPECT_EQ(Policy::Check(PolicyEntry(Topic::kDailyCapMinutes, bad, 0)),
              Verdict::kValueOutOfRange) << bad;
  }
  EXPECT_EQ(Policy::Check(PolicyEntry(Topic::kUtcOffset, 86'401, 0)), Verdict::kValueOutOfRange);
}

}  // namespace
}  // namespace hourbook
