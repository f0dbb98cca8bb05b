// Every byte of a ledger counts: whichever of its store is changed, verifying it finds that, or the byte is
// named here among those that carry no meaning.
//
//   HOURBOOK_SEED=7 HOURBOOK_EFFORT=32 build/release/tests/damage/ledger_damage_test   # every bit, verified
#include <cstring>
#include <map>
#include <optional>
#include <random>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "gtest/gtest.h"
#include "ledger/base/error.h"
#include "ledger/engine/snapshot.h"
#include "ledger/engine/verify.h"
#include "ledger/store/id_directory.h"
#include "tests/base/always.h"
#include "tests/base/effort.h"
#include "tests/base/temp_dir.h"
#include "tests/damage/every.h"
#include "tests/damage/files.h"
#include "tests/damage/raw_store.h"
#include "tests/damage/whole_town.h"

namespace hourbook::damage {
namespace {

struct Bit {
  uint64_t at;
  uint8_t mask;
};

struct Count {
  uint64_t tried = 0, found = 0, meaningless = 0, missed = 0;
};

class LedgerDamageTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    temp_ = new TempDir(TempDir::MemoryBase());
    town_ = new WholeTown(MakeWholeTown(*temp_ / ""));
    records_ = new std::vector<RawRecord>(RawStore(town_->ledger).ReadAll());
    const auto store = Store::Open(town_->ledger, {.read_only = true, .map_size = uint64_t{1} << 24});
    head_ = (*store)->Read()->ReadStateHead().value();
    file_ = new std::string(ReadAll(DataFile()));
    published_ = new std::string(ReadAll(town_->ledger + "/published"));
  }
  static void TearDownTestSuite() {
    delete published_;
    delete file_;
    delete records_;
    delete town_;
    delete temp_;
  }

  static std::string DataFile() { return town_->ledger + "/data.mdb"; }

  // Whether damage was found, as what it is.
  static bool IsFinding(const absl::Status& status) {
    if (status.ok()) return false;
    switch (FailureOf(status)) {
      case Failure::kCorrupt:
      case Failure::kTruncated:
      case Failure::kNotALedger:
      case Failure::kNewerFormat:
        return true;
      default:
        ADD_FAILURE() << "not what damage is called: " << status;
        return true;
    }
  }

  static absl::Status VerifyOpen(Ledger& ledger) {
    const auto snapshot = ledger.OpenSnapshot();
    return snapshot.ok() ? Verify(**snapshot, Always) : snapshot.status();
  }

  static absl::Status VerifyAnew() {
    const auto ledger = Ledger::Open(town_->ledger, WholeTownOptions());
    return ledger.ok() ? VerifyOpen(**ledger) : ledger.status();
  }

  static uint64_t PartOf(const RawRecord& record) {
    uint64_t part = 0;
    std::memcpy(&part, record.key.data(), sizeof(part));
    return __builtin_bswap64(part);
  }

  // Why a record may be there or not, under whatever key; its value is read all the same. Nothing for all
  // that must be there.
  static std::optional<absl::string_view> WhyNoMatter(const RawRecord& record) {
    if (record.database != "state") return std::nullopt;
    const uint64_t part = PartOf(record);
    if (part == head_.changes.number)
      return "of changes that are being written: only their writer knows how many";
    if (SpeaksOf(head_, part)) return std::nullopt;
    return "of a part that is named no more: it waits to be dropped";
  }

  // Whether a page of ids is of a run that was merged. It must be there until it is dropped, but what it says
  // nobody asks.
  static bool IsDoomed(const RawRecord& record) {
    if (record.database != "ids") return false;
    const auto is_directory = [](const RawRecord& other) {
      return other.database == "meta" && other.key == "ids";
    };
    IdDirectory ids;
    std::memcpy(&ids, absl::c_find_if(*records_, is_directory)->value.data(), sizeof(ids));
    uint64_t key = 0;
    std::memcpy(&key, record.key.data(), sizeof(key));
    const auto doomed = absl::MakeConstSpan(ids.doomed).first(ids.doomed_count);
    return absl::c_any_of(doomed, [&](const IdRun& run) { return run.number == key >> 32; });
  }

  // The entries alone, each of which verifying reads so too: far sooner than that has judged all before one.
  static absl::Status ReadOpen(Ledger& ledger) {
    const auto snapshot = ledger.OpenSnapshot();
    if (!snapshot.ok()) return snapshot.status();
    for (uint64_t i = 0; i < (*snapshot)->size(); ++i) {
      if (const auto record = (*snapshot)->At(i); !record.ok()) return record.status();
    }
    return absl::OkStatus();
  }

