// The machine against the model, entry by entry, over random towns where ids, times and parties are so
// few that entries keep meeting each other.
#include "tests/model/model.h"

#include <map>

#include "api/hourbook.h"
#include "gtest/gtest.h"
#include "ledger/format/genesis.h"
#include "tests/model/census.h"
#include "tests/model/town_generator.h"
#include "tests/rules/memory_history.h"

namespace hourbook {
namespace {

void ExpectEqual(const Outcome& machine, const Outcome& model, const Entry& entry) {
  ASSERT_EQ(machine.verdict, model.verdict)
      << "kind " << entry.kind << ": the machine says " << NameOf(machine.verdict)
      << ", the model " << NameOf(model.verdict);
  ASSERT_EQ(machine.index, model.index) << NameOf(machine.verdict);
  ASSERT_EQ(machine.recorded_at, model.recorded_at) << NameOf(machine.verdict);
  ASSERT_EQ(machine.debit, model.debit) << NameOf(machine.verdict);
  ASSERT_EQ(machine.credit, model.credit) << NameOf(machine.verdict);
}

// Every unit sums to zero, and nobody who may not is below zero.
void ExpectConserved(const State& state) {
  std::map<uint16_t, Balance> sums;
  for (Slot i = 0; i < state.accounts.accounts().size(); ++i) {
    const Account& account = state.accounts.account(i);
    Balance& sum = sums[account.unit];
    sum.debits_posted += account.balance.debits_posted;
    sum.credits_posted += account.balance.credits_posted;
    sum.debits_pending += account.balance.debits_pending;
    sum.credits_pending += account.balance.credits_pending;
    const auto kind = static_cast<PartyKind>(state.accounts.party(account.party).kind);
    if (kind == PartyKind::kTeam || kind == PartyKind::kProgramme) continue;
    if (IsRecord(account.unit)) continue;
    const bool may_owe = kind == PartyKind::kVolunteer || kind == PartyKind::kBeneficiary;
    const std::optional<uint64_t> debt = state.policy.InForce(
        {Topic::kDebtLimit, kNoId, account.unit}, std::numeric_limits<int64_t>::max());
    if (may_owe && debt) continue;
    ASSERT_GE(account.balance.credits_posted, account.balance.debits_posted);
  }
  for (const auto& [unit, sum] : sums) {
    ASSERT_EQ(sum.debits_posted, sum.credits_posted) << unit;
    ASSERT_EQ(sum.debits_pending, sum.credits_pending) << unit;
  }
}

TEST(ModelTest, TheMachineAgreesWithTheModel) {
  constexpr uint32_t kSeeds = 16;
  constexpr size_t kEntries = 900;
  std::map<Verdict, int> seen;
  Tally tally;
  std::map<uint16_t, int> accepted;
  for (uint32_t seed = 1; seed <= kSeeds; ++seed) {
    SCOPED_TRACE(seed);
    TownGenerator generator(seed);
    const Id authority = seed % 2 == 0 ? kNoId : TownGenerator::FirstAuthority();
    const Entry genesis = *EncodeGenesis({"model", "", kShanghai, kMidnight, authority});
    MemoryHistory history;
    Machine machine(&history);
    ASSERT_TRUE(machine.Replay(genesis).ok());
    Model model(genesis);
    int64_t now = kMidnight + 8 * kDay;
    for (size_t sent = 0; sent < kEntries;) {
      now += int64_t{generator.Below(20)} * 1'000'000'000;
      if (generator.OneIn(80)) now += kDay;
      const int64_t clock = generator.OneIn(15) ? now - 3'600'000'000'000 : now;
      const std::vector<Entry> batch =
          sent == 0 ? generator.Founding() : generator.Batch(model, clock, tally);
      std::vector<Outcome> outcomes(batch.size());
      ASSERT_TRUE(machine.Judge(batch, clock, absl::MakeSpan(outcomes)).ok());
      const std::vector<Outcome> expected = model.Judge(batch, clock);
      for (size_t i = 0; i < batch.size(); ++i) {
        ++seen[outcomes[i].verdict];
        ++tally[{batch[i].kind, outcomes[i].verdict}];
        if (outcomes[i].verdict == Verdict::kOk) ++accepted[batch[i].kind];
        ExpectEqual(outcomes[i], expected[i], batch[i]);
        if (testing::Test::HasFatalFailure()) return;
      }
      ASSERT_EQ(history.entries().size(), model.log().size());
      ASSERT_EQ(history.entries().back(), model.log().back());
      sent += batch.size();
    }
    ASSERT_EQ(history.entries(), model.log());
    ExpectConserved(machine.state());
    MemoryHistory again;
    Machine replayed(&again);
    for (const Entry& entry : model.log()) {
      const absl::Status status = replayed.Replay(entry);
      ASSERT_TRUE(status.ok()) << status;
    }
    ASSERT_EQ(again.entries(), model.log());
    if (testing::Test::HasFatalFailure()) return;
  }
  // The towns must be rich enough to show something.
  for (const Verdict verdict : AllVerdicts()) EXPECT_GE(seen[verdict], 1) << NameOf(verdict);
  for (auto kind = static_cast<uint16_t>(Kind::kOpen); kind <= static_cast<uint16_t>(kLastKind);
       ++kind) {
    EXPECT_GE(accepted[kind], 10) << "kind " << kind;
  }
}

// A run must not pass for what it never did.
TEST(CensusTest, NamesWhatWasNotReached) {
  Census census;
  const size_t all = census.Missing().size();
  EXPECT_GT(all, AllVerdicts().size());
  for (const Verdict verdict : AllVerdicts()) {
    if (verdict == Verdict::kNotExpired) continue;
    for (auto kind = static_cast<uint16_t>(Kind::kOpen); kind <= static_cast<uint16_t>(kLastKind); ++kind) {
      census.tally[{kind, verdict}] = 1;
    }
  }
  census.tally.erase({static_cast<uint16_t>(Kind::kExpire), Verdict::kOk});
  for (uint32_t status = HBK_OK; status <= HBK_TOO_SMALL; ++status) census.statuses[status] = 1;
  census.statuses.erase(HBK_BATCH_TOO_LARGE);
  census.ops.fill(1);
  census.asked.fill(1);
  census.events.fill(1);
  census.asked[static_cast<size_t>(What::kVerify)] = 0;
  census.events[static_cast<size_t>(Event::kGrowth)] = 0;
  EXPECT_EQ(census.Missing(), (std::vector<std::string>{"an accepted entry of kind 16", "verdict not_expired",
                                                        "status batch_too_large", "question verify",
                                                        "event map growth"}));
}

}  // namespace
}  // namespace hourbook
