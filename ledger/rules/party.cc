// Opening, freezing and closing parties. Why stays outside: a reason is a number of the programme's
// own, since the reasons themselves (illness, hardship, death) are nobody's business (O67 art. 16).
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
  Accounts& accounts = judging.state.accounts;
  accounts.SetStanding(accounts.FindParty(entry.credit),
                       lifts ? Standing::kOpen : Standing::kFrozen);
  return Verdict::kOk;
}

Verdict JudgeClose(Judging& judging) {
  const Entry& entry = judging.entry;
  const Verdict credit = CheckParty(judging.state, entry.credit);
  if (credit != Verdict::kOk && credit != Verdict::kPartyFrozen) return credit;
  if (const Verdict v = CheckRecorder(judging); v != Verdict::kOk) return v;
  Accounts& accounts = judging.state.accounts;
  const Slot party = accounts.FindParty(entry.credit);
  for (Slot account = accounts.party(party).first_account; account != kNoSlot;
       account = accounts.account(account).next_account) {
    if (!IsSettled(accounts.party(party), accounts.account(account))) {
      return Verdict::kBalanceNotZero;
    }
  }
  accounts.SetStanding(party, Standing::kClosed);
  return Verdict::kOk;
}

}  // namespace hourbook