  // Flips bits of an open ledger's file, looks, and flips them back.
  template <class What>
  void Try(const Flipper& file, Ledger& ledger, std::initializer_list<Bit> bits, bool may_be_meaningless,
           const What& what, Count& count, absl::Status (*look)(Ledger&) = VerifyOpen) {
    for (const Bit& bit : bits) file.Flip(bit.at, bit.mask);
    ++count.tried;
    if (IsFinding(look(ledger))) {
      ++count.found;
    } else if (may_be_meaningless) {
      ++count.meaningless;
    } else if (++count.missed <= 10) {
      ADD_FAILURE() << "not found: " << what() << "; " << EffortText();
    }
    for (const Bit& bit : bits) file.Flip(bit.at, bit.mask);
  }

  // What is in the store is replaced, looked at, and put back. The ledger is closed.
  void TryChange(const std::vector<RawRecord>& put, const std::vector<RawRecord>& removed,
                 bool may_be_meaningless, const std::string& what, Count& count) {
    RawStore(town_->ledger).Change(put, removed);
    ++count.tried;
    if (IsFinding(VerifyAnew())) {
      ++count.found;
    } else if (may_be_meaningless) {
      ++count.meaningless;
    } else if (++count.missed <= 10) {
      ADD_FAILURE() << "not found: " << what << "; " << EffortText();
    }
    WriteAll(DataFile(), *file_);
  }

  static std::string NameOf(const RawRecord& record) {
    return absl::StrCat(
        record.database, " record of ", record.value.size(), " bytes under ",
        HexEncode(Bytes(reinterpret_cast<const uint8_t*>(record.key.data()), record.key.size())));
  }

  static void Print(const char* what, const Count& count) {
    PrintCounts("damage", {{what, count.tried},
                           {"found", count.found},
                           {"meaningless", count.meaningless},
                           {"findings", count.missed}});
  }

  static TempDir* temp_;
  static WholeTown* town_;
  static std::vector<RawRecord>* records_;
  static StateHead head_;
  static std::string *file_, *published_;
};

TempDir* LedgerDamageTest::temp_;
WholeTown* LedgerDamageTest::town_;
std::vector<RawRecord>* LedgerDamageTest::records_;
StateHead LedgerDamageTest::head_;
std::string* LedgerDamageTest::file_;
std::string* LedgerDamageTest::published_;

TEST_F(LedgerDamageTest, TheTownHasEveryKindOfRecord) {
  const absl::Status verified = VerifyAnew();
  EXPECT_TRUE(verified.ok()) << verified;
  std::map<std::string, int> of;
  for (const RawRecord& record : *records_) ++of[record.database];
  EXPECT_EQ(of["meta"], 3);
  for (const char* const database : {"log", "ids", "tiles", "state"}) EXPECT_GT(of[database], 0) << database;
  const auto store = Store::Open(town_->ledger, {.read_only = true, .map_size = uint64_t{1} << 24});
  const auto txn = (*store)->Read();
  EXPECT_GT(txn->ids_covered(), 0u);
  EXPECT_LT(txn->ids_covered(), txn->head().size);
}

TEST_F(LedgerDamageTest, EveryFlippedBitIsFoundOrMeansNothing) {
  const auto ledger = Ledger::Open(town_->ledger, WholeTownOptions());
  ASSERT_TRUE(ledger.ok()) << ledger.status();
  const Flipper file(DataFile());
  Count flips, read;
  EachByte log(1, 256), rest(1, 16);
  Every verified(32);  // of bytes of the log
  for (const RawRecord& record : *records_) {
    EachByte& each = record.database == "log" ? log : rest;
    const bool is_known = !WhyNoMatter(record).has_value();
    for (size_t i = 0; i < record.key.size() + record.value.size(); ++i) {
      const bool in_key = i < record.key.size();
      const uint64_t at = in_key ? record.key_at + i : record.value_at + i - record.key.size();
      for (const unsigned bit : each.TakeBits()) {
        const auto what = [&] {
          return absl::StrCat("bit ", bit, " of byte ", i, ", its key's first, of a ", NameOf(record));
        };
        const bool is_read = kSlower == 1 && &each == &log && !in_key && !verified.Take();
        Try(file, **ledger, {{at, static_cast<uint8_t>(1U << bit)}}, in_key && !is_known, what,
            is_read ? read : flips, is_read ? ReadOpen : VerifyOpen);
      }
    }
  }
  const absl::Status after = VerifyOpen(**ledger);
  EXPECT_TRUE(after.ok()) << after;
  EXPECT_GE(flips.tried + read.tried, log.least() + rest.least());
  Print("flips", flips);
  Print("flips_then_read", read);
}

