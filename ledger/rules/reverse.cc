// Reversal: an exact mirror of an earlier entry, once, with a reason. Nothing is ever edited.
#include "absl/strings/str_cat.h"
#include "ledger/rules/judging.h"

namespace hourbook {
namespace {

// Those that touched it have an account each, unless the state is of another log.
bool HasAccounts(State& state, const Entry& entry) {
  const auto unit = static_cast<Unit>(entry.unit);
  return AccountOf(state, entry.debit, unit) != kNoSlot && AccountOf(state, entry.credit, unit) != kNoSlot;
}

// What has been posted can be mirrored; what is held is voided instead.
bool IsReversible(const Entry& entry) {
  switch (static_cast<Kind>(entry.kind)) {
    case Kind::kService:
    case Kind::kAward:
    case Kind::kRedeem:
    case Kind::kSettle:
    case Kind::kTransfer:
    case Kind::kExpire:
    case Kind::kTraining:
    case Kind::kLegacy:
    case Kind::kInspection:
    case Kind::kContribution:
    case Kind::kDistribution:
      return (entry.flags & kFlagPending) == 0;
    case Kind::kPost:
      return true;
    default:
      return false;
  }
}

bool IsMirror(const Entry& entry, const Entry& original) {
  return entry.debit == original.credit && entry.credit == original.debit &&
         entry.unit == original.unit && entry.amount == original.amount;
}

absl::StatusOr<bool> WasReversed(Judging& judging, const Entry& original) {
  bool found = false;
  const absl::Status walked =
      WalkAccount(judging, NarrowerParty(judging.state, original),
                  static_cast<Unit>(original.unit), original.index + 1, [&](const Entry& later) {
                    found = later.kind == static_cast<uint16_t>(Kind::kReverse) &&
                            later.ref == original.id;
                    return !found;
                  });
  if (!walked.ok()) return walked;
  return found;
}

// The entry that first said what a post completes; the entry itself where it is no post.
absl::StatusOr<Entry> OriginOf(Judging& judging, const Entry& original) {
  if (original.kind != static_cast<uint16_t>(Kind::kPost)) return original;
  const absl::StatusOr<std::optional<uint64_t>> index = judging.history.Find(original.ref);
  if (!index.ok()) return index.status();
  if (!*index) return absl::DataLossError("a post is of a pending entry that is not recorded");
  return judging.history.At(**index);
}

// What is recorded is never spent; and a programme, the source of points, may go below zero.
bool MayOwe(State& state, const Entry& reverse) {
  const Party& debited = state.accounts.party(state.accounts.FindParty(reverse.debit));
  return IsRecord(reverse.unit) ||
         debited.kind == static_cast<uint16_t>(PartyKind::kProgramme);
}

// By what is there or, where policy lets a person owe, by what is credited next.
bool IsCovered(const Judging& judging) {
  const Entry& entry = judging.entry;
  State& state = judging.state;
  if (AvailableTo(state, entry.debit, judging.unit()) >= entry.amount) return true;
  const Party& debited = state.accounts.party(state.accounts.FindParty(entry.debit));
  const std::optional<uint64_t> most =
      state.policy.InForce({Topic::kDebtLimit, kNoId, entry.unit}, entry.recorded_at);
  // A debt is of an id that can still be credited.
  if (!IsPerson(debited) || !most || debited.standing == Standing::kLinked ||
      debited.standing == Standing::kClosed) {
    return false;
  }
  const Balance& balance =
      state.accounts.account(AccountOf(state, entry.debit, judging.unit())).balance;
  const std::optional<uint64_t> debits =
      AddChecked(balance.debits_posted + balance.debits_pending, entry.amount);
  return debits && *debits - balance.credits_posted <= *most;
}

// A party was closed with nothing left to spend, and so it stays. What goes back to a programme or
// a team goes back to its source, open or not.
bool WouldFillClosed(State& state, const Entry& reverse) {
  const Party& credited =
      state.accounts.party(state.accounts.FindParty(PersonOf(state, reverse.credit)));
  const bool is_source = credited.kind == static_cast<uint16_t>(PartyKind::kProgramme) ||
                         credited.kind == static_cast<uint16_t>(PartyKind::kTeam);
  return credited.standing == Standing::kClosed && !is_source;
}

// A reversal takes no points that are gone.
Verdict Undo(Judging& judging, const Entry& origin) {
  const Entry& entry = judging.entry;
  if (WouldFillClosed(judging.state, entry)) return Verdict::kPartyClosed;
  if (!MayOwe(judging.state, entry) && !IsCovered(judging)) return Verdict::kInsufficient;
  if (const Verdict v = Move(judging); v != Verdict::kOk) return v;
  const Party& payer =
      judging.state.accounts.party(judging.state.accounts.FindParty(entry.credit));
  if (origin.kind == static_cast<uint16_t>(Kind::kAward) &&
      payer.kind == static_cast<uint16_t>(PartyKind::kProgramme)) {
    const Slot programme = AccountOf(judging.state, entry.credit, judging.unit());
    judging.state.accounts.Mutate(programme).issued.total -= entry.amount;
  }
  return Verdict::kOk;
}

}  // namespace

absl::StatusOr<Verdict> JudgeReverse(Judging& judging) {
  const absl::StatusOr<std::optional<uint64_t>> index = judging.history.Find(judging.entry.ref);
  if (!index.ok()) return index.status();
  if (!*index) return Verdict::kUnknownRef;
  const absl::StatusOr<Entry> original = judging.history.At(**index);
  if (!original.ok()) return original.status();
  if (!IsReversible(*original)) return Verdict::kNotReversible;
  if (!IsMirror(judging.entry, *original)) return Verdict::kNotAMirror;
  if (!HasAccounts(judging.state, *original)) {
    return absl::DataLossError(
        absl::StrCat("entry ", original->index, " moved what no account of the state has"));
  }
  if (const Verdict v = CheckRecorder(judging); v != Verdict::kOk) return v;
  const absl::StatusOr<bool> reversed = WasReversed(judging, *original);
  if (!reversed.ok()) return reversed.status();
  if (*reversed) return Verdict::kAlreadyReversed;
  const absl::StatusOr<Entry> origin = OriginOf(judging, *original);
  if (!origin.ok()) return origin.status();
  if (origin->kind == static_cast<uint16_t>(Kind::kService)) {
    for (const Unit unit : {Unit::kPoint, Unit::kBankMinute}) {
      const absl::StatusOr<bool> awarded = HasAward(judging, *origin, unit, kNoId);
      if (!awarded.ok()) return awarded.status();
      if (*awarded) return Verdict::kAwardStands;
    }
  }
  return Undo(judging, *origin);
}

}  // namespace hourbook
