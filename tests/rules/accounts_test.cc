#include "ledger/rules/accounts.h"

#include "gtest/gtest.h"

namespace hourbook {
namespace {

Id IdOf(uint8_t number) {
  Id id;
  id.fill(number);
  return id;
}

TEST(AccountsTest, APartyHasOneAccountAUnit) {
  Accounts accounts;
  const Slot party = accounts.OpenParty(IdOf(1), PartyKind::kVolunteer, 5);
  EXPECT_EQ(accounts.FindParty(IdOf(1)), party);
  EXPECT_EQ(accounts.FindParty(IdOf(2)), kNoSlot);
  EXPECT_EQ(accounts.party(party).opened, 5u);
  EXPECT_EQ(accounts.FindAccount(party, Unit::kMinute), kNoSlot);
  const Slot minutes = accounts.FindOrAddAccount(party, Unit::kMinute);
  const Slot points = accounts.FindOrAddAccount(party, Unit::kPoint);
  EXPECT_NE(minutes, points);
  EXPECT_EQ(accounts.FindOrAddAccount(party, Unit::kMinute), minutes);
  EXPECT_EQ(accounts.FindAccount(party, Unit::kPoint), points);
  EXPECT_EQ(accounts.FindAccount(party, Unit::kBankMinute), kNoSlot);
  EXPECT_EQ(accounts.account(points).party, party);
}

TEST(AccountsTest, RollBackForgetsPartiesAndAccounts) {
  Accounts accounts;
  const Slot old_party = accounts.OpenParty(IdOf(1), PartyKind::kVolunteer, 1);
  const Slot minutes = accounts.FindOrAddAccount(old_party, Unit::kMinute);
  const Accounts::Mark mark = accounts.Begin();
  accounts.OpenParty(IdOf(2), PartyKind::kTeam, 2);
  accounts.FindOrAddAccount(old_party, Unit::kPoint);
  accounts.SetStanding(old_party, Standing::kClosed);
  accounts.Mutate(minutes).served.minutes_of_day = 9;
  accounts.RollBack(mark);
  EXPECT_EQ(accounts.FindParty(IdOf(2)), kNoSlot);
  EXPECT_EQ(accounts.FindAccount(old_party, Unit::kPoint), kNoSlot);
  EXPECT_EQ(accounts.FindAccount(old_party, Unit::kMinute), minutes);
  EXPECT_EQ(accounts.party(old_party).standing, Standing::kOpen);
  EXPECT_EQ(accounts.account(minutes).served.minutes_of_day, 0u);
  EXPECT_EQ(accounts.OpenParty(IdOf(2), PartyKind::kStation, 3), old_party + 1);
}

TEST(AccountsDeathTest, APartyIsOpenedOnce) {
  Accounts accounts;
  accounts.OpenParty(IdOf(1), PartyKind::kVolunteer, 1);
  EXPECT_DEATH(accounts.OpenParty(IdOf(1), PartyKind::kTeam, 2), "a party is opened once");
}

TEST(AccountsTest, WhatWasStoredIsTakenInInOrder) {
  Accounts from;
  const Slot party = from.OpenParty(IdOf(1), PartyKind::kVolunteer, 5);
  const Slot minutes = from.FindOrAddAccount(party, Unit::kMinute);
  Accounts to;
  EXPECT_FALSE(to.RestoreParty(1, from.party(party)));  // the one before is missing
  EXPECT_FALSE(to.RestoreAccount(1, from.account(minutes)));
  EXPECT_TRUE(to.RestoreParty(0, from.party(party)));
  EXPECT_TRUE(to.RestoreAccount(0, from.account(minutes)));
  EXPECT_EQ(to.FindParty(IdOf(1)), party);
  EXPECT_EQ(to.FindAccount(party, Unit::kMinute), minutes);
  EXPECT_FALSE(to.RestoreParty(1, from.party(party)));  // its id is another's
  Party other = from.party(party);
  other.id = IdOf(2);
  EXPECT_FALSE(to.RestoreParty(0, other));
  EXPECT_TRUE(to.RestoreParty(0, from.party(party)));  // once more, as a later page has it
}

}  // namespace
}  // namespace hourbook
