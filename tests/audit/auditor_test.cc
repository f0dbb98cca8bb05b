#include "ledger/audit/auditor.h"

#include <sys/stat.h>

#include "absl/strings/match.h"
#include "ledger/audit/publisher.h"
#include "ledger/base/error.h"
#include "tests/audit/forged_publication.h"
#include "tests/base/always.h"
#include "tests/engine/town.h"

namespace hourbook {
namespace {

Signer NewKey() {
  return Signer::Generate("town.example/hours", SignatureType::kEd25519).value();
}

std::vector<Entry> EntriesOf(Ledger& ledger) {
  const std::unique_ptr<Snapshot> snapshot = SnapshotOf(ledger);
  std::vector<Entry> entries;
  for (uint64_t i = 0; i < snapshot->size(); ++i) entries.push_back(snapshot->At(i)->entry);
  return entries;
}

// A ledger with some of everything, and then services.
std::unique_ptr<Ledger> MakeTown(const std::string& directory, uint64_t size,
                                 uint64_t first_service = 0) {
  std::unique_ptr<Ledger> ledger = CreateTown(directory);
  SendOk(*ledger, Founding(3));
  SendOk(*ledger, {Grant(1, 0, 100), Redeem(1, 0, 30, true), Redeem(2, 0, 20)});
  std::vector<Entry> services;
  for (uint64_t i = SnapshotOf(*ledger)->size(); i < size; ++i) {
    services.push_back(Service(first_service + i, i % 3));
  }
  SendOk(*ledger, services);
  return ledger;
}

class AuditorTest : public testing::Test {
 protected:
  AuditorTest() : signer_(NewKey()) {}

  std::string site() const { return temp_ / "site"; }

  AuditRequest Request(const std::string& state_file = "") const {
    return {.log = signer_.verifier(),
            .policy = std::nullopt,
            .state_file = state_file,
            .scratch_directory = temp_ / "",
            .threads = threads_,
            .replay = true};
  }

  absl::Status TryAudit(const AuditRequest& request) {
    return Audit(PublishedDirectory(site()), request, Always, report_);
  }

  void ExpectSound(const AuditRequest& request) {
    const absl::Status audited = TryAudit(request);
    ASSERT_TRUE(audited.ok()) << audited;
    EXPECT_EQ(report_.finding.kind, FindingKind::kNone);
  }

  // What is found; the status must be the finding's.
  FindingKind FoundBy(const AuditRequest& request) {
    const absl::Status audited = TryAudit(request);
    if (audited.ok()) return FindingKind::kNone;
    EXPECT_EQ(FailureOf(audited), Failure::kUnsound) << audited;
    EXPECT_EQ(audited.message(), ToStatus(report_.finding).message());
    EXPECT_FALSE(report_.finding.what.empty());
    return report_.finding.kind;
  }
  FindingKind Found() { return FoundBy(Request()); }

  // A town of so many entries, published as an operator would.
  void PublishTown(uint64_t size) {
    ledger_ = MakeTown(temp_ / absl::StrCat("ledger-", size), size);
    ASSERT_TRUE(Publish(*ledger_, signer_, site(), Always).ok());
  }

  // A town whose entries a test may change before it publishes them with everything recomputed.
  std::vector<Entry> TownEntries(uint64_t size) {
    ledger_ = MakeTown(temp_ / absl::StrCat("ledger-", size), size);
    return EntriesOf(*ledger_);
  }

