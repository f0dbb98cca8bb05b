#include "ledger/rules/machine.h"

#include <algorithm>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "ledger/base/check.h"
#include "ledger/format/genesis.h"
#include "ledger/rules/judging.h"
#include "ledger/rules/shape.h"

namespace hourbook {
namespace {

bool IsLinked(const Entry& entry) { return (entry.flags & kFlagLinked) != 0; }

// Entries from the batch's front that stand or fall together.
size_t ChainLength(absl::Span<const Entry> batch) {
  size_t length = 1;
  while (length < batch.size() && IsLinked(batch[length - 1])) ++length;
  return length;
}

// When the entry counts as recorded: now, or when its event says, but never before or at the same
// instant as the entry before it.
int64_t RecordingTime(const Entry& entry, int64_t now, const State& state) {
  const bool is_imported = (entry.flags & kFlagImported) != 0;
  const int64_t asked = is_imported ? entry.recorded_at : now;
  return state.size == 0 ? asked : std::max(asked, state.last_recorded_at + 1);
}

// Whoever chooses when an entry was recorded chooses the policy that it is judged by, so that policy
// can end it.
Verdict CheckTimes(const Policy& policy, const Entry& given, int64_t recorded_at, int64_t now) {
  if ((given.flags & kFlagImported) != 0) {
    const bool ended = policy.InForce({Topic::kImporting, kNoId, 0}, recorded_at) == 0;
    if (ended) return Verdict::kImportingEnded;
    if (given.recorded_at > now) return Verdict::kRecordedInFuture;
  }
  // What a policy says may begin later.
  const bool may_be_later = given.kind == static_cast<uint16_t>(Kind::kPolicy);
  if (!may_be_later && given.occurred_at > recorded_at) return Verdict::kOccurredInFuture;
  return Verdict::kOk;
}

absl::StatusOr<Verdict> JudgeKind(Judging& judging) {
  switch (static_cast<Kind>(judging.entry.kind)) {
    case Kind::kOpen:
      return JudgeOpen(judging);
    case Kind::kClose:
      return JudgeClose(judging);
    case Kind::kFreeze:
      return JudgeFreeze(judging);
    case Kind::kLink:
      return JudgeLink(judging);
    case Kind::kService:
      return JudgeService(judging);
    case Kind::kTraining:
      return JudgeTraining(judging);
    case Kind::kLegacy:
      return JudgeLegacy(judging);
    case Kind::kInspection:
      return JudgeInspection(judging);
    case Kind::kContribution:
      return JudgeContribution(judging);
    case Kind::kDistribution:
      return JudgeDistribution(judging);
    case Kind::kAward:
      return JudgeAward(judging);
    case Kind::kRedeem:
      return JudgeRedeem(judging);
    case Kind::kSettle:
      return JudgeSettle(judging);
    case Kind::kTransfer:
      return JudgeTransfer(judging);
    case Kind::kExpire:
      return JudgeExpire(judging);
    case Kind::kReverse:
      return JudgeReverse(judging);
    case Kind::kPost:
      return JudgePost(judging);
    case Kind::kVoid:
      return JudgeVoid(judging);
    case Kind::kPolicy:
      return JudgePolicy(judging);
    case Kind::kAnchor:
      return CheckRecorder(judging);
    case Kind::kErase:
      return JudgeErase(judging);
    case Kind::kGenesis:
      break;
  }
  return Verdict::kUnknownKind;
}

// The entry as its caller handed it in, for all that the rules ask of it.
Entry WithoutWhatTheLedgerGives(const Entry& entry) {
  Entry given = entry;
  given.index = 0;
  given.prev_debit = 0;
  given.prev_credit = 0;
  given.flags &= static_cast<uint16_t>(~kFlagLate);
  if ((given.flags & kFlagImported) == 0) given.recorded_at = 0;
  return given;
}

}  // namespace

absl::Status Machine::Judge(absl::Span<const Entry> batch, int64_t now,
                            absl::Span<Outcome> outcomes) {
  HOURBOOK_CHECK(batch.size() == outcomes.size(), "one outcome for each entry");
  HOURBOOK_CHECK(state_.size > 0, "the genesis comes first");
  Ahead ahead;
  while (!batch.empty()) {
    const size_t length = ChainLength(batch);
    for (; ahead.asked < std::min(length + 3 * kStep, batch.size()); ++ahead.asked) Prefetch(batch, ahead);
    const absl::Status judged =
        length == 1 && !IsLinked(batch[0])
            ? JudgeOne(batch[0], now, outcomes[0])
            : JudgeChain(batch.first(length), now, outcomes.first(length));
    if (!judged.ok()) return judged;
    batch.remove_prefix(length);
    outcomes.remove_prefix(length);
    ahead.asked -= std::min(ahead.asked, length);
  }
  return absl::OkStatus();
}

// What judging an entry will wait for is asked for ahead, a step at a time: each needs what the one
// before it brought.
void Machine::Prefetch(absl::Span<const Entry> batch, Ahead& ahead) const {
  const Accounts& accounts = state_.accounts;
  const Entry& entry = batch[ahead.asked];
  accounts.PrefetchParty(entry.debit);
  accounts.PrefetchParty(entry.credit);
  history_.Prefetch(entry.id);
  Slot& credited = ahead.credited[ahead.next++ % kStep];
  accounts.PrefetchAccount(credited);
  credited = ahead.asked < kStep ? kNoSlot : accounts.PrefetchRecord(batch[ahead.asked - kStep].credit);
}

absl::Status Machine::JudgeChain(absl::Span<const Entry> chain, int64_t now,
                                 absl::Span<Outcome> outcomes) {
  const State::Mark mark = Begin();
  size_t failed = chain.size();
  for (size_t i = 0; i < chain.size() && failed == chain.size(); ++i) {
    if (absl::Status judged = JudgeOne(chain[i], now, outcomes[i]); !judged.ok()) return judged;
    if (!Stands(outcomes[i].verdict)) failed = i;
  }
  if (failed == chain.size() && IsLinked(chain.back())) {
    failed = chain.size() - 1;
    if (outcomes[failed].verdict == Verdict::kOk) {
      outcomes[failed] = {.verdict = Verdict::kLinkedChainOpen};
    }
  }
  if (failed == chain.size()) {
    Keep(mark);
    return absl::OkStatus();
  }
  RollBack(mark);
  for (size_t i = 0; i < chain.size(); ++i) {
    if (i <= failed && outcomes[i].verdict == Verdict::kExists) {
      // Unless it was found in the chain itself, and is gone with it.
      const absl::StatusOr<bool> exists = JudgeExisting(chain[i], outcomes[i]);
      if (!exists.ok()) return exists.status();
      if (*exists) continue;
      outcomes[i] = {.verdict = i == failed ? Verdict::kLinkedChainOpen : Verdict::kLinkedEntryFailed};
    } else if (i != failed) {
      outcomes[i] = {.verdict = Verdict::kLinkedEntryFailed};
    }
  }
  return absl::OkStatus();
}

absl::Status Machine::JudgeOne(Entry entry, int64_t now, Outcome& outcome) {
  const absl::Status decided = Decide(entry, now, outcome);
  if (!decided.ok() || outcome.verdict != Verdict::kOk) return decided;
  outcome.index = entry.index;
  outcome.recorded_at = entry.recorded_at;
  if (debit_account_ != kNoSlot) outcome.debit = state_.accounts.account(debit_account_).balance;
  if (credit_account_ != kNoSlot) outcome.credit = state_.accounts.account(credit_account_).balance;
  return decided;
}

absl::Status Machine::Decide(Entry& entry, int64_t now, Outcome& outcome) {
  outcome = {.verdict = CheckShape(entry)};
  if (outcome.verdict != Verdict::kOk) return absl::OkStatus();
  const absl::StatusOr<bool> exists = JudgeExisting(entry, outcome);
  if (!exists.ok() || *exists) return exists.status();
  const int64_t recorded_at = RecordingTime(entry, now, state_);
  outcome.verdict = CheckTimes(state_.policy, entry, recorded_at, now);
  entry.recorded_at = recorded_at;
  if (outcome.verdict != Verdict::kOk) return absl::OkStatus();
  const absl::StatusOr<Verdict> verdict = Admit(entry);
  if (!verdict.ok()) return verdict.status();
  outcome.verdict = *verdict;
  return absl::OkStatus();
}

absl::StatusOr<bool> Machine::JudgeExisting(const Entry& given, Outcome& outcome) {
  const absl::StatusOr<std::optional<uint64_t>> index = history_.Find(given.id);
  if (!index.ok()) return index.status();
  if (!*index) return false;
  const absl::StatusOr<Entry> existing = history_.At(**index);
  if (!existing.ok()) return existing.status();
  outcome.verdict = CompareWithExisting(given, *existing);
  outcome.index = existing->index;
  outcome.recorded_at = existing->recorded_at;
  if (outcome.verdict == Verdict::kExists) FillInBalances(*existing, outcome);
  return true;
}

absl::StatusOr<Verdict> Machine::Admit(Entry& entry) {
  // What lapses before a refused entry lapses again before the next: the clock may yet go back, and
  // only recorded time counts.
  const bool lapses = state_.holds.FirstDue(entry.recorded_at).has_value();
  const State::Mark mark = lapses ? Begin() : State::Mark{};
  if (lapses) Lapse(entry.recorded_at);
  entry.index = state_.size;
  Judging judging{state_, history_, entry};
  const absl::StatusOr<Verdict> verdict = JudgeKind(judging);
  const bool stands = verdict.ok() && *verdict == Verdict::kOk;
  if (stands) {
    ++state_.size;
    state_.last_recorded_at = entry.recorded_at;
    debit_account_ = judging.debit_account;
    credit_account_ = judging.credit_account;
    history_.Append(entry);
  }
  if (lapses) stands ? state_.Keep(mark) : state_.RollBack(mark);
  return verdict;
}

void Machine::Lapse(int64_t now) {
  while (const std::optional<Hold> due = state_.holds.FirstDue(now)) EndHold(state_, *due, 0);
}

void Machine::FillInBalances(const Entry& entry, Outcome& outcome) const {
  const auto balance = [&](const Id& party) {
    const Slot account = AccountOf(state_, party, static_cast<Unit>(entry.unit));
    return account == kNoSlot ? Balance{} : state_.accounts.account(account).balance;
  };
  outcome.debit = balance(entry.debit);
  outcome.credit = balance(entry.credit);
}

void Machine::RollBack(const State::Mark& mark) {
  state_.RollBack(mark);
  history_.Truncate(state_.size);
}

absl::Status Machine::Replay(const Entry& entry, Difference* difference) {
  const uint64_t expected = state_.size;
  const auto differs = [&](Difference how, const auto&... what) {
    if (difference != nullptr) *difference = how;
    return absl::DataLossError(absl::StrCat("entry ", expected, " does not follow the rules: ",
                                            what...));
  };
  if (entry.index != state_.size) {
    return differs(Difference::kIndex, "its index says ", entry.index);
  }
  if (entry.index == 0) {
    const absl::StatusOr<Genesis> genesis = DecodeGenesis(entry);
    if (!genesis.ok()) return differs(Difference::kGenesis, genesis.status().message());
    state_.AddPolicy(entry);
    state_.size = 1;
    state_.last_recorded_at = entry.recorded_at;
    history_.Append(entry);
    return absl::OkStatus();
  }
  if (entry.recorded_at <= state_.last_recorded_at) {
    return differs(Difference::kRecordedAt, "recorded_at does not increase");
  }
  Entry again = WithoutWhatTheLedgerGives(entry);
  Outcome outcome;
  const absl::Status judged = Decide(again, entry.recorded_at, outcome);
  if (!judged.ok()) return judged;
  if (outcome.verdict != Verdict::kOk) {
    return differs(Difference::kVerdict, NameOf(outcome.verdict), ". ",
                   MessageOf(outcome.verdict));
  }
  if (again == entry) return absl::OkStatus();
  if (again.prev_debit != entry.prev_debit) {
    return differs(Difference::kPrevDebit, "prev_debit says ", entry.prev_debit, ", not ",
                   again.prev_debit);
  }
  if (again.prev_credit != entry.prev_credit) {
    return differs(Difference::kPrevCredit, "prev_credit says ", entry.prev_credit, ", not ",
                   again.prev_credit);
  }
  return differs(Difference::kGiven, "a field that the ledger gives is wrong");
}

}  // namespace hourbook
