// Every byte of a publication counts: whichever of its files is changed, cut, lengthened or missing, an
// audit finds that.
#include <filesystem>
#include <map>
#include <random>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "ledger/audit/auditor.h"
#include "ledger/audit/publisher.h"
#include "ledger/base/error.h"
#include "ledger/engine/snapshot.h"
#include "tests/audit/full_audit.h"
#include "tests/base/always.h"
#include "tests/base/effort.h"
#include "tests/base/temp_dir.h"
#include "tests/damage/every.h"
#include "tests/damage/files.h"
#include "tests/damage/whole_town.h"

namespace hourbook::damage {
namespace {

class PublicationDamageTest : public testing::Test {
 protected:
  PublicationDamageTest() : town_(MakeWholeTown(temp_ / "")) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(town_.site)) {
      if (entry.is_regular_file()) files_[entry.path().string()] = ReadAll(entry.path().string());
    }
  }

  absl::Status TryAudit() const {
    AuditReport report;
    return Audit(PublishedDirectory(town_.site), FullAudit(town_.signer.verifier()), Always, report);
  }

  // `what` it is, where it is not found.
  template <class What>
  void Look(const What& what) {
    ++tried_;
    const absl::Status audited = TryAudit();
    // A checkpoint that is missing is no publication at all, and an audit says that.
    const bool is_none = !audited.ok() && FailureOf(audited) == Failure::kNotFound;
    if (is_none ? !std::filesystem::exists(town_.site + "/checkpoint")
                : !audited.ok() && FailureOf(audited) == Failure::kUnsound) {
      return;
    }
    if (++missed_ <= 10) ADD_FAILURE() << "not found: " << what() << ": " << audited << "; " << EffortText();
  }

  void LookAt(const std::string& path, const std::string& changed, const std::string& what) {
    WriteAll(path, changed);
    Look([&] { return absl::StrCat(what, " of ", path); });
  }

  TempDir temp_{TempDir::MemoryBase()};
  const WholeTown town_;
  std::map<std::string, std::string> files_;  // by path
  uint64_t tried_ = 0, missed_ = 0;
};

TEST_F(PublicationDamageTest, EveryChangeOfAnyFileIsFound) {
  ASSERT_TRUE(TryAudit().ok());
  ASSERT_EQ(files_.size(), 6u) << "a checkpoint, and entries, tiles of two levels, whole and partial";
  EachByte entries(4, 512), rest(1, 16);
  Every cuts_of_entries(512), cuts_of_rest(16);
  std::mt19937_64 random(TestSeed());
  for (const auto& [path, bytes] : files_) {
    const bool is_of_entries = path.find("/entries/") != std::string::npos;
    EachByte& each = is_of_entries ? entries : rest;
    Every& cuts = is_of_entries ? cuts_of_entries : cuts_of_rest;
    {
      const Flipper file(path);
      for (size_t i = 0; i < bytes.size(); ++i) {
        for (const unsigned bit : each.TakeBits()) {
          file.Flip(i, static_cast<uint8_t>(1U << bit));
          Look([&, &path = path] { return absl::StrCat("bit ", bit, " of byte ", i, " of ", path); });
          file.Flip(i, static_cast<uint8_t>(1U << bit));
        }
      }
    }
    for (size_t i = 0; i < bytes.size(); ++i) {
      if (cuts.Take()) LookAt(path, bytes.substr(0, i), absl::StrCat("the first ", i, " bytes alone"));
    }
    for (uint64_t i = 0; i < AsMany(50); ++i) {
      std::string changed = bytes;
      for (int bits = 0; bits < 2; ++bits) {
        char& byte = changed[random() % bytes.size()];
        byte = static_cast<char>(static_cast<unsigned char>(byte) ^ 1U << random() % 8);
      }
      if (changed != bytes) LookAt(path, changed, "two bits");
    }
    for (const char more : {'\0', '\n', 'a'}) LookAt(path, bytes + more, "a byte more");
    LookAt(path, bytes + bytes, "twice the contents");
    std::filesystem::remove(path);
    Look([&, &path = path] { return absl::StrCat("the loss of ", path); });
    for (const auto& [other, others] : files_) {
      if (others != bytes) LookAt(path, others, absl::StrCat("the contents of ", other, " in place"));
    }
    WriteAll(path, bytes);
  }
  EXPECT_TRUE(TryAudit().ok());
  EXPECT_GE(tried_, entries.least() + rest.least());
  PrintCounts("damage", {{"publication", tried_}, {"findings", missed_}});
}

}  // namespace
}  // namespace hourbook::damage
