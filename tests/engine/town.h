// A small town for tests: a clock that stands still until told, and
// entries that the rules accept.
#ifndef TESTS_ENGINE_TOWN_H_
#define TESTS_ENGINE_TOWN_H_

#include <atomic>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "ledger/engine/ledger.h"
#include "ledger/engine/snapshot.h"
#include "ledger/rules/policy.h"
#include "tests/base/temp_dir.h"

namespace hourbook {

inline constexpr int64_t kMinute = 60'000'000'000;
inline constexpr int64_t kStart = 1'735'660'800'000'000'000;  // 2025-01-01T00:00:00+08:00

// An id that a test can name: kind is a letter.
inline Id MakeId(char kind, uint64_t number) {
  Id id{};
  id[0] = static_cast<uint8_t>(kind);
  std::memcpy(id.data() + 8, &number, sizeof(number));
  return id;
}

inline const Id kTeam = MakeId('T', 1);
inline const Id kProgramme = MakeId('P', 1);
inline const Id kStation = MakeId('S', 1);
inline const Id kRecorder = MakeId('R', 1);
inline const Id kVerifier = MakeId('R', 2);
inline Id Volunteer(uint64_t number) { return MakeId('V', number); }

inline Entry Open(const Id& party, PartyKind kind) {
  Entry entry{};
  entry.id = party;
  entry.id[1] = 'o';
  entry.credit = party;
  entry.kind = static_cast<uint16_t>(Kind::kOpen);
  entry.code = static_cast<uint16_t>(kind);
  return entry;
}

inline Entry PolicyEntry(uint64_t number, Topic topic, const Id& scope, uint8_t key,
                         uint64_t value) {
  Entry entry{};
  entry.id = MakeId('p', number);
  entry.credit = scope;
  entry.ref[0] = key;
  entry.amount = value;
  entry.kind = static_cast<uint16_t>(Kind::kPolicy);
  entry.code = static_cast<uint16_t>(topic);
  return entry;
}

// The parties of the town, and policy that lets the programme award by the hour and by grant 7.
inline std::vector<Entry> Founding(uint64_t volunteers) {
  std::vector<Entry> entries = {
      Open(kTeam, PartyKind::kTeam),           Open(kProgramme, PartyKind::kProgramme),
      Open(kStation, PartyKind::kStation),     Open(kRecorder, PartyKind::kRecorder),
      Open(kVerifier, PartyKind::kRecorder),   PolicyEntry(1, Topic::kTariff, kProgramme, 1, 10),
      PolicyEntry(2, Topic::kGrant, kProgramme, 7, 1'000),
      PolicyEntry(3, Topic::kBudget, kProgramme, 0, UINT64_MAX)};
  for (uint64_t i = 0; i < volunteers; ++i) {
    entries.push_back(Open(Volunteer(i), PartyKind::kVolunteer));
  }
  return entries;
}

// One hour for a volunteer: the number-th hour since the start, so that they never overlap.
inline Entry Service(uint64_t number, uint64_t volunteer) {
  Entry entry{};
  entry.id = MakeId('s', number);
  entry.debit = kTeam;
  entry.credit = Volunteer(volunteer);
  entry.ref = kVerifier;
  entry.recorder = kRecorder;
  entry.amount = 60;
  entry.occurred_at = kStart + static_cast<int64_t>(number) * 60 * kMinute;
  entry.kind = static_cast<uint16_t>(Kind::kService);
  entry.unit = static_cast<uint16_t>(Unit::kMinute);
  entry.code = 1;
  return entry;
}

// Points by grant code 7.
inline Entry Grant(uint64_t number, uint64_t volunteer, uint64_t points) {
  Entry entry{};
  entry.id = MakeId('g', number);
  entry.debit = kProgramme;
  entry.credit = Volunteer(volunteer);
  entry.ref = MakeId('c', number);
  entry.amount = points;
  entry.occurred_at = kStart;
  entry.kind = static_cast<uint16_t>(Kind::kAward);
  entry.unit = static_cast<uint16_t>(Unit::kPoint);
  entry.code = 7;
  return entry;
}

inline Entry Redeem(uint64_t number, uint64_t volunteer, uint64_t points, bool pending = false) {
  Entry entry{};
  entry.id = MakeId('r', number);
  entry.debit = Volunteer(volunteer);
  entry.credit = kStation;
  entry.amount = points;
  entry.occurred_at = kStart;
  entry.kind = static_cast<uint16_t>(Kind::kRedeem);
  entry.unit = static_cast<uint16_t>(Unit::kPoint);
  entry.flags = pending ? kFlagPending : 0;
  return entry;
}

inline Genesis TownGenesis() {
  return {.origin = "town.example/hours",
          .time_zone = "Asia/Shanghai",
          .utc_offset = 8 * 3'600,
          .created_at = kStart};
}

// Ten years after the start, so that a hundred thousand hours are past.
inline LedgerOptions TownOptions() {
  LedgerOptions options;
  options.clock = [] { return kStart + int64_t{200'000} * 60 * kMinute; };
  return options;
}

inline std::unique_ptr<Ledger> CreateTown(const std::string& directory,
                                          LedgerOptions options = TownOptions()) {
  auto ledger = Ledger::Create(directory, TownGenesis(), std::move(options));
  EXPECT_TRUE(ledger.ok()) << ledger.status();
  return ledger.ok() ? *std::move(ledger) : nullptr;
}

inline std::unique_ptr<Ledger> OpenTown(const std::string& directory,
                                        LedgerOptions options = TownOptions()) {
  auto ledger = Ledger::Open(directory, std::move(options));
  EXPECT_TRUE(ledger.ok()) << ledger.status();
  return ledger.ok() ? *std::move(ledger) : nullptr;
}

// The verdicts on a batch of any length, sent in batches that the ledger takes.
inline std::vector<Outcome> Send(Ledger& ledger, const std::vector<Entry>& entries) {
  std::vector<Outcome> outcomes(entries.size());
  for (size_t i = 0; i < entries.size(); i += Ledger::kBatchMax) {
    const size_t count = std::min(Ledger::kBatchMax, entries.size() - i);
    const absl::Status sent =
        ledger.Append(absl::MakeConstSpan(entries).subspan(i, count), absl::InfiniteFuture(),
                      absl::MakeSpan(outcomes).subspan(i, count));
    EXPECT_TRUE(sent.ok()) << sent;
  }
  return outcomes;
}

inline void SendOk(Ledger& ledger, const std::vector<Entry>& entries) {
  const std::vector<Outcome> outcomes = Send(ledger, entries);
  for (size_t i = 0; i < outcomes.size(); ++i) {
    ASSERT_EQ(outcomes[i].verdict, Verdict::kOk) << i << ": " << NameOf(outcomes[i].verdict);
  }
}

inline std::unique_ptr<Snapshot> SnapshotOf(Ledger& ledger) {
  auto snapshot = ledger.OpenSnapshot();
  EXPECT_TRUE(snapshot.ok()) << snapshot.status();
  return snapshot.ok() ? *std::move(snapshot) : nullptr;
}

inline std::vector<Entry> LogOf(const Snapshot& snapshot) {
  std::vector<Entry> log;
  for (uint64_t i = 0; i < snapshot.size(); ++i) log.push_back(snapshot.At(i)->entry);
  return log;
}

inline uint64_t MinutesOf(const Snapshot& snapshot, uint64_t volunteer) {
  const auto account = snapshot.AccountOf(Volunteer(volunteer), Unit::kMinute);
  EXPECT_TRUE(account.ok()) << account.status();
  return account.ok() ? account->balance.credits_posted : 0;
}

inline uint64_t PointsOf(const Snapshot& snapshot, uint64_t volunteer) {
  const auto account = snapshot.AccountOf(Volunteer(volunteer), Unit::kPoint);
  EXPECT_TRUE(account.ok()) << account.status();
  return account.ok() ? Available(account->balance) : 0;
}

}  // namespace hourbook

#endif  // TESTS_ENGINE_TOWN_H_
