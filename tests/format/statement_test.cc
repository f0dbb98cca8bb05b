#include "ledger/format/statement.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "gtest/gtest.h"
#include "ledger/format/proof.h"

namespace hourbook {
namespace {

constexpr absl::string_view kCheckpoint = "origin\n1\nroot\n\n— a b\n";

Id SomeParty() {
  Id party;
  party.fill(0xab);
  return party;
}

Entry EntryAt(uint64_t index) {
  Entry entry{};
  entry.id.fill(0x11);
  entry.debit.fill(0x22);
  entry.credit = SomeParty();
  entry.index = index;
  entry.kind = static_cast<uint16_t>(Kind::kService);
  return entry;
}

std::string SomeStatement() {
  return absl::StrCat(FormatStatementHead(SomeParty()),
                      FormatStatementEntry(Hash{1}, EntryAt(5), {Hash{2}, Hash{3}}),
                      FormatStatementEntry(Hash{4}, EntryAt(7), {}),
                      FormatStatementEnd(kCheckpoint));
}

// Why a statement is refused; "" where it is not.
std::string ErrorOf(absl::string_view text) {
  absl::StatusOr<StatementReader> reader = StatementReader::Open(text);
  if (!reader.ok()) return std::string(reader.status().message());
  StatementEntry entry;
  while (true) {
    const absl::StatusOr<bool> more = reader->Next(entry);
    if (!more.ok()) return std::string(more.status().message());
    if (!*more) return "";
  }
}

TEST(StatementTest, ReadsWhatItWrites) {
  const std::string text = SomeStatement();
  absl::StatusOr<StatementReader> reader = StatementReader::Open(text);
  ASSERT_TRUE(reader.ok()) << reader.status();
  EXPECT_EQ(reader->party(), SomeParty());
  EXPECT_EQ(reader->checkpoint(), kCheckpoint);
  EXPECT_EQ(text.substr(reader->checkpoint_offset()), kCheckpoint);
  StatementEntry entry;
  ASSERT_TRUE(reader->Next(entry).value());
  EXPECT_EQ(entry.line, 3u);
  EXPECT_EQ(entry.prev, Hash{1});
  EXPECT_EQ(entry.entry, EntryAt(5));
  EXPECT_EQ(entry.proof, (std::vector<Hash>{Hash{2}, Hash{3}}));
  ASSERT_TRUE(reader->Next(entry).value());
  EXPECT_EQ(entry.line, 6u);
  EXPECT_EQ(entry.entry, EntryAt(7));
  EXPECT_TRUE(entry.proof.empty());
  EXPECT_FALSE(reader->Next(entry).value());
}

TEST(StatementTest, WrittenAsTheFormatSays) {
  const std::vector<std::string> lines = absl::StrSplit(SomeStatement(), '\n');
  EXPECT_EQ(lines[0], "hourbook-statement@v1");
  EXPECT_EQ(lines[1], "party abababababababababababababababab");
  EXPECT_TRUE(absl::StartsWith(lines[2], "entry AQAAAAAA")) << lines[2];
  EXPECT_EQ(lines[2].size(), std::string("entry ").size() + (224 + 2) / 3 * 4);
  EXPECT_EQ(lines[3], "AgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=");
  EXPECT_EQ(lines[6], "");
  EXPECT_EQ(lines[7], "origin");
}

TEST(StatementTest, SaysWhichLineIsWrong) {
  const std::string good = SomeStatement();
  const std::vector<std::string> lines = absl::StrSplit(good, '\n');
  const auto with = [&](size_t line, absl::string_view text) {
    std::vector<std::string> changed = lines;
    changed[line - 1] = std::string(text);
    return ErrorOf(absl::StrJoin(changed, "\n"));
  };
  const std::string hash = lines[3];
  const std::pair<std::string, absl::string_view> cases[] = {
      {ErrorOf(""), "line 1: a statement begins"},
      {ErrorOf("hourbook-statement@v1"), "line 1: a statement begins"},
      {with(1, "hourbook-statement@v2"), "line 1: a statement begins"},
      {ErrorOf("hourbook-statement@v1\n"), "line 2: not a party"},
      {with(2, "party ab"), "line 2: not a party"},
      {with(2, "party ABABABABABABABABABABABABABABABAB"), "line 2: not a party"},
      {with(3, hash), "line 3: no entry"},
      {with(3, ""), "line 3: no entry"},
      {with(3, "entry " + hash), "line 3: not an entry"},
      {with(3, lines[2].substr(0, lines[2].size() - 1)), "line 3: not an entry"},
      {with(4, " " + hash), "line 4: neither an entry nor a hash"},
      {with(4, hash + "\r"), "line 4: neither an entry nor a hash"},
      {with(6, "Entry " + hash), "line 6: neither an entry nor a hash"},
      {ErrorOf(good.substr(0, good.find("\n\n") + 1)), "line 7: missing"},
  };
  for (const auto& [error, says] : cases) {
    EXPECT_TRUE(absl::StartsWith(error, says)) << error << " does not say " << says;
  }
  Entry strange = EntryAt(5);
  strange.kind = 999;
  EXPECT_EQ(ErrorOf(absl::StrCat(FormatStatementHead(SomeParty()),
                                 FormatStatementEntry(Hash{}, strange, {}),
                                 FormatStatementEnd(kCheckpoint))),
            "line 3: entry, byte 176: unknown kind 999");
}

TEST(StatementTest, TakesUpTo63HashesAnEntry) {
  std::vector<Hash> hashes(kProofMaxHashes);
  const auto with = [&] {
    return ErrorOf(absl::StrCat(FormatStatementHead(SomeParty()),
                                FormatStatementEntry(Hash{}, EntryAt(5), hashes),
                                FormatStatementEnd(kCheckpoint)));
  };
  EXPECT_EQ(with(), "");
  hashes.emplace_back();
  EXPECT_EQ(with(), "line 67: more than 63 hashes");
}

TEST(StatementTest, RefusesWhatIsTooLargeToBeOne) {
  // Refused by its size alone, so the bytes need not be there.
  const absl::string_view large("x", kStatementMaxSize + 1);
  EXPECT_TRUE(absl::StartsWith(ErrorOf(large), "line 1: the statement has 1073741825 bytes"));
}

}  // namespace
}  // namespace hourbook
