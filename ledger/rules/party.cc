// Opening, freezing and closing parties. Why stays outside: a reason is a number of the programme's
// own, since the reasons themselves (illness, hardship, death) are nobody's business (O67 art. 16).
#include <algorithm>

#include "ledger/rules/judging.h"

namespace hourbook {
namespace {

bool IsPartyKind(uint16_t code) {
  return code >= static_cast<uint16_t>(PartyKind::kVolunteer) &&
         code <= static_cast<uint16_t>(PartyKind::kRecorder);
}

// What is recorded stays with who did it. What can be spent must be gone; and nothing
// may be held, since a post would then move value of a closed party.
bool IsSettled(const Party& party, const Account& account) {
  const Balance& balance = account.balance;
  if (balance.debits_pending != 0 || balance.credits_pending != 0) return false;
  const bool is_source = party.kind == static_cast<uint16_t>(PartyKind::kProgramme) ||
                         party.kind == static_cast<uint16_t>(PartyKind::kTeam);
  return is_source || IsRecord(account.unit) || balance.credits_posted == balance.debits_posted;
}

// An authority is frozen or closed by another one alone, or the last could be taken away.
bool MayEnd(const Judging& judging) {
  const Entry& entry = judging.entry;
  const bool is_authority = judging.state.policy.InForce({Topic::kAuthority, entry.credit, 0},
                                                         entry.recorded_at) == 1;
  return !is_authority || (entry.recorder != entry.credit && IsByAuthority(judging));
}

}  // namespace

Verdict JudgeOpen(Judging& judging) {
  const Entry& entry = judging.entry;
  if (!IsPartyKind(entry.code)) return Verdict::kWrongPartyKind;
  if (judging.state.accounts.FindParty(entry.credit) != kNoSlot) return Verdict::kPartyExists;
  if (const Verdict v = CheckRecorder(judging); v != Verdict::kOk) return v;
  judging.state.accounts.OpenParty(entry.credit, static_cast<PartyKind>(entry.code), entry.index);
  return Verdict::kOk;
}

// Amount 1 freezes, 0 lifts. What is held may still be voided or lapse, and mistakes are reversed.
Verdict JudgeFreeze(Judging& judging) {
  const Entry& entry = judging.entry;
  if (entry.amount > 1) return Verdict::kWrongAmount;
  const bool lifts = entry.amount == 0;
  const Verdict credit = CheckParty(judging.state, entry.credit);
  if (credit != Verdict::kOk && !(lifts && credit == Verdict::kPartyFrozen)) return credit;
  if (lifts && credit == Verdict::kOk) return Verdict::kPartyNotFrozen;
  if (const Verdict v = CheckRecorder(judging); v != Verdict::kOk) return v;
  if (entry.recorder == entry.credit) return Verdict::kSelfVerified;
  if (!MayEnd(judging)) return Verdict::kNoAuthority;
  Accounts& accounts = judging.state.accounts;
  accounts.SetStanding(accounts.FindParty(entry.credit),
                       lifts ? Standing::kOpen : Standing::kFrozen);
  return Verdict::kOk;
}

// What is known of when the volunteer served, under either id: upper bounds still (accounts.h).
void FoldTimes(Judging& judging, Slot other, Slot kept) {
  Accounts& accounts = judging.state.accounts;
  const Slot from = accounts.FindAccount(other, Unit::kMinute);
  if (from == kNoSlot) return;
  const Slot into = accounts.FindOrAddAccount(kept, Unit::kMinute);
  const Account old = accounts.account(from);
  Account& account = accounts.Mutate(into);
  account.served.until = std::max(account.served.until, old.served.until);
  NotePeriod(old.served.day, old.served.minutes_of_day, account.served.day,
             account.served.minutes_of_day);
  NotePeriod(old.served.month, old.served.minutes_of_month, account.served.month,
             account.served.minutes_of_month);
}

// Two ids turn out to be one person's: that in ref is used no more, that in credit stands for both.
// What the first did stays as it was recorded, and counts with the second in every limit.
Verdict JudgeLink(Judging& judging) {
  const Entry& entry = judging.entry;
  const std::initializer_list<PartyKind> persons = {PartyKind::kVolunteer, PartyKind::kBeneficiary};
  for (const Id& id : {entry.credit, entry.ref}) {
    if (const Verdict v = CheckParty(judging.state, id, persons); v != Verdict::kOk) return v;
  }
  if (const Verdict v = CheckRecorder(judging); v != Verdict::kOk) return v;
  if (entry.credit == entry.ref) return Verdict::kSameParty;
  Accounts& accounts = judging.state.accounts;
  const Slot kept = accounts.FindParty(entry.credit), other = accounts.FindParty(entry.ref);
  if (accounts.party(kept).kind != accounts.party(other).kind) return Verdict::kWrongPartyKind;
  // Others stand behind it already: they would be two steps away.
  if (accounts.party(other).linked != kNoSlot) return Verdict::kPartyLinked;
  if (entry.recorder == entry.credit || entry.recorder == entry.ref) return Verdict::kSelfVerified;
  if (!IsByAuthority(judging)) return Verdict::kNoAuthority;
  FoldTimes(judging, other, kept);
  accounts.LinkParty(other, kept);
  return Verdict::kOk;
}

Verdict JudgeClose(Judging& judging) {
  const Entry& entry = judging.entry;
  const Verdict credit = CheckParty(judging.state, entry.credit);
  if (credit != Verdict::kOk && credit != Verdict::kPartyFrozen) return credit;
  if (const Verdict v = CheckRecorder(judging); v != Verdict::kOk) return v;
  if (!MayEnd(judging)) return Verdict::kNoAuthority;
  Accounts& accounts = judging.state.accounts;
  bool settled = true;
  ForEachId(judging.state, entry.credit, [&](const Party& party) {
    for (Slot account = party.first_account; account != kNoSlot;
         account = accounts.account(account).next_account) {
      settled = settled && IsSettled(party, accounts.account(account));
    }
  });
  if (!settled) return Verdict::kBalanceNotZero;
  accounts.SetStanding(accounts.FindParty(entry.credit), Standing::kClosed);
  return Verdict::kOk;
}

}  // namespace hourbook
