#include "tests/rules/town_machine.h"

namespace hourbook {
namespace {

class EraseTest : public TownMachine {
 protected:
  Entry WithEvidence(Entry entry, uint8_t number) {
    entry.evidence[31] = number;
    return entry;
  }

  Entry Erase(const Entry& of) {
    Entry entry = Blank(Kind::kErase);
    entry.ref = of.id;
    entry.evidence = of.evidence;
    entry.recorder = Named('R');
    entry.code = 3;
    return entry;
  }
};

TEST_F(EraseTest, SaysWhosePayloadIsGoneAndMovesNothing) {
  const Entry service = Sent(WithEvidence(Service(480, 60), 1));
  const Entry erase = Sent(Erase(service));
  const Entry& recorded = history_.entries().back();
  EXPECT_EQ(recorded.id, erase.id);
  EXPECT_EQ(recorded.prev_debit, 0u);
  EXPECT_EQ(recorded.prev_credit, 0u);
  EXPECT_EQ(Minutes(), 60u);
  EXPECT_EQ(Send(erase), Verdict::kExists);
}

TEST_F(EraseTest, NamesAnEntryThatHasThisEvidence) {
  const Entry service = Sent(WithEvidence(Service(480, 60), 1));
  const Entry bare = Sent(Service(600, 60));
  Entry erase = Erase(service);
  erase.ref = Named('e', 10'000);
  EXPECT_EQ(Send(erase), Verdict::kUnknownRef);
  erase.ref = bare.id;
  EXPECT_EQ(Send(erase), Verdict::kOtherEvidence);
  EXPECT_EQ(Send(WithEvidence(Erase(service), 2)), Verdict::kOtherEvidence);
  EXPECT_EQ(Send(Erase(bare)), Verdict::kFieldMissing) << "no evidence at all";
}

TEST_F(EraseTest, NeitherAGenesisNorAnEraseHasAPayload) {
  const Entry erase = Sent(Erase(Sent(WithEvidence(Service(480, 60), 1))));
  EXPECT_EQ(Send(Erase(erase)), Verdict::kOtherEvidence);
  EXPECT_EQ(Send(Erase(history_.entries().front())), Verdict::kOtherEvidence);
}

TEST_F(EraseTest, SomebodyAnswersForIt) {
  Entry erase = Erase(Sent(WithEvidence(Service(480, 60), 1)));
  erase.recorder = kNoId;
  EXPECT_EQ(Send(erase), Verdict::kFieldMissing);
  erase.recorder = Named('Z');
  EXPECT_EQ(Send(erase), Verdict::kUnknownParty);
}

TEST_F(EraseTest, HasNoAmountNoPartiesAndNoActivity) {
  const Entry service = Sent(WithEvidence(Service(480, 60), 1));
  const auto with = [&](auto change) {
    Entry erase = Erase(service);
    change(erase);
    return Send(erase);
  };
  EXPECT_EQ(with([](Entry& e) { e.amount = 1; }), Verdict::kFieldNotAllowed);
  EXPECT_EQ(with([](Entry& e) { e.debit = Named('T'); }), Verdict::kFieldNotAllowed);
  EXPECT_EQ(with([](Entry& e) { e.credit = Named('V'); }), Verdict::kFieldNotAllowed);
  EXPECT_EQ(with([](Entry& e) { e.activity = Named('A'); }), Verdict::kFieldNotAllowed);
  EXPECT_EQ(with([](Entry& e) { e.unit = 1; }), Verdict::kUnknownUnit);
  EXPECT_EQ(with([](Entry& e) { e.flags = kFlagPending; }), Verdict::kUnknownFlag);
}

}  // namespace
}  // namespace hourbook
