#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "ledger/audit/publisher.h"
#include "ledger/audit/check_statement.h"
#include "ledger/audit/make_statement.h"
#include "ledger/base/error.h"
#include "ledger/base/file.h"
#include "ledger/format/statement.h"
#include "tests/base/always.h"
#include "tests/engine/town.h"

namespace hourbook {
namespace {

constexpr char kOrigin[] = "town.example/hours";

Signer NewKey(absl::string_view name = kOrigin) {
  return Signer::Generate(name, SignatureType::kEd25519).value();
}

struct Made {
  absl::Status status;
  std::string text;
  StatementMade made;
};

class StatementTest : public testing::Test {
 protected:
  StatementTest() : signer_(NewKey()) {
    ledger_ = CreateTown(temp_ / "ledger");
    SendOk(*ledger_, Founding(3));
    std::vector<Entry> entries;
    for (uint64_t i = 0; i < 6; ++i) entries.push_back(Service(i, i % 2));
    entries.push_back(Grant(1, 0, 50));
    entries.push_back(Redeem(1, 0, 20));
    entries.push_back(Redeem(2, 0, 10, true));
    entries.push_back(Grant(2, 1, 5));
    SendOk(*ledger_, entries);
    note_ = PublishNow();
  }

  std::string PublishNow() {
    const auto published = Publish(*ledger_, signer_, temp_ / "site", Always);
    EXPECT_TRUE(published.ok()) << published.status();
    return ReadFile(temp_ / "site/checkpoint", kNoteMaxSize).value();
  }

  Made Make(const Id& party, const StatementRange& range = {}) {
    Made made;
    const auto snapshot = SnapshotOf(*ledger_);
    const absl::StatusOr<StatementMade> done = MakeStatement(
        *snapshot, party, range, note_, [&](absl::string_view text) {
          made.text.append(text.data(), text.size());
          return true;
        });
    made.status = done.status();
    if (done.ok()) made.made = *done;
    return made;
  }

  std::string MakeOk(const Id& party, const StatementRange& range = {}) {
    const Made made = Make(party, range);
    EXPECT_TRUE(made.status.ok()) << made.status;
    return made.text;
  }

  absl::StatusOr<StatementChecked> Check(absl::string_view text,
                                         std::vector<Entry>* entries = nullptr) {
    return CheckStatement(text, signer_.verifier(), [&](const Entry& entry) {
      if (entries != nullptr) entries->push_back(entry);
      return true;
    });
  }

  StatementChecked CheckOk(absl::string_view text) {
    const absl::StatusOr<StatementChecked> checked = Check(text);
    EXPECT_TRUE(checked.ok()) << checked.status();
    return checked.ok() ? *checked : StatementChecked{};
  }

  // What a statement is refused with.
  std::string Refusal(absl::string_view text) {
    const absl::Status status = Check(text).status();
    if (status.ok()) return "it was accepted";
    EXPECT_EQ(FailureOf(status), Failure::kUnsound) << status;
    return std::string(status.message());
  }

  // The lines of each entry of a statement, proof included.
  static std::vector<std::string> Blocks(absl::string_view text) {
    std::vector<std::string> blocks;
    const size_t end = text.find("\n\n") + 1;
    for (const absl::string_view line : absl::StrSplit(text.substr(0, end), '\n')) {
      if (absl::StartsWith(line, "entry ")) blocks.emplace_back();
      if (!blocks.empty() && !line.empty()) absl::StrAppend(&blocks.back(), line, "\n");
    }
    return blocks;
  }

  std::string From(const Id& party, const std::vector<std::string>& blocks) const {
    return absl::StrCat(FormatStatementHead(party), absl::StrJoin(blocks, ""),
                        FormatStatementEnd(note_));
  }

