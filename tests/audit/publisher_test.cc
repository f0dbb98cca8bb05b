#include "ledger/audit/publisher.h"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <functional>

#include "absl/strings/match.h"
#include "ledger/base/error.h"
#include "ledger/base/file.h"
#include "ledger/engine/published.h"
#include "tests/audit/plain_publication.h"
#include "tests/base/always.h"
#include "tests/calls/calls.h"
#include "tests/engine/town.h"

namespace hourbook {
namespace {

Signer NewKey(absl::string_view name = "town.example/hours") {
  return Signer::Generate(name, SignatureType::kEd25519).value();
}

class PublisherTest : public testing::Test {
 protected:
  PublisherTest() : signer_(NewKey()) {
    ledger_ = CreateTown(path());
    SendOk(*ledger_, Founding(4));
  }

  std::string path() const { return temp_ / "ledger"; }
  std::string site() const { return temp_ / "site"; }
  const Verifier& log() const { return signer_.verifier(); }

  // Records services until the ledger has so many entries.
  void GrowTo(uint64_t size) {
    std::vector<Entry> entries;
    for (uint64_t i = SnapshotOf(*ledger_)->size(); i < size; ++i) {
      entries.push_back(Service(i, i % 4));
    }
    SendOk(*ledger_, entries);
  }

  absl::StatusOr<Checkpoint> TryPublish() { return Publish(*ledger_, signer_, site(), Always); }

  void PublishOk() {
    const absl::StatusOr<Checkpoint> published = TryPublish();
    ASSERT_TRUE(published.ok()) << published.status();
    EXPECT_EQ(published->root, SnapshotOf(*ledger_)->root());
  }

