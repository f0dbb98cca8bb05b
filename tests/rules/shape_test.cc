#include "ledger/rules/shape.h"

#include <functional>
#include <vector>

#include "gtest/gtest.h"

namespace hourbook {
namespace {

Id IdOf(uint8_t number) {
  Id id;
  id.fill(number);
  return id;
}

Entry Service() {
  Entry entry{};
  entry.id = IdOf(1);
  entry.kind = static_cast<uint16_t>(Kind::kService);
  entry.debit = IdOf(2);
  entry.credit = IdOf(3);
  entry.ref = IdOf(4);
  entry.recorder = IdOf(5);
  entry.unit = static_cast<uint16_t>(Unit::kMinute);
  entry.amount = 90;
  return entry;
}

Entry Post() {
  Entry entry{};
  entry.id = IdOf(1);
  entry.kind = static_cast<uint16_t>(Kind::kPost);
  entry.ref = IdOf(9);
  return entry;
}

using Change = std::function<void(Entry&)>;

Verdict ShapeWith(Entry entry, const Change& change) {
  change(entry);
  return CheckShape(entry);
}

TEST(ShapeTest, TakesAWholeService) { EXPECT_EQ(CheckShape(Service()), Verdict::kOk); }

TEST(ShapeTest, NamesWhatIsWrongWithAService) {
  const std::vector<std::pair<Change, Verdict>> cases = {
      {[](Entry& e) { e.id = kNoId; }, Verdict::kIdZero},
      {[](Entry& e) { e.kind = 0; }, Verdict::kUnknownKind},
      {[](Entry& e) { e.kind = 999; }, Verdict::kUnknownKind},
      {[](Entry& e) { e.kind = static_cast<uint16_t>(Kind::kGenesis); }, Verdict::kUnknownKind},
      {[](Entry& e) { e.flags = 64; }, Verdict::kUnknownFlag},
      {[](Entry& e) { e.flags = kFlagCheckedIn | kFlagSupervised; }, Verdict::kUnknownFlag},
      {[](Entry& e) { e.reserved = 1; }, Verdict::kReservedNotZero},
      {[](Entry& e) { e.index = 1; }, Verdict::kReservedNotZero},
      {[](Entry& e) { e.prev_debit = 1; }, Verdict::kReservedNotZero},
      {[](Entry& e) { e.prev_credit = 1; }, Verdict::kReservedNotZero},
      {[](Entry& e) { e.recorded_at = 1; }, Verdict::kReservedNotZero},
      {[](Entry& e) { e.unit = 0; }, Verdict::kUnknownUnit},
      {[](Entry& e) { e.unit = static_cast<uint16_t>(Unit::kPoint); }, Verdict::kUnknownUnit},
      {[](Entry& e) { e.timeout = 60; }, Verdict::kTimeoutNotAllowed},
      {[](Entry& e) { e.debit = kNoId; }, Verdict::kFieldMissing},
      {[](Entry& e) { e.credit = kNoId; }, Verdict::kFieldMissing},
      {[](Entry& e) { e.recorder = kNoId; }, Verdict::kFieldMissing},
  };
  for (size_t i = 0; i < cases.size(); ++i) {
    EXPECT_EQ(ShapeWith(Service(), cases[i].first), cases[i].second) << "case " << i;
  }
}

TEST(ShapeTest, AServiceHasOneClassOfEvidence) {
  for (const uint16_t one : {kFlagCheckedIn, kFlagSupervised, kFlagAdministered}) {
    EXPECT_EQ(ShapeWith(Service(), [one](Entry& e) { e.flags = one; }), Verdict::kOk);
  }
  EXPECT_EQ(ShapeWith(Service(), [](Entry& e) { e.flags = kEvidenceClasses; }),
            Verdict::kUnknownFlag);
}

TEST(ShapeTest, AServiceHasAVerifierOrWaitsForOne) {
  EXPECT_EQ(ShapeWith(Service(), [](Entry& e) { e.ref = kNoId; }), Verdict::kFieldMissing);
  EXPECT_EQ(ShapeWith(Service(), [](Entry& e) { e.flags = kFlagPending; }),
            Verdict::kFieldNotAllowed);
}

TEST(ShapeTest, APendingEntryMayHaveATimeoutAndAnImportedOneItsTime) {
  EXPECT_EQ(ShapeWith(Service(),
                      [](Entry& e) {
                        e.flags = kFlagPending | kFlagImported;
                        e.ref = kNoId;
                        e.timeout = 60;
                        e.recorded_at = 1;
                      }),
            Verdict::kOk);
}

TEST(ShapeTest, APostMayLeaveToTheLedgerWhatThePendingEntrySays) {
  EXPECT_EQ(CheckShape(Post()), Verdict::kOk);
  EXPECT_EQ(ShapeWith(Post(), [](Entry& e) { e.ref = kNoId; }), Verdict::kFieldMissing);
  EXPECT_EQ(ShapeWith(Post(), [](Entry& e) { e.flags = kFlagPending; }), Verdict::kUnknownFlag);
  EXPECT_EQ(ShapeWith(Post(), [](Entry& e) { e.unit = 77; }), Verdict::kUnknownUnit);
}

TEST(ShapeTest, PolicyStandsAlone) {
  Entry entry{};
  entry.id = IdOf(1);
  entry.kind = static_cast<uint16_t>(Kind::kPolicy);
  entry.code = 3;
  entry.amount = 480;
  EXPECT_EQ(CheckShape(entry), Verdict::kOk);
  EXPECT_EQ(ShapeWith(entry, [](Entry& e) { e.flags = kFlagLinked; }), Verdict::kUnknownFlag);
  EXPECT_EQ(ShapeWith(entry, [](Entry& e) { e.debit = IdOf(2); }), Verdict::kFieldNotAllowed);
}

TEST(CompareTest, EachFieldHasAVerdictOfItsOwn) {
  const std::vector<std::pair<Change, Verdict>> cases = {
      {[](Entry& e) { e.kind = 5; }, Verdict::kExistsWithDifferentKind},
      {[](Entry& e) { e.flags = 1; }, Verdict::kExistsWithDifferentFlags},
      {[](Entry& e) { e.debit[15] ^= 1; }, Verdict::kExistsWithDifferentDebit},
      {[](Entry& e) { e.credit[15] ^= 1; }, Verdict::kExistsWithDifferentCredit},
      {[](Entry& e) { e.unit = 2; }, Verdict::kExistsWithDifferentUnit},
      {[](Entry& e) { e.amount = 91; }, Verdict::kExistsWithDifferentAmount},
      {[](Entry& e) { e.amount = 0; }, Verdict::kExistsWithDifferentAmount},
      {[](Entry& e) { e.code = 1; }, Verdict::kExistsWithDifferentCode},
      {[](Entry& e) { e.ref[15] ^= 1; }, Verdict::kExistsWithDifferentRef},
      {[](Entry& e) { e.activity[0] = 1; }, Verdict::kExistsWithDifferentActivity},
      {[](Entry& e) { e.recorder[0] ^= 1; }, Verdict::kExistsWithDifferentRecorder},
      {[](Entry& e) { e.occurred_at = 1; }, Verdict::kExistsWithDifferentOccurredAt},
      {[](Entry& e) { e.timeout = 1; }, Verdict::kExistsWithDifferentTimeout},
      {[](Entry& e) { e.evidence[31] = 1; }, Verdict::kExistsWithDifferentEvidence},
  };
  for (size_t i = 0; i < cases.size(); ++i) {
    Entry entry = Service();
    cases[i].first(entry);
    EXPECT_EQ(CompareWithExisting(entry, Service()), cases[i].second) << "case " << i;
  }
}

TEST(CompareTest, WhatTheLedgerGaveIsNotCompared) {
  Entry existing = Service();
  existing.index = 7;
  existing.recorded_at = 8;
  existing.prev_debit = 5;
  existing.prev_credit = 6;
  EXPECT_EQ(CompareWithExisting(Service(), existing), Verdict::kExists);
}

TEST(CompareTest, ARetriedPostMayLeaveTheSameFieldsOut) {
  Entry existing = Post();
  existing.debit = IdOf(2);
  existing.credit = IdOf(3);
  existing.unit = static_cast<uint16_t>(Unit::kPoint);
  existing.amount = 30;
  EXPECT_EQ(CompareWithExisting(Post(), existing), Verdict::kExists);
  Entry other = Post();
  other.amount = 29;
  EXPECT_EQ(CompareWithExisting(other, existing), Verdict::kExistsWithDifferentAmount);
}

}  // namespace
}  // namespace hourbook
