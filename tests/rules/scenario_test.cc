// What programmes do, with the numbers of the page that the project began with (those of one rule alone
// are with that rule: service, award, record, caps, value).
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "tests/rules/town_machine.h"

namespace hourbook {
namespace {

class ScenarioTest : public TownMachine {
 protected:
  Entry ServiceOf(const Id& volunteer, int64_t start_minute, uint64_t minutes) {
    Entry entry = Service(start_minute, minutes);
    entry.credit = volunteer;
    return entry;
  }
  uint64_t MinutesOf(const Id& volunteer) const {
    return BalanceOf(volunteer, Unit::kMinute).credits_posted;
  }
};

// Dumpling day: 30 signed in, 28 signed out. The other two stay pending, and lapse to nothing: never is
// their time counted "until now".
TEST_F(ScenarioTest, WhoDidNotSignOutHasServedNothing) {
  constexpr uint32_t kTwoDays = 2 * 86'400;
  std::vector<Entry> signed_in;
  for (uint64_t person = 0; person < 30; ++person) {
    Open(Named('d', person), PartyKind::kVolunteer);
    Entry entry = ServiceOf(Named('d', person), 30 * 1'440 - 120, 120);
    entry.ref = kNoId;
    entry.flags = kFlagPending | kFlagCheckedIn;
    entry.timeout = kTwoDays;
    signed_in.push_back(Sent(entry));
  }
  for (size_t person = 0; person < 28; ++person) {
    Entry post = Second(Kind::kPost, signed_in[person]);
    post.recorder = Named('X');
    Sent(post);
  }
  EXPECT_EQ(BalanceOf(Named('T'), Unit::kMinute).debits_pending, 240u);
  now_ += int64_t{kTwoDays + 1} * 1'000'000'000;
  Entry late = Second(Kind::kPost, signed_in[29]);
  late.recorder = Named('X');
  EXPECT_EQ(Send(late), Verdict::kLapsed);
  Sent(Grant(1));
  EXPECT_EQ(BalanceOf(Named('T'), Unit::kMinute).debits_posted, 28 * 120u);
  EXPECT_EQ(BalanceOf(Named('T'), Unit::kMinute).debits_pending, 0u);
  EXPECT_EQ(MinutesOf(Named('d', 29)), 0u);
}

// One organisation's four stations: 12,000, 9,600, 7,200 and 3,600 minutes are 32,400.
TEST_F(ScenarioTest, StationsAddUpToTheirOrganisation) {
  now_ = kMidnight + 100 * kDay;
  const uint64_t minutes[] = {12'000, 9'600, 7'200, 3'600};
  uint64_t all = 0;
  for (uint64_t station = 0; station < 4; ++station) {
    Open(Named('t', station), PartyKind::kTeam);
    Open(Named('v', station), PartyKind::kVolunteer);
    for (uint64_t done = 0; done < minutes[station]; done += 240) {
      Entry entry = ServiceOf(Named('v', station), static_cast<int64_t>(done / 240) * 1'440, 240);
      entry.debit = Named('t', station);
      Sent(entry);
    }
    all += BalanceOf(Named('t', station), Unit::kMinute).debits_posted;
  }
  EXPECT_EQ(all, 32'400u);
}

// The rider of the page: 1,140 points, of which 22 redemptions of 30 are collected, 2 released and 1
// timed out: 660 are owed to the stations, and 480 stay.
TEST_F(ScenarioTest, ARidersYear) {
  Rule(Topic::kBudget, Named('P'), 0, 10'000);
  Rule(Topic::kGrant, Named('P'), kReport, 15);
  for (int i = 0; i < 60; ++i) Sent(Grant(10));
  for (int i = 0; i < 36; ++i) Sent(Grant(15));
  std::vector<Entry> holds;
  for (int i = 0; i < 25; ++i) holds.push_back(Sent(Hold(30, 3'600)));
  for (size_t i = 0; i < 22; ++i) Sent(Second(Kind::kPost, holds[i]));
  for (size_t i = 22; i < 24; ++i) Sent(Second(Kind::kVoid, holds[i]));
  now_ += kDay;
  EXPECT_EQ(Send(Second(Kind::kPost, holds[24])), Verdict::kLapsed);
  EXPECT_EQ(Send(Value(Kind::kSettle, Named('S'), Named('P'), 690)), Verdict::kInsufficient);
  Sent(Value(Kind::kSettle, Named('S'), Named('P'), 660));
  EXPECT_EQ(Points(), 480u);
}

// Days of 23 and of 25 hours have the cap of a day: Berlin, 30 March and 26 October 2025.
class DaylightSavingTest : public TownMachine {
 protected:
  static int64_t Utc(int month, int day, int hour) {
    return absl::ToUnixNanos(
        absl::FromCivil(absl::CivilHour(2025, month, day, hour), absl::UTCTimeZone()));
  }

  void SetUp() override {
    // As `hourbook init` writes them ahead for the zone.
    const std::pair<int64_t, uint64_t> changes[] = {
        {now_ + kMinute, 3'600}, {Utc(3, 30, 1), 7'200}, {Utc(10, 26, 1), 3'600}};
    for (const auto& [from, seconds] : changes) {
      Sent(PolicyEntry(Topic::kUtcOffset, kNoId, 0, seconds, from));
    }
    Rule(Topic::kDailyCapMinutes, kNoId, 0, 1'440);
    Rule(Topic::kMaxServiceMinutes, kNoId, 0, 1'440);
    now_ = Utc(12, 1, 0);
  }

  Entry ServiceAt(int64_t start, uint64_t minutes) {
    Entry entry = Service(0, minutes);
    entry.occurred_at = start;
    return entry;
  }
};

TEST_F(DaylightSavingTest, ADayOf25HoursHasTheCapOfADay) {
  // From local midnight on, 25 hours to serve in, of which 24 count.
  Sent(ServiceAt(Utc(10, 25, 22), 1'440));
  EXPECT_EQ(Send(ServiceAt(Utc(10, 26, 22), 1)), Verdict::kDailyCap) << "23:00, the day's last hour";
  Sent(ServiceAt(Utc(10, 26, 23), 60));  // the next day
}

TEST_F(DaylightSavingTest, ADayOf23HoursEndsAnHourSooner) {
  Sent(ServiceAt(Utc(3, 29, 23), 23 * 60));  // all of it
  Sent(ServiceAt(Utc(3, 30, 22), 1'440));    // from the next midnight on
  EXPECT_EQ(Send(ServiceAt(Utc(3, 30, 21), 30)), Verdict::kOverlap);
}

TEST_F(DaylightSavingTest, AMonthBeginsAtItsOwnMidnight) {
  Rule(Topic::kMonthlyCapMinutes, kNoId, 0, 61);
  Sent(ServiceAt(Utc(10, 31, 22), 60));  // 23:00 on 31 October, winter time
  const int64_t midnight = Utc(9, 30, 22);  // of 1 October, summer time
  EXPECT_EQ(Send(ServiceAt(midnight, 2)), Verdict::kMonthlyCap);
  Sent(ServiceAt(midnight, 1));
  Sent(ServiceAt(midnight - kMinute, 1));  // September's
}

}  // namespace
}  // namespace hourbook