  TempDir temp_;
  Signer signer_;
  unsigned threads_ = 2;
  std::unique_ptr<Ledger> ledger_;
  AuditReport report_;
};

TEST_F(AuditorTest, ASoundPublicationEndsInTheLedgersBalances) {
  for (const uint64_t size : {20, 255, 256, 257, 512, 1'000}) {
    for (const unsigned threads : {1, 2, 5}) {
      threads_ = threads;
      std::filesystem::remove_all(temp_ / absl::StrCat("ledger-", size));
      std::filesystem::remove_all(site());
      PublishTown(size);
      ExpectSound(Request());
      EXPECT_EQ(report_.checkpoint.size, size);
      std::unique_ptr<Snapshot> snapshot = SnapshotOf(*ledger_);
      EXPECT_EQ(report_.checkpoint.root, snapshot->root());
      ASSERT_EQ(report_.accounts.parties().size(), 8u);
      for (Slot i = 0; i < report_.accounts.accounts().size(); ++i) {
        const Account& account = report_.accounts.account(i);
        const auto kept = snapshot->AccountOf(report_.accounts.party(account.party).id,
                                              static_cast<Unit>(account.unit));
        ASSERT_TRUE(kept.ok());
        EXPECT_EQ(account.balance, kept->balance);
      }
      snapshot.reset();
      ledger_.reset();
    }
  }
}

// Beyond one window and one tile of level 1.
TEST_F(AuditorTest, ALargePublicationIsSoundAndSoIsItsNextSize) {
  PublishTown(140'000);
  ExpectSound(Request(temp_ / "state"));
  SendOk(*ledger_, {Service(150'000, 0)});
  ASSERT_TRUE(Publish(*ledger_, signer_, site(), Always).ok());
  ExpectSound(Request(temp_ / "state"));
  EXPECT_EQ(report_.seen, 140'000u);
  EXPECT_EQ(report_.checkpoint.size, 140'001u);
}

TEST_F(AuditorTest, AGenesisAloneIsSound) {
  ledger_ = CreateTown(temp_ / "ledger");
  PublishForged(site(), EntriesOf(*ledger_), signer_);
  ExpectSound(Request());
  EXPECT_EQ(report_.checkpoint.size, 1u);
}

TEST_F(AuditorTest, EveryByteOfEveryFileCounts) {
  PublishTown(20);
  ExpectSound(Request());
  for (const std::string& file : FilesBelow(site())) {
    const std::string path = site() + "/" + file;
    const std::string sound = Contents(path);
    for (size_t i = 0; i < sound.size(); ++i) {
      std::string damaged = sound;
      damaged[i] = static_cast<char>(damaged[i] ^ (1 << i % 8));
      WriteContents(path, damaged);
      ASSERT_NE(Found(), FindingKind::kNone) << file << ", byte " << i;
    }
    WriteContents(path, sound);
  }
  ExpectSound(Request());
}

// Where the tree has two levels and bundles meet.
TEST_F(AuditorTest, BytesOfFullTilesAndBundlesCount) {
  PublishTown(300);
  for (const std::string& file : FilesBelow(site())) {
    const std::string path = site() + "/" + file;
    const std::string sound = Contents(path);
    for (size_t i = 0; i < sound.size(); i += sound.size() > 10'000 ? 101 : 7) {
      std::string damaged = sound;
      damaged[i] = static_cast<char>(damaged[i] ^ 0x10);
      WriteContents(path, damaged);
      const FindingKind found = Found();
      ASSERT_NE(found, FindingKind::kNone) << file << ", byte " << i;
      if (file.find("entries") != std::string::npos && i % 226 >= 2) {
        const uint64_t index = (file.find(".p") != std::string::npos ? 256 : 0) + i / 226;
        ASSERT_EQ(found, FindingKind::kTile) << file << ", byte " << i;
        ASSERT_EQ(report_.finding.index, index);
      }
    }
    WriteContents(path, sound);
  }
}

TEST_F(AuditorTest, FilesMissingCutLengthenedRepeatedOrSwappedAreFound) {
  PublishTown(600);
  const std::set<std::string> files = FilesBelow(site());
  ASSERT_EQ(files.size(), 8u);
  for (const std::string& file : files) {
    const std::string path = site() + "/" + file;
    const std::string sound = Contents(path);
    std::filesystem::remove(path);
    if (file == "checkpoint") {
      EXPECT_EQ(FailureOf(TryAudit(Request())), Failure::kNotFound);
    } else {
      EXPECT_EQ(Found(), FindingKind::kMissing) << file;
      EXPECT_TRUE(absl::StrContains(report_.finding.what, file)) << report_.finding.what;
    }
    for (const std::string& damaged :
         {std::string(), sound.substr(0, sound.size() / 2), sound.substr(0, sound.size() - 1),
          sound + "x", sound + sound, std::string(3'000'000, 'x')}) {
      WriteContents(path, damaged);
      EXPECT_NE(Found(), FindingKind::kNone) << file << ", " << damaged.size() << " bytes";
    }
    for (const std::string& other : files) {
      if (other == file) continue;
      WriteContents(path, Contents(site() + "/" + other));
      EXPECT_NE(Found(), FindingKind::kNone) << other << " in the place of " << file;
    }
    WriteContents(path, sound);
  }
  ExpectSound(Request());
}

TEST_F(AuditorTest, WhatIsNoFileIsFoundToo) {
  PublishTown(300);
  const std::string path = site() + "/tile/entries/000";
  std::filesystem::remove(path);
  std::filesystem::create_directory(path);
  EXPECT_EQ(Found(), FindingKind::kMalformed);
  std::filesystem::remove(path);
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  EXPECT_EQ(Found(), FindingKind::kMalformed) << "and nobody waits for a writer";
}

TEST_F(AuditorTest, AFullTileStandsForAPartialOne) {
  PublishTown(300);
  const std::string old = Contents(site() + "/checkpoint");
  std::vector<Entry> more;
  for (uint64_t i = 300; i < 600; ++i) more.push_back(Service(i, 0));
  SendOk(*ledger_, more);
  ASSERT_TRUE(Publish(*ledger_, signer_, site(), Always).ok());
  ASSERT_FALSE(std::filesystem::exists(site() + "/tile/entries/001.p"));
  WriteContents(site() + "/checkpoint", old);
  // The partial tile of level 1 stays, for nothing has taken its place.
  ExpectSound(Request());
  EXPECT_EQ(report_.checkpoint.size, 300u);
}

TEST_F(AuditorTest, AnotherKeyOfTheSameNameHasNotSignedIt) {
  PublishTown(20);
  AuditRequest request = Request();
  request.log = NewKey().verifier();
  EXPECT_EQ(FoundBy(request), FindingKind::kSignature);
  request.log = signer_.verifier();
  request.log.name = "other.example";
  EXPECT_EQ(FoundBy(request), FindingKind::kSignature);
}

TEST_F(AuditorTest, ACheckpointNeedsTheWitnessesThatThePolicyAsksFor) {
  PublishTown(20);
  const Signer witness = Signer::Generate("w.example", SignatureType::kCosignature).value();
  AuditRequest request = Request();
  request.policy = ParseTrustPolicy(absl::StrCat("witness w ", FormatVkey(witness.verifier()),
                                                 "\nquorum w\n"))
                       .value();
  EXPECT_EQ(FoundBy(request), FindingKind::kWitnesses);
  Note note = ParseNote(Contents(site() + "/checkpoint")).value();
  note.signatures.push_back(witness.Sign(note.text, 1'741'000'000));
  WriteContents(site() + "/checkpoint", FormatNote(note));
  ExpectSound(request);
  note.signatures.back().bytes[20] ^= 1;
  WriteContents(site() + "/checkpoint", FormatNote(note));
  EXPECT_EQ(FoundBy(request), FindingKind::kWitnesses);
  ExpectSound(Request());
}

TEST_F(AuditorTest, WhatWasSeenIsKeptAndComparedWith) {
  const std::string state = temp_ / "deep/state";
  PublishTown(20);
  ExpectSound(Request(state));
  EXPECT_EQ(report_.seen, 0u);
  EXPECT_EQ(Contents(state), Contents(site() + "/checkpoint"));
  ExpectSound(Request(state));
  EXPECT_EQ(report_.seen, 20u);
  const std::string kept = Contents(state);
  std::filesystem::remove_all(site());
  std::vector<Entry> fewer = EntriesOf(*ledger_);
  fewer.pop_back();
  PublishForged(site(), fewer, signer_);
  EXPECT_EQ(FoundBy(Request(state)), FindingKind::kRewound);
  EXPECT_EQ(Contents(state), kept);
  for (size_t i = 0; i < kept.size(); ++i) {
    std::string damaged = kept;
    damaged[i] = static_cast<char>(damaged[i] ^ 1);
    WriteContents(state, damaged);
    ASSERT_EQ(FailureOf(TryAudit(Request(state))), Failure::kInvalidArgument) << "byte " << i;
  }
  WriteContents(state, std::string(2'000'000, 'x'));
  EXPECT_EQ(FailureOf(TryAudit(Request(state))), Failure::kInvalidArgument);
}

TEST_F(AuditorTest, WhatWasSeenMayEndAnywhereInATile) {
  const std::string state = temp_ / "state";
  const std::vector<Entry> entries = TownEntries(600);
  const auto publish_first = [&](size_t count) {
    std::filesystem::remove_all(site());
    PublishForged(site(), {entries.begin(), entries.begin() + static_cast<ptrdiff_t>(count)},
                  signer_);
  };
  const std::vector<size_t> sizes = {1, 2, 255, 256, 257, 300, 511, 512, 513, 600};
  for (size_t seen = 0; seen < sizes.size(); ++seen) {
    for (size_t now = seen; now < sizes.size(); ++now) {
      std::filesystem::remove(state);
      publish_first(sizes[seen]);
      ExpectSound(Request(state));
      publish_first(sizes[now]);
      ExpectSound(Request(state));
      ASSERT_EQ(report_.seen, sizes[seen]) << sizes[now];
    }
  }
}

TEST_F(AuditorTest, AForkAtAnyIndexIsFound) {
  const std::string state = temp_ / "state";
  const std::vector<Entry> entries = TownEntries(40);
  PublishForged(site(), entries, signer_);
  ExpectSound(Request(state));
  const std::string kept = Contents(state);
  uint64_t forks = 0;
  for (uint64_t fork = 1; fork < entries.size(); ++fork) {
    std::vector<Entry> other = entries;
    // What no rule can object to: another salt behind the same facts.
    other[fork].evidence[0] ^= 1;
    PublishForged(site(), other, signer_);
    ASSERT_EQ(FoundBy(Request(state)), FindingKind::kForked) << fork;
    // The fork has grown since.
    other.push_back(other.back());
    PublishForged(site(), other, signer_);
    ASSERT_EQ(FoundBy(Request(state)), FindingKind::kForked) << fork;
    EXPECT_EQ(Contents(state), kept);
    ++forks;
  }
  EXPECT_EQ(forks, 39u);
}

// A cheat who hashes and signs with care meets the rules.
TEST_F(AuditorTest, AnEntryThatBreaksARuleIsFoundThoughItIsSigned) {
  const std::vector<Entry> sound = TownEntries(40);
  const auto found = [&](const std::vector<Entry>& entries) {
    PublishForged(site(), entries, signer_);
    return Found();
  };
  ASSERT_EQ(found(sound), FindingKind::kNone);
  uint64_t changes = 0;
  for (uint64_t i = 1; i < sound.size(); ++i) {
    const auto changed = [&](auto change) {
      std::vector<Entry> entries = sound;
      change(entries[i]);
      ++changes;
      return found(entries);
    };
    ASSERT_EQ(changed([](Entry& e) { e.index += 1; }), FindingKind::kOrder) << i;
    ASSERT_EQ(report_.finding.index, i);
    ASSERT_EQ(changed([&](Entry& e) { e.recorded_at = sound[i - 1].recorded_at; }),
              FindingKind::kOrder) << i;
    ASSERT_EQ(changed([](Entry& e) { e.id = kNoId; }), FindingKind::kRules) << i;
    ASSERT_EQ(changed([&](Entry& e) { e.id = sound[i - 1].id; }), FindingKind::kRules) << i;
    ASSERT_EQ(changed([](Entry& e) { e.kind = 99; }), FindingKind::kRules) << i;
    ASSERT_EQ(changed([](Entry& e) { e.kind = 1; }), FindingKind::kRules) << i;
    ASSERT_EQ(changed([](Entry& e) { e.flags |= 0x8000; }), FindingKind::kRules) << i;
    ASSERT_EQ(changed([](Entry& e) { e.reserved = 1; }), FindingKind::kRules) << i;
    ASSERT_EQ(changed([](Entry& e) { e.credit[15] ^= 1; }), FindingKind::kRules) << i;
    ASSERT_EQ(changed([](Entry& e) { e.prev_debit += 1; }), FindingKind::kAccountLink) << i;
    ASSERT_EQ(report_.finding.party, sound[i].debit);
    ASSERT_EQ(changed([](Entry& e) { e.prev_credit += 1; }), FindingKind::kAccountLink) << i;
    ASSERT_EQ(report_.finding.party, sound[i].credit);
    ASSERT_EQ(static_cast<uint16_t>(report_.finding.unit), sound[i].unit);
  }
  EXPECT_EQ(changes, 39u * 11);
}

TEST_F(AuditorTest, AnEntryDroppedRepeatedOrMovedIsFoundThoughItIsSigned) {
  const std::vector<Entry> sound = TownEntries(40);
  const auto found = [&](const std::vector<Entry>& entries) {
    PublishForged(site(), entries, signer_);
    return Found();
  };
  for (size_t i = 0; i + 1 < sound.size(); ++i) {
    const auto at = static_cast<std::ptrdiff_t>(i);
    std::vector<Entry> entries = sound;
    entries.erase(entries.begin() + at);
    ASSERT_NE(found(entries), FindingKind::kNone) << "without " << i;
    ASSERT_EQ(report_.finding.index, i);
    entries = sound;
    entries.insert(entries.begin() + at, sound[i]);
    ASSERT_NE(found(entries), FindingKind::kNone) << "twice " << i;
    ASSERT_EQ(report_.finding.index, i + 1);
    entries = sound;
    std::swap(entries[i], entries[i + 1]);
    ASSERT_NE(found(entries), FindingKind::kNone) << "swapped " << i;
    ASSERT_EQ(report_.finding.index, i);
  }
}

// A chain that is cut, with a tree that is whole.
TEST_F(AuditorTest, ALinkThatNamesAnotherHashIsFound) {
  const std::vector<Entry> entries = TownEntries(300);
  for (const size_t cut : {size_t{1}, size_t{17}, size_t{255}, size_t{256}, size_t{299}}) {
    std::vector<Hash> leaves = PlainLeaves(entries);
    PublishForged(site(), entries, leaves, signer_);
    // The entry names zeros; everything from it on is hashed, and signed, as it is.
    Hash prev{};
    for (size_t i = cut; i < entries.size(); ++i) {
      leaves[i] = prev = EntryLeafHash(prev, entries[i]);
    }
    PublishForged(site(), entries, leaves, signer_);
    const std::string path =
        site() + "/" + PlainPath("entries", cut / 256, cut < 256 ? 256 : 44);
    std::string bundle = Contents(path);
    bundle.replace(cut % 256 * 226 + 2, 32, std::string(32, '\0'));
    WriteContents(path, bundle);
    EXPECT_EQ(Found(), FindingKind::kChain) << cut;
    EXPECT_EQ(report_.finding.index, cut);
  }
}

TEST_F(AuditorTest, ARootThatIsNotThatOfTheEntriesIsFound) {
  PublishTown(300);
  const std::string text = FormatCheckpoint(
      {.origin = "town.example/hours", .size = 300, .root = Sha256Of(Bytes())});
  WriteContents(site() + "/checkpoint",
                FormatNote({.text = text, .signatures = {signer_.Sign(text)}}));
  EXPECT_EQ(Found(), FindingKind::kRoot);
  const std::string none = FormatCheckpoint(
      {.origin = "town.example/hours", .size = 0, .root = EmptyRoot()});
  WriteContents(site() + "/checkpoint",
                FormatNote({.text = none, .signatures = {signer_.Sign(none)}}));
  EXPECT_EQ(Found(), FindingKind::kRoot);
}

// A size that was signed and can hold no log: nothing is made for it.
TEST_F(AuditorTest, AHugeSizeIsRefusedBeforeAnythingIsMadeForIt) {
  PublishTown(20);
  for (const uint64_t size : {uint64_t{1} << 35, uint64_t{1} << 40, uint64_t{INT64_MAX}}) {
    const std::string text =
        FormatCheckpoint({.origin = "town.example/hours", .size = size, .root = EmptyRoot()});
    WriteContents(site() + "/checkpoint",
                  FormatNote({.text = text, .signatures = {signer_.Sign(text)}}));
    EXPECT_EQ(Found(), FindingKind::kMissing) << size;
    // Nor where the last bundle is there: room for the entries would have been asked for in vain.
    WriteContents(site() + "/" + PlainPath("entries", (size - 1) / 256, (size - 1) % 256 + 1),
                  std::string(((size - 1) % 256 + 1) * 226, 'x'));
    WriteContents(site() + "/" + PlainPath("0", (size - 1) / 256, (size - 1) % 256 + 1),
                  std::string(((size - 1) % 256 + 1) * 32, 'x'));
    AuditRequest request = Request();
    request.scratch_directory = temp_ / "no/such";
    EXPECT_EQ(FoundBy(request), FindingKind::kMissing) << size;
  }
}

TEST_F(AuditorTest, ALedgerUnderAnotherNameIsFound) {
  const Signer other = Signer::Generate("other.example", SignatureType::kEd25519).value();
  PublishForged(site(), TownEntries(20), other);
  AuditRequest request = Request();
  request.log = other.verifier();
  EXPECT_EQ(FoundBy(request), FindingKind::kRules);
  EXPECT_TRUE(absl::StrContains(report_.finding.what, "town.example/hours"));
}

TEST_F(AuditorTest, WhatCannotBeCheckedIsNotCalledUnsound) {
  EXPECT_EQ(FailureOf(TryAudit(Request())), Failure::kNotFound);
  PublishTown(20);
  AuditRequest request = Request();
  const absl::Status stopped = Audit(PublishedDirectory(site()), Request(),
                                     [](uint64_t, uint64_t) { return false; }, report_);
  EXPECT_EQ(FailureOf(stopped), Failure::kEnd);
  request.replay = false;
  ExpectSound(request);
}

// The chain and the tree alone say nothing of the rules.
TEST_F(AuditorTest, WithoutReplayOnlyChainAndTreeAreChecked) {
  std::vector<Entry> entries = TownEntries(40);
  entries[20].amount += 1'000'000;
  PublishForged(site(), entries, signer_);
  EXPECT_EQ(Found(), FindingKind::kRules);
  AuditRequest request = Request();
  request.replay = false;
  ExpectSound(request);
}

}  // namespace
}  // namespace hourbook
