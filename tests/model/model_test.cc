// The machine against the model, entry by entry, over random towns where ids, times and parties are so
// few that entries keep meeting each other.
#include "tests/model/model.h"

#include <map>

#include "gtest/gtest.h"
#include "ledger/format/genesis.h"
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
  constexpr uint32_t kSeeds = 80;
  constexpr size_t kEntries = 900;
  std::map<Verdict, int> seen;
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
      const std::vector<Entry> batch =
          sent == 0 ? generator.Founding() : generator.Batch(model.log());
      now += int64_t{generator.Below(20)} * 1'000'000'000;
      if (generator.OneIn(80)) now += kDay;
      const int64_t clock = generator.OneIn(15) ? now - 3'600'000'000'000 : now;
      std::vector<Outcome> outcomes(batch.size());
      ASSERT_TRUE(machine.Judge(batch, clock, absl::MakeSpan(outcomes)).ok());
      const std::vector<Outcome> expected = model.Judge(batch, clock);
      for (size_t i = 0; i < batch.size(); ++i) {
        ++seen[outcomes[i].verdict];
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
  for (const Verdict verdict :
       {Verdict::kOk, Verdict::kExists, Verdict::kExistsWithDifferentAmount,
        Verdict::kExistsWithDifferentEvidence, Verdict::kLinkedEntryFailed,
        Verdict::kLinkedChainOpen, Verdict::kUnknownParty, Verdict::kPartyExists,
        Verdict::kPartyClosed, Verdict::kWrongPartyKind, Verdict::kSameParty,
        Verdict::kBalanceNotZero, Verdict::kZeroDuration, Verdict::kTooLong,
        Verdict::kSelfVerified, Verdict::kOverlap, Verdict::kDailyCap, Verdict::kInsufficient,
        Verdict::kBudgetExceeded, Verdict::kUnjustified, Verdict::kAlreadyAwarded,
        Verdict::kWrongAmount, Verdict::kTransferNotPermitted, Verdict::kNotPending,
        Verdict::kAlreadyPosted, Verdict::kAlreadyVoided, Verdict::kLapsed,
        Verdict::kExceedsPending, Verdict::kNotReversible, Verdict::kNotAMirror,
        Verdict::kAlreadyReversed, Verdict::kAwardStands, Verdict::kOtherEvidence,
        Verdict::kUnknownRef, Verdict::kUnknownTopic, Verdict::kWrongScope, Verdict::kWrongKey,
        Verdict::kWrongName, Verdict::kValueOutOfRange, Verdict::kPolicyBackdated,
        Verdict::kPolicyConflict, Verdict::kImportingEnded, Verdict::kOverflow,
        Verdict::kOccurredInFuture, Verdict::kRecordedInFuture, Verdict::kPartyFrozen,
        Verdict::kPartyNotFrozen, Verdict::kMonthlyCap, Verdict::kLate,
        Verdict::kNeedsSecondPerson, Verdict::kMostHeld, Verdict::kRedemptionLimit,
        Verdict::kNotYetRedeemable, Verdict::kNoAuthority, Verdict::kIdNotRef,
        Verdict::kNotExpired, Verdict::kZeroAmount, Verdict::kUnknownCategory,
        Verdict::kAlreadyDistributed, Verdict::kUnknownUnit, Verdict::kPartyLinked}) {
    EXPECT_GE(seen[verdict], 10) << NameOf(verdict);
  }
  for (auto kind = static_cast<uint16_t>(Kind::kOpen); kind <= static_cast<uint16_t>(kLastKind);
       ++kind) {
    EXPECT_GE(accepted[kind], 10) << "kind " << kind;
  }
}

}  // namespace
}  // namespace hourbook