  TempDir temp_;
  Signer signer_;
  std::unique_ptr<Ledger> ledger_;
  std::string note_;  // the checkpoint that statements are made for
};

TEST_F(StatementTest, ShowsAllOfAPartysAccountsAndWhoItIs) {
  const Made made = Make(Volunteer(0));
  ASSERT_TRUE(made.status.ok()) << made.status;
  EXPECT_EQ(made.made.entries, 7u);
  EXPECT_EQ(made.made.beyond, 0u);
  std::vector<Entry> entries;
  const absl::StatusOr<StatementChecked> checked = Check(made.text, &entries);
  ASSERT_TRUE(checked.ok()) << checked.status();
  EXPECT_EQ(checked->party, Volunteer(0));
  EXPECT_EQ(checked->party_kind, static_cast<uint16_t>(PartyKind::kVolunteer));
  EXPECT_FALSE(checked->closed);
  EXPECT_EQ(checked->entries, 7u);
  EXPECT_EQ(checked->checkpoint.root, SnapshotOf(*ledger_)->root());
  EXPECT_EQ(made.text.substr(checked->checkpoint_offset), note_);
  ASSERT_EQ(entries.size(), 7u);
  EXPECT_EQ(entries[0].kind, static_cast<uint16_t>(Kind::kOpen));
  ASSERT_EQ(checked->accounts.size(), 2u);
  const StatedAccount& minutes = checked->accounts[0];
  EXPECT_EQ(minutes.unit, Unit::kMinute);
  EXPECT_TRUE(minutes.from_start);
  EXPECT_EQ(minutes.entries, 3u);
  EXPECT_EQ(minutes.first, entries[1].index);
  EXPECT_EQ(minutes.last, entries[3].index);
  EXPECT_EQ(minutes.credits, 180u);
  const StatedAccount& points = checked->accounts[1];
  EXPECT_EQ(points.unit, Unit::kPoint);
  EXPECT_EQ(points.entries, 3u);
  EXPECT_EQ(points.credits, 50u);
  EXPECT_EQ(points.debits, 20u) << "what is held has not moved";
}

// As many as its checker takes.
TEST_F(StatementTest, IsOf64AccountsAtMost) {
  const auto counted = [](uint16_t unit) {
    Entry policy =
        PolicyEntry(1'000 + unit, Topic::kUnit, kNoId, static_cast<uint8_t>(unit), 1);
    policy.activity = {'u'};
    Entry given{};
    given.id = MakeId('h', unit);
    given.debit = kTeam;
    given.credit = Volunteer(2);
    given.recorder = kRecorder;
    given.amount = 1;
    given.occurred_at = kStart;
    given.kind = static_cast<uint16_t>(Kind::kDistribution);
    given.unit = unit;
    return std::vector<Entry>{policy, given};
  };
  for (uint16_t unit = 16; unit < 16 + 64; ++unit) SendOk(*ledger_, counted(unit));
  note_ = PublishNow();
  EXPECT_EQ(CheckOk(MakeOk(Volunteer(2))).accounts.size(), 64u);
  SendOk(*ledger_, counted(16 + 64));
  note_ = PublishNow();
  const Made made = Make(Volunteer(2));
  EXPECT_EQ(FailureOf(made.status), Failure::kInvalidArgument);
  EXPECT_EQ(made.text, "");
  EXPECT_EQ(CheckOk(MakeOk(Volunteer(2), {.unit = static_cast<Unit>(20)})).accounts.size(), 1u);
}

TEST_F(StatementTest, AgreesWithTheBalancesOfTheLedger) {
  Entry post{};
  post.id = MakeId('d', 1);
  post.ref = MakeId('r', 2);
  post.amount = 7;
  post.kind = static_cast<uint16_t>(Kind::kPost);
  Entry held = Redeem(3, 0, 4, true);
  Entry voided = post;
  voided.id = MakeId('d', 2);
  voided.ref = held.id;
  voided.amount = 0;
  voided.kind = static_cast<uint16_t>(Kind::kVoid);
  Entry back{};
  back.id = MakeId('b', 1);
  back.debit = kStation;
  back.credit = Volunteer(0);
  back.ref = MakeId('r', 1);
  back.amount = 20;
  back.unit = static_cast<uint16_t>(Unit::kPoint);
  back.kind = static_cast<uint16_t>(Kind::kReverse);
  back.code = 1;
  SendOk(*ledger_, {post, held, voided, back});
  note_ = PublishNow();
  const auto snapshot = SnapshotOf(*ledger_);
  for (const Id& party : {Volunteer(0), Volunteer(1), kTeam, kProgramme, kStation}) {
    for (const StatedAccount& stated : CheckOk(MakeOk(party)).accounts) {
      const Balance balance = snapshot->AccountOf(party, stated.unit)->balance;
      EXPECT_EQ(stated.debits, balance.debits_posted);
      EXPECT_EQ(stated.credits, balance.credits_posted);
    }
  }
}

TEST_F(StatementTest, OfOneUnitOnly) {
  const StatementChecked checked = CheckOk(MakeOk(Volunteer(0), {.unit = Unit::kPoint}));
  EXPECT_EQ(checked.entries, 4u) << "with the open entry";
  ASSERT_EQ(checked.accounts.size(), 1u);
  EXPECT_EQ(checked.accounts[0].unit, Unit::kPoint);
}

TEST_F(StatementTest, APeriodIsARunWithoutGaps) {
  // The second and third hour of volunteer 0; then one recorded later for the time between.
  Entry late = Service(3, 0);
  late.id = MakeId('l', 3);
  SendOk(*ledger_, {Service(3'000, 0), late, Service(8, 0)});
  note_ = PublishNow();
  const auto hour = [](int64_t number) { return kStart + number * 60 * kMinute; };
  const StatementRange range = {.unit = Unit::kMinute, .from = hour(2), .until = hour(4)};
  std::vector<Entry> entries;
  const absl::StatusOr<StatementChecked> checked = Check(MakeOk(Volunteer(0), range), &entries);
  ASSERT_TRUE(checked.ok()) << checked.status();
  std::vector<int64_t> occurred;
  for (const Entry& entry : entries) occurred.push_back(entry.occurred_at);
  EXPECT_EQ(occurred, (std::vector<int64_t>{0, hour(2), hour(4), hour(3'000), hour(3)}));
  EXPECT_FALSE(checked->accounts[0].from_start);
}

TEST_F(StatementTest, APeriodWithoutEntriesStillShowsTheParty) {
  const StatementChecked checked =
      CheckOk(MakeOk(Volunteer(0), {.unit = {}, .from = kStart - 2, .until = kStart - 1}));
  EXPECT_EQ(checked.entries, 1u);
  EXPECT_TRUE(checked.accounts.empty());
}

TEST_F(StatementTest, LeavesOutAndTellsWhatTheCheckpointDoesNotCover) {
  SendOk(*ledger_, {Service(20, 0), Service(21, 0), Service(22, 1)});
  const Made made = Make(Volunteer(0));
  EXPECT_EQ(made.made.entries, 7u);
  EXPECT_EQ(made.made.beyond, 2u);
  EXPECT_EQ(CheckOk(made.text).entries, 7u);
}

TEST_F(StatementTest, ShowsThatAPartyWasClosed) {
  Entry close = Open(Volunteer(2), PartyKind::kVolunteer);
  close.id[1] = 'c';
  close.kind = static_cast<uint16_t>(Kind::kClose);
  close.code = 0;
  SendOk(*ledger_, {Service(30, 2), close, Service(31, 1)});
  EXPECT_EQ(Make(Volunteer(2)).made.beyond, 2u);
  note_ = PublishNow();
  const StatementChecked checked = CheckOk(MakeOk(Volunteer(2)));
  EXPECT_TRUE(checked.closed);
  EXPECT_EQ(checked.entries, 3u);
}

TEST_F(StatementTest, TellsWhyItCannotBeMade) {
  const auto failure = [&](const Id& party) { return FailureOf(Make(party).status); };
  EXPECT_EQ(failure(MakeId('V', 99)), Failure::kNotFound);
  SendOk(*ledger_, {Open(MakeId('V', 99), PartyKind::kVolunteer)});
  EXPECT_EQ(failure(MakeId('V', 99)), Failure::kNotFound) << "opened after the checkpoint";
  const std::string good = note_;
  const auto sign = [&](Checkpoint checkpoint) {
    const std::string text = FormatCheckpoint(checkpoint);
    note_ = FormatNote({.text = text, .signatures = {signer_.Sign(text)}});
  };
  sign({.origin = kOrigin, .size = 1'000, .root = {}});
  EXPECT_EQ(failure(Volunteer(0)), Failure::kBehind);
  sign({.origin = kOrigin, .size = 10, .root = {}});
  EXPECT_EQ(failure(Volunteer(0)), Failure::kBehind) << "a fork";
  sign({.origin = "other.example", .size = 10, .root = {}});
  EXPECT_EQ(failure(Volunteer(0)), Failure::kUnsound);
  note_ = "no note";
  EXPECT_EQ(failure(Volunteer(0)), Failure::kUnsound);
  note_ = good;
  const auto snapshot = SnapshotOf(*ledger_);
  for (const int pieces : {0, 1, 4}) {
    int left = pieces;
    const auto stopped = MakeStatement(*snapshot, Volunteer(0), {}, note_,
                                        [&](absl::string_view) { return left-- > 0; });
    EXPECT_EQ(FailureOf(stopped.status()), Failure::kEnd) << pieces;
  }
}

TEST_F(StatementTest, EveryByteCounts) {
  const std::string good = MakeOk(Volunteer(1));
  for (size_t i = 0; i < good.size(); ++i) {
    for (const int change : {0x01, 0x20, 0x80}) {
      std::string text = good;
      text[i] = static_cast<char>(text[i] ^ change);
      EXPECT_FALSE(Check(text).ok()) << "byte " << i << " changed by " << change;
    }
  }
}

TEST_F(StatementTest, EveryCutIsRefused) {
  const std::string good = MakeOk(Volunteer(1));
  for (size_t size = 0; size < good.size(); ++size) {
    EXPECT_FALSE(Check(good.substr(0, size)).ok()) << size;
    EXPECT_FALSE(Check(good.substr(good.size() - size)).ok()) << size;
  }
}

TEST_F(StatementTest, EveryLineDroppedRepeatedOrSwappedIsRefused) {
  const std::string good = MakeOk(Volunteer(1));
  const std::vector<std::string> lines = absl::StrSplit(good, '\n');
  const auto expect_refused = [&](const std::vector<std::string>& changed, size_t line,
                                  absl::string_view what) {
    if (changed == lines) return;
    EXPECT_FALSE(Check(absl::StrJoin(changed, "\n")).ok()) << what << " line " << line + 1;
  };
  for (size_t i = 0; i < lines.size(); ++i) {
    const auto at = static_cast<std::ptrdiff_t>(i);
    std::vector<std::string> changed = lines;
    changed.erase(changed.begin() + at);
    expect_refused(changed, i, "dropped");
    changed = lines;
    changed.insert(changed.begin() + at, lines[i]);
    // A note may bear a signature twice.
    if (!absl::StartsWith(lines[i], "— ")) expect_refused(changed, i, "repeated");
    for (size_t j = i + 1; j < lines.size(); ++j) {
      changed = lines;
      std::swap(changed[i], changed[j]);
      expect_refused(changed, i, "swapped");
    }
  }
}

TEST_F(StatementTest, AnEntryLeftOutInTheMiddleIsMissed) {
  std::vector<std::string> blocks = Blocks(MakeOk(Volunteer(0)));
  ASSERT_EQ(blocks.size(), 7u);
  for (const size_t dropped : {2, 5}) {  // the second of three minutes, of three points
    std::vector<std::string> others = blocks;
    others.erase(others.begin() + static_cast<std::ptrdiff_t>(dropped));
    EXPECT_TRUE(absl::StrContains(Refusal(From(Volunteer(0), others)), "was left out"))
        << Refusal(From(Volunteer(0), others));
  }
  // At its end and its begin a run may be cut, and then says less.
  const std::vector<std::string> shorter(blocks.begin() + 2, blocks.end() - 1);
  const StatementChecked checked = CheckOk(From(Volunteer(0), shorter));
  EXPECT_FALSE(checked.accounts[0].from_start);
  EXPECT_EQ(checked.party_kind, 0);
}

TEST_F(StatementTest, AnotherPartysEntryIsRefusedWithItsLine) {
  std::vector<std::string> blocks = Blocks(MakeOk(Volunteer(0)));
  const std::string other = Blocks(MakeOk(Volunteer(1)))[1];
  blocks.insert(blocks.begin() + 2, other);
  const std::string refusal = Refusal(From(Volunteer(0), blocks));
  EXPECT_TRUE(absl::StrContains(refusal, "it is not of this party")) << refusal;
  const size_t lines = static_cast<size_t>(
      std::count(blocks[0].begin(), blocks[0].end(), '\n') +
      std::count(blocks[1].begin(), blocks[1].end(), '\n'));
  EXPECT_TRUE(absl::StartsWith(refusal, absl::StrCat("line ", 3 + lines, ": "))) << refusal;
}

TEST_F(StatementTest, OutOfOrderIsRefused) {
  std::vector<std::string> blocks = Blocks(MakeOk(Volunteer(0)));
  std::swap(blocks[1], blocks[2]);
  EXPECT_TRUE(absl::StrContains(Refusal(From(Volunteer(0), blocks)), "indexes increase"));
  std::swap(blocks[1], blocks[2]);
  blocks.insert(blocks.begin() + 1, blocks[1]);
  EXPECT_TRUE(absl::StrContains(Refusal(From(Volunteer(0), blocks)), "indexes increase"));
}

TEST_F(StatementTest, AChangedEntryIsNotInTheTree) {
  const std::string good = MakeOk(Volunteer(0));
  StatementReader reader = StatementReader::Open(good).value();
  std::vector<std::string> blocks = Blocks(good);
  StatementEntry stated;
  for (std::string& block : blocks) {
    ASSERT_TRUE(reader.Next(stated).value());
    const std::string before = block;
    stated.entry.amount += 10;
    block = FormatStatementEntry(stated.prev, stated.entry, stated.proof);
    EXPECT_TRUE(absl::StrContains(Refusal(From(Volunteer(0), blocks)), "not proved"));
    block = before;
  }
}

TEST_F(StatementTest, AProofOfAnotherTreeIsRefused) {
  const std::string before = MakeOk(Volunteer(0));
  const std::string old_note = note_;
  SendOk(*ledger_, {Service(40, 1)});
  note_ = PublishNow();
  const std::vector<std::string> blocks = Blocks(before);
  EXPECT_TRUE(absl::StrContains(Refusal(From(Volunteer(0), blocks)), "not proved"));
  const std::vector<std::string> newer = Blocks(MakeOk(Volunteer(0)));
  note_ = old_note;
  EXPECT_TRUE(absl::StrContains(Refusal(From(Volunteer(0), newer)), "not proved"));
}

TEST_F(StatementTest, AnotherKeyOfTheSameNameIsRefused) {
  const std::string good = MakeOk(Volunteer(0));
  for (const char* const name : {kOrigin, "other.example"}) {
    const Signer other = NewKey(name);
    const auto checked =
        CheckStatement(good, other.verifier(), [](const Entry&) { return true; });
    EXPECT_EQ(FailureOf(checked.status()), Failure::kUnsound) << name;
  }
}

TEST_F(StatementTest, TheCheckCanBeStopped) {
  const auto checked = CheckStatement(MakeOk(Volunteer(0)), signer_.verifier(),
                                      [](const Entry&) { return false; });
  EXPECT_EQ(FailureOf(checked.status()), Failure::kEnd);
}

}  // namespace
}  // namespace hourbook