  absl::Status TryAppend() {
    std::vector<Outcome> outcomes(1);
    return ledger_->Append({Service(150'000, 0)}, absl::InfiniteFuture(),
                           absl::MakeSpan(outcomes));
  }

  // Puts back a copy of the ledger, as an operator does after a disk has died.
  void Restore(const std::string& backup) {
    ledger_.reset();
    std::filesystem::remove_all(path());
    std::filesystem::copy(backup, path());
    ledger_ = OpenTown(path());
  }

  TempDir temp_;
  Signer signer_;
  std::unique_ptr<Ledger> ledger_;
};

TEST_F(PublisherTest, PublishesWhatWasAddedAndKeepsNoOldPartials) {
  for (const uint64_t size : {13, 255, 256, 257, 700, 1'024, 65'535, 65'536, 66'000}) {
    GrowTo(size);
    PublishOk();
    EXPECT_EQ(CheckPublication(site(), log()).size, size);
    EXPECT_EQ(Difference(FilesBelow(site()), PlainFiles(size)), "");
  }
}

// Whenever this process opens a file, another one has just published more.
class PublishesMeanwhile {
 public:
  explicit PublishesMeanwhile(const std::function<bool()>& publish) {
    EXPECT_EQ(::pipe(asked_), 0);
    EXPECT_EQ(::pipe(answered_), 0);
    child_ = ::fork();
    if (child_ != 0) return;
    ::close(asked_[1]);
    char byte = 0;
    while (::read(asked_[0], &byte, 1) == 1) {
      if (!publish() || ::write(answered_[1], &byte, 1) != 1) ::_exit(1);
    }
    ::_exit(0);
  }
  ~PublishesMeanwhile() {
    SetCallGate(nullptr);
    ::close(asked_[1]);
    int status = -1;
    EXPECT_EQ(::waitpid(child_, &status, 0), child_);
    EXPECT_EQ(status, 0);
    for (const int fd : {asked_[0], answered_[0], answered_[1]}) ::close(fd);
  }

  // The first ones of opening a ledger, whose room the store reserves and which LMDB opens, are when it lets
  // nobody else in.
  static constexpr int kFilesOfTheStore = 4;

  static void Begin(int spared) {
    opened_ = -spared;
    SetCallGate([](Call call) {
      if (call != Call::kOpen || ++opened_ <= 0) return 0;
      char byte = 0;
      return ::write(asked_[1], &byte, 1) == 1 && ::read(answered_[0], &byte, 1) == 1 ? 0 : EIO;
    });
  }
  static int Published() { return std::max(0, opened_); }

 private:
  static inline int asked_[2], answered_[2];
  static inline int opened_;
  pid_t child_;
};

// Regression: the checkpoint that a ledger is compared with when it is opened was read after the entries.
TEST_F(PublisherTest, ALedgerThatIsPublishedWhileItIsOpenedIsNotBehind) {
  PublishOk();
  ledger_.reset();
  const PublishesMeanwhile other([this, number = uint64_t{1'000}]() mutable {
    ledger_ = OpenTown(path());
    SendOk(*ledger_, {Service(++number, 0)});
    const bool published = TryPublish().ok();
    ledger_.reset();
    return published && !HasFailure();
  });
  PublishesMeanwhile::Begin(PublishesMeanwhile::kFilesOfTheStore);
  ledger_ = OpenTown(path());
  SetCallGate(nullptr);
  EXPECT_GE(PublishesMeanwhile::Published(), 2) << "as it read both checkpoints";
  EXPECT_TRUE(ledger_->not_behind().ok()) << ledger_->not_behind();
  EXPECT_TRUE(TryAppend().ok());
}

TEST_F(PublisherTest, NothingNewChangesNothing) {
  GrowTo(300);
  PublishOk();
  const std::string before = Contents(site() + "/checkpoint");
  PublishOk();
  EXPECT_EQ(Contents(site() + "/checkpoint"), before);
}

TEST_F(PublisherTest, PublishingNothingNewRemembersWhatWasForgotten) {
  GrowTo(300);
  PublishOk();
  ASSERT_TRUE(ledger_->ForgetPublication().ok());
  ASSERT_FALSE(ReadPublished(path()).value());
  PublishOk();
  const absl::StatusOr<std::optional<Published>> remembered = ReadPublished(path());
  ASSERT_TRUE(remembered.ok() && *remembered);
  EXPECT_EQ((*remembered)->note, Contents(site() + "/checkpoint"));
}

TEST_F(PublisherTest, StoppingItLeavesTheOldPublication) {
  GrowTo(300);
  PublishOk();
  GrowTo(9'000);
  for (const uint64_t stop : {1, 2, 3, 4}) {
    uint64_t calls = 0;
    const auto published =
        Publish(*ledger_, signer_, site(), [&](uint64_t, uint64_t) { return ++calls < stop; });
    EXPECT_EQ(FailureOf(published.status()), Failure::kEnd);
    EXPECT_EQ(CheckPublication(site(), log()).size, 300u);
  }
  PublishOk();
  EXPECT_EQ(CheckPublication(site(), log()).size, 9'000u);
}

// A crash is a call after which nothing more is done: at each of them in turn.
TEST_F(PublisherTest, ACrashAtAnyStepLeavesAWholePublication) {
  GrowTo(300);
  PublishOk();
  uint64_t size = 300;
  uint64_t stopped = 0;
  for (int call = 1;; ++call) {
    GrowTo(size + 250);
    StopCallsAfter(call);
    const bool completed = TryPublish().ok();
    StopCallsAfter(0);
    if (completed) break;
    ++stopped;
    std::set<std::string> in_tile;  // nothing temporary
    for (const std::string& file : FilesBelow(site() + "/tile")) in_tile.insert("tile/" + file);
    std::set<std::string> may = PlainFiles(size);
    may.merge(PlainFiles(size + 250));
    EXPECT_FALSE(absl::StrContains(Difference(in_tile, may), "+")) << "after call " << call;
    const uint64_t seen = CheckPublication(site(), log()).size;
    EXPECT_TRUE(seen == size || seen == size + 250) << "after call " << call << ": " << seen;
    ledger_.reset();
    ledger_ = OpenTown(path());
    PublishOk();
    size += 250;
    EXPECT_EQ(CheckPublication(site(), log()).size, size) << "after call " << call;
    EXPECT_EQ(Difference(FilesBelow(site()), PlainFiles(size)), "") << "after call " << call;
  }
  EXPECT_GT(stopped, 20u);
}

TEST_F(PublisherTest, ARestoredBackupNeitherSignsNorAppends) {
  GrowTo(300);
  PublishOk();
  ASSERT_TRUE(ledger_->Backup(temp_ / "backup").ok());
  GrowTo(500);
  PublishOk();
  Restore(temp_ / "backup");
  const absl::Status appended = TryAppend();
  EXPECT_EQ(FailureOf(appended), Failure::kBehind);
  EXPECT_TRUE(absl::StrContains(appended.message(), "has 300 entries")) << appended;
  EXPECT_TRUE(absl::StrContains(appended.message(), "signs 500")) << appended;
  EXPECT_EQ(FailureOf(TryPublish().status()), Failure::kBehind);
  EXPECT_EQ(CheckPublication(site(), log()).size, 500u);
  EXPECT_EQ(SnapshotOf(*ledger_)->size(), 300u) << "reading goes on";
}

// Regression: what was published was read after the copy was made, which lacked entries that it spoke of.
TEST_F(PublisherTest, ABackupHoldsWhatItRemembersThoughMoreIsPublishedMeanwhile) {
  PublishOk();
  {
    const PublishesMeanwhile other([this, number = uint64_t{1'000}, own = std::shared_ptr<Ledger>()]() mutable {
      if (own == nullptr) own = OpenTown(path());
      SendOk(*own, {Service(++number, 0)});
      return Publish(*own, signer_, site(), Always).ok() && !HasFailure();
    });
    PublishesMeanwhile::Begin(0);
    EXPECT_TRUE(ledger_->Backup(temp_ / "backup").ok());
    SetCallGate(nullptr);
    EXPECT_GE(PublishesMeanwhile::Published(), 4);
  }
  std::filesystem::remove_all(site());  // which knows better
  const auto copy = OpenTown(temp_ / "backup");
  EXPECT_TRUE(ReadPublished(temp_ / "backup").value());
  EXPECT_TRUE(copy->not_behind().ok()) << copy->not_behind();
}

// Regression: where it failed as it remembered the publication, a copy stayed that knew of none.
TEST_F(PublisherTest, ABackupThatFailsLeavesNothingAndKnowsThePublicationOtherwise) {
  PublishOk();
  static int left;
  const std::string copy = temp_ / "backup";
  int failed = 0;
  for (int call = 1; failed == call - 1; ++call) {
    left = call;
    SetCallGate([](Call) { return --left == 0 ? EIO : 0; });
    const bool is_made = ledger_->Backup(copy).ok();
    SetCallGate(nullptr);
    failed += !is_made;
    EXPECT_EQ(std::filesystem::exists(copy + "/data.mdb"), is_made) << "call " << call;
    EXPECT_EQ(std::filesystem::exists(copy + "/published"), is_made) << "call " << call;
  }
  EXPECT_GT(failed, 5);
}

TEST_F(PublisherTest, AnOperatorMayGiveThePublicationUp) {
  GrowTo(300);
  PublishOk();
  ASSERT_TRUE(ledger_->Backup(temp_ / "backup").ok());
  GrowTo(500);
  PublishOk();
  Restore(temp_ / "backup");
  ASSERT_TRUE(ledger_->ForgetPublication().ok());
  EXPECT_EQ(FailureOf(TryAppend()), Failure::kBehind) << "until it is opened again";
  ledger_.reset();
  ledger_ = OpenTown(path());
  EXPECT_TRUE(TryAppend().ok());
  EXPECT_EQ(FailureOf(TryPublish().status()), Failure::kBehind) << "not into what others have seen";
  EXPECT_TRUE(Publish(*ledger_, signer_, temp_ / "other", Always).ok());
}

TEST_F(PublisherTest, ARestoredBackupThatGrewElsewhereIsAFork) {
  GrowTo(300);
  ASSERT_TRUE(ledger_->Backup(temp_ / "backup").ok());
  GrowTo(500);
  PublishOk();
  // Taken before the first publication, the copy knows of none, and grows.
  Restore(temp_ / "backup");
  std::vector<Entry> others;
  for (uint64_t i = 300; i < 500; ++i) others.push_back(Service(100'000 + i, 0));
  SendOk(*ledger_, others);
  const absl::Status refused = TryPublish().status();
  EXPECT_EQ(FailureOf(refused), Failure::kBehind);
  EXPECT_TRUE(absl::StrContains(refused.message(), "fork")) << refused;
}

// Equal in size, but not in root: nothing is added to a fork either.
TEST_F(PublisherTest, AForkOfTheSameSizeDoesNotAppend) {
  GrowTo(300);
  ASSERT_TRUE(ledger_->Backup(temp_ / "backup").ok());
  GrowTo(500);
  PublishOk();
  const std::string remembered = Contents(path() + "/published");
  Restore(temp_ / "backup");
  std::vector<Entry> others;
  for (uint64_t i = 300; i < 500; ++i) others.push_back(Service(100'000 + i, 0));
  SendOk(*ledger_, others);
  ledger_.reset();
  std::ofstream(path() + "/published", std::ios::binary) << remembered;
  ledger_ = OpenTown(path());
  const absl::Status refused = TryAppend();
  EXPECT_EQ(FailureOf(refused), Failure::kBehind);
  EXPECT_TRUE(absl::StrContains(refused.message(), "one of the two is a fork")) << refused;
}

TEST_F(PublisherTest, ALostPublicationIsMadeAgainFromTheLedger) {
  GrowTo(700);
  PublishOk();
  std::filesystem::remove_all(site());
  ledger_.reset();
  ledger_ = OpenTown(path());
  EXPECT_TRUE(TryAppend().ok()) << "a publication out of reach keeps nobody from recording";
  PublishOk();
  EXPECT_EQ(Difference(FilesBelow(site()), PlainFiles(701)), "");
}

TEST_F(PublisherTest, OnlyTheLedgersKeySigns) {
  const auto failure = [&](const Signer& signer) {
    return FailureOf(Publish(*ledger_, signer, site(), Always).status());
  };
  EXPECT_EQ(failure(NewKey("other.example")), Failure::kInvalidArgument);
  EXPECT_EQ(failure(Signer::Generate("town.example/hours", SignatureType::kCosignature).value()),
            Failure::kInvalidArgument);
  PublishOk();
  EXPECT_EQ(failure(NewKey()), Failure::kUnsound) << "another key of the same name";
}

TEST_F(PublisherTest, ADamagedMemoryIsToldAndKeepsAppendsOut) {
  PublishOk();
  std::string text = Contents(path() + "/published");
  text[text.size() - 10] ^= 1;
  ASSERT_TRUE(WriteFileDurably(path() + "/published", text, 0644).ok());
  ledger_.reset();
  ledger_ = OpenTown(path());
  EXPECT_EQ(FailureOf(TryAppend()), Failure::kCorrupt);
  EXPECT_EQ(FailureOf(TryPublish().status()), Failure::kCorrupt);
}

TEST_F(PublisherTest, APublicationThatCannotBeWrittenIsToldAndNothingIsLost) {
  ASSERT_TRUE(WriteFileDurably(temp_ / "file", "x", 0644).ok());
  EXPECT_FALSE(Publish(*ledger_, signer_, temp_ / "file", Always).ok());
  EXPECT_TRUE(TryAppend().ok());
}

TEST_F(PublisherTest, OneProcessPublishesAtATime) {
  const auto lock = FileLock::Acquire(path() + "/publish.lock");
  ASSERT_TRUE(lock.ok());
  EXPECT_EQ(FailureOf(TryPublish().status()), Failure::kTimeout);
}

TEST_F(PublisherTest, AReadOnlyLedgerPublishesNothing) {
  ledger_.reset();
  LedgerOptions options = TownOptions();
  options.read_only = true;
  ledger_ = OpenTown(path(), options);
  EXPECT_EQ(FailureOf(TryPublish().status()), Failure::kReadOnly);
}

}  // namespace
}  // namespace hourbook