TEST_F(LedgerDamageTest, EveryPairOfFlippedBitsIsFound) {
  const auto ledger = Ledger::Open(town_->ledger, WholeTownOptions());
  ASSERT_TRUE(ledger.ok()) << ledger.status();
  const Flipper file(DataFile());
  Count pairs;
  std::mt19937_64 random(TestSeed());
  // Within a value, where a checksum could be made right by chance, and across two.
  const auto bit_of = [&](const RawRecord& record) {
    return Bit{record.value_at + random() % record.value.size(), static_cast<uint8_t>(1U << random() % 8)};
  };
  for (uint64_t i = 0; i < AsMany(1'000); ++i) {
    const RawRecord& one = (*records_)[random() % records_->size()];
    const RawRecord& other = i % 4 != 0 ? one : (*records_)[random() % records_->size()];
    const Bit first = bit_of(one);
    const Bit second = bit_of(other);
    if (first.at == second.at && first.mask == second.mask) continue;
    Try(file, **ledger, {first, second}, false,
        [&] { return absl::StrCat("two bits, at ", first.at, " and ", second.at, ", of a ", NameOf(one)); },
        pairs);
  }
  EXPECT_GE(pairs.found, AsMany(990));
  Print("pairs", pairs);
}

// As above, with the ledger opened after the damage: what is read when it is opened is read then.
TEST_F(LedgerDamageTest, FlippedBitsAreFoundByWhoOpensTheLedger) {
  Count flips;
  std::mt19937_64 random(TestSeed());
  for (uint64_t i = 0; i < AsMany(300); ++i) {
    const RawRecord& record = (*records_)[random() % records_->size()];
    const Bit bit{record.value_at + random() % record.value.size(), static_cast<uint8_t>(1U << random() % 8)};
    const Flipper file(DataFile());
    file.Flip(bit.at, bit.mask);
    ++flips.tried;
    if (IsFinding(VerifyAnew())) {
      ++flips.found;
    } else if (++flips.missed <= 10) {
      ADD_FAILURE() << "not found: a bit at " << bit.at << " of a " << NameOf(record) << "; " << EffortText();
    }
    file.Flip(bit.at, bit.mask);
  }
  Print("flips_then_opened", flips);
}

TEST_F(LedgerDamageTest, RecordsThatAreMissingSwappedOrDoubledAreFound) {
  Count removed, swapped, doubled;
  for (size_t i = 0; i < records_->size(); ++i) {
    const RawRecord& record = (*records_)[i];
    const bool no_matter = WhyNoMatter(record).has_value();
    TryChange({}, {record}, no_matter, absl::StrCat("the loss of a ", NameOf(record)), removed);

    RawRecord again = record;  // under the next key
    for (size_t at = again.key.size(); at-- > 0;) {
      const bool is_low_first = record.database != "state" && record.database != "meta";
      char& byte = again.key[is_low_first ? again.key.size() - 1 - at : at];
      if (++byte != 0) break;
    }
    const auto is_there = [&](const RawRecord& other) {
      return other.database == again.database && other.key == again.key;
    };
    if (absl::c_none_of(*records_, is_there)) {
      TryChange({again}, {}, no_matter, absl::StrCat("a second ", NameOf(record)), doubled);
    }

    if (i + 1 == records_->size() || (*records_)[i + 1].database != record.database) continue;
    RawRecord one = record, next = (*records_)[i + 1];
    if (one.value == next.value) continue;
    std::swap(one.value, next.value);
    const bool neither_matters =
        (no_matter && WhyNoMatter(next).has_value()) || (IsDoomed(record) && IsDoomed(next));
    TryChange({one, next}, {}, neither_matters, absl::StrCat("a swap of a ", NameOf(one), " with the next"),
              swapped);
  }
  EXPECT_GT(removed.found, 30u);
  EXPECT_GT(swapped.found, 20u);
  EXPECT_GT(doubled.found, 5u);
  Print("removed", removed);
  Print("swapped", swapped);
  Print("doubled", doubled);
}

// The file in which a ledger remembers what was published of it.
TEST_F(LedgerDamageTest, EveryChangeOfTheMemoryOfACheckpointIsFound) {
  const std::string path = town_->ledger + "/published";
  Count flips;
  const auto look = [&](const std::string& changed, const std::string& what) {
    WriteAll(path, changed);
    ++flips.tried;
    const auto ledger = Ledger::Open(town_->ledger, WholeTownOptions());
    ASSERT_TRUE(ledger.ok()) << "it must not keep anybody from reading: " << ledger.status();
    if (IsFinding((*ledger)->not_behind())) {
      ++flips.found;
    } else if (++flips.missed <= 10) {
      ADD_FAILURE() << "not found: " << what;
    }
  };
  EachByte each(1, 8);
  for (size_t i = 0; i < published_->size(); ++i) {
    for (const unsigned bit : each.TakeBits()) {
      std::string changed = *published_;
      changed[i] = static_cast<char>(static_cast<unsigned char>(changed[i]) ^ 1U << bit);
      look(changed, absl::StrCat("bit ", bit, " of byte ", i, " of 'published'"));
    }
    look(published_->substr(0, i), absl::StrCat("'published' cut short to ", i));
  }
  look(*published_ + "\n", "'published' made longer");
  WriteAll(path, *published_);
  Print("published", flips);
}

}  // namespace
}  // namespace hourbook::damage
