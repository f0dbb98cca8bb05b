// A machine with a small town in it, for tests of the rules.
#ifndef TESTS_RULES_TOWN_MACHINE_H_
#define TESTS_RULES_TOWN_MACHINE_H_

#include <vector>

#include "gtest/gtest.h"
#include "ledger/format/genesis.h"
#include "ledger/rules/judging.h"
#include "ledger/rules/machine.h"
#include "tests/rules/memory_history.h"
#include "tests/rules/town.h"

namespace hourbook {

// Categories and grant codes of the town.
inline constexpr uint16_t kPatrol = 1;      // 10 points an hour
inline constexpr uint16_t kUnpaid = 9;      // no tariff
inline constexpr uint16_t kReport = 7;      // grant of 50 at most

class TownMachine : public testing::Test {
 protected:
  TownMachine() : machine_(&history_) {
    const auto genesis = EncodeGenesis({"town", "Asia/Shanghai", kShanghai, kMidnight});
    EXPECT_TRUE(genesis.ok() && machine_.Replay(*genesis).ok());
    Open(Named('T'), PartyKind::kTeam);
    Open(Named('P'), PartyKind::kProgramme);
    Open(Named('S'), PartyKind::kStation);
    Open(Named('F'), PartyKind::kSponsor);
    Open(Named('R'), PartyKind::kRecorder);
    Open(Named('X'), PartyKind::kRecorder);
    Open(Named('V'), PartyKind::kVolunteer);
    Open(Named('V', 2), PartyKind::kVolunteer);
    Rule(Topic::kTariff, Named('P'), kPatrol, 10);
    Rule(Topic::kGrant, Named('P'), kReport, 50);
    Rule(Topic::kBudget, Named('P'), 0, 1'000);
    Rule(Topic::kMaxServiceMinutes, kNoId, 0, 720);
    Rule(Topic::kDailyCapMinutes, kNoId, 0, 480);
    now_ = kMidnight + 30 * kDay;
  }

  Entry Blank(Kind kind) {
    Entry entry{};
    entry.id = Named('e', ++next_id_);
    entry.kind = static_cast<uint16_t>(kind);
    entry.occurred_at = kMidnight;
    return entry;
  }

  Entry OpenEntry(const Id& party, PartyKind kind) {
    Entry entry = Blank(Kind::kOpen);
    entry.credit = party;
    entry.code = static_cast<uint16_t>(kind);
    return entry;
  }

  Entry PolicyEntry(Topic topic, const Id& scope, uint16_t key, uint64_t value,
                    int64_t from = kMidnight) {
    Entry entry = Blank(Kind::kPolicy);
    entry.credit = scope;
    entry.ref[0] = static_cast<uint8_t>(key);
    entry.ref[1] = static_cast<uint8_t>(key >> 8);
    entry.amount = value;
    entry.code = static_cast<uint16_t>(topic);
    entry.occurred_at = from;
    return entry;
  }

  // Minutes from a minute of January on, for the first volunteer.
  Entry Service(int64_t start_minute, uint64_t minutes, uint16_t category = kPatrol) {
    Entry entry = Blank(Kind::kService);
    entry.debit = Named('T');
    entry.credit = Named('V');
    entry.recorder = Named('R');
    entry.ref = Named('X');
    entry.unit = static_cast<uint16_t>(Unit::kMinute);
    entry.amount = minutes;
    entry.occurred_at = kMidnight + start_minute * kMinute;
    entry.code = category;
    return entry;
  }

  Entry PendingService(int64_t start_minute, uint64_t minutes, uint32_t timeout = 0) {
    Entry entry = Service(start_minute, minutes);
    entry.ref = kNoId;
    entry.flags = kFlagPending;
    entry.timeout = timeout;
    return entry;
  }

  Entry Award(const Entry& service, uint64_t points) {
    Entry entry = Blank(Kind::kAward);
    entry.debit = Named('P');
    entry.credit = service.credit;
    entry.ref = service.id;
    entry.unit = static_cast<uint16_t>(Unit::kPoint);
    entry.amount = points;
    entry.code = service.code;
    return entry;
  }

  Entry Grant(uint64_t points, const Id& volunteer = Named('V')) {
    Entry entry = Blank(Kind::kAward);
    entry.debit = Named('P');
    entry.credit = volunteer;
    entry.ref = Named('c', next_id_);
    entry.unit = static_cast<uint16_t>(Unit::kPoint);
    entry.amount = points;
    entry.code = kReport;
    return entry;
  }

  Entry Value(Kind kind, const Id& from, const Id& to, uint64_t amount) {
    Entry entry = Blank(kind);
    entry.debit = from;
    entry.credit = to;
    entry.unit = static_cast<uint16_t>(Unit::kPoint);
    entry.amount = amount;
    return entry;
  }
  Entry Redeem(uint64_t points) { return Value(Kind::kRedeem, Named('V'), Named('S'), points); }
  Entry Hold(uint64_t points, uint32_t timeout = 0) {
    Entry entry = Redeem(points);
    entry.flags = kFlagPending;
    entry.timeout = timeout;
    return entry;
  }

  Entry Second(Kind kind, const Entry& pending, uint64_t amount = 0) {
    Entry entry = Blank(kind);
    entry.ref = pending.id;
    entry.amount = amount;
    return entry;
  }

  Entry Reverse(const Entry& original) {
    Entry entry = Blank(Kind::kReverse);
    entry.debit = original.credit;
    entry.credit = original.debit;
    entry.ref = original.id;
    entry.unit = original.unit;
    entry.amount = original.amount;
    entry.code = 1;
    return entry;
  }

  // The other id is the kept one's person's, too.
  Entry Link(const Id& other, const Id& kept) {
    Entry entry = Blank(Kind::kLink);
    entry.ref = other;
    entry.credit = kept;
    entry.recorder = Named('R');
    entry.code = 1;
    return entry;
  }

  std::vector<Outcome> SendAll(const std::vector<Entry>& batch) {
    std::vector<Outcome> outcomes(batch.size());
    const absl::Status judged = machine_.Judge(batch, now_, absl::MakeSpan(outcomes));
    EXPECT_TRUE(judged.ok()) << judged;
    return outcomes;
  }

  Verdict Send(const Entry& entry) { return SendAll({entry})[0].verdict; }

  // Sends an entry that must stand, and gives it back for others to refer to.
  Entry Sent(const Entry& entry) {
    EXPECT_EQ(Send(entry), Verdict::kOk) << NameOf(Send(entry));
    return entry;
  }

  void Open(const Id& party, PartyKind kind) { Sent(OpenEntry(party, kind)); }
  // In force from the town's first moments on: a later one replaces it.
  void Rule(Topic topic, const Id& scope, uint16_t key, uint64_t value) {
    Sent(PolicyEntry(topic, scope, key, value, kMidnight - 1'000 + ++rules_));
  }

  Balance BalanceOf(const Id& party, Unit unit) const {
    const Slot account = AccountOf(machine_.state(), party, unit);
    return account == kNoSlot ? Balance{} : machine_.state().accounts.account(account).balance;
  }
  uint64_t Points() const { return Available(BalanceOf(Named('V'), Unit::kPoint)); }
  uint64_t Minutes() const { return BalanceOf(Named('V'), Unit::kMinute).credits_posted; }
  uint64_t size() const { return machine_.state().size; }

  MemoryHistory history_;
  Machine machine_;
  int64_t now_ = kMidnight + kDay;
  uint64_t next_id_ = 0;
  int64_t rules_ = 0;
};

}  // namespace hourbook

#endif  // TESTS_RULES_TOWN_MACHINE_H_
