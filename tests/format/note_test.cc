#include "ledger/format/note.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace hourbook {
namespace {

constexpr absl::string_view kLine = "— a.example AAAAAQECAw==\n";  // key id 1, bytes 1 2 3

std::string NoteOf(absl::string_view text, absl::string_view lines = kLine) {
  return absl::StrCat(text, "\n", lines);
}

TEST(NoteTest, ReadsAndWrites) {
  const absl::StatusOr<Note> note = ParseNote(NoteOf("one\n", absl::StrCat(kLine, kLine)));
  ASSERT_TRUE(note.ok()) << note.status();
  EXPECT_EQ(note->text, "one\n");
  ASSERT_EQ(note->signatures.size(), 2);
  EXPECT_EQ(note->signatures[1].name, "a.example");
  EXPECT_EQ(note->signatures[1].key_id, 1);
  EXPECT_EQ(note->signatures[1].bytes, "\x01\x02\x03");
  EXPECT_EQ(FormatNote(*note), NoteOf("one\n", absl::StrCat(kLine, kLine)));
}

TEST(NoteTest, TheLastEmptyLineSplits) {
  const absl::StatusOr<Note> note = ParseNote(NoteOf("one\n\ntwo\n\n"));
  ASSERT_TRUE(note.ok()) << note.status();
  EXPECT_EQ(note->text, "one\n\ntwo\n\n");
}

TEST(NoteTest, SaysWhichLineIsBroken) {
  const struct {
    std::string note;
    absl::string_view says;
  } cases[] = {
      {"", "line 1: there is no empty line"},
      {"one\n", "line 1: there is no empty line"},
      {"one\n\n", "line 3: no signature"},
      {NoteOf("one\n", "— a.example AAAAAQECAw=="), "there is no empty line"},
      {NoteOf("one\ntw\to\n"), "line 2: a control character"},
      {NoteOf("one\ntw\xffo\n"), "line 2: not UTF-8"},
      {NoteOf("one\n", "- a.example AAAAAQECAw==\n"), "line 3: not a signature"},
      {NoteOf("one\n", "—a.example AAAAAQECAw==\n"), "line 3: not a signature"},
      {NoteOf("one\n", absl::StrCat(kLine, "— a.example\n")), "line 4: not a signature"},
      {NoteOf("one\n", "— a.example \n"), "line 3: not a signature"},
      {NoteOf("one\n", "—  AAAAAQECAw==\n"), "line 3: not a signature"},
      {NoteOf("one\n", "— a+b AAAAAQECAw==\n"), "line 3: not a signature"},
      {NoteOf("one\n", "— a.example AAAAAQECAw\n"), "line 3: not a signature"},
      {NoteOf("one\n", "— a.example AAAAAQECAw== \n"), "line 3: not a signature"},
      {NoteOf("one\n", "— a.example AAAAAQ==\n"), "line 3: not a signature"},  // a key id alone
      {NoteOf("one\n", absl::StrCat(kLine, "more\n")), "line 4: not a signature"},
  };
  for (const auto& c : cases) {
    const absl::StatusOr<Note> note = ParseNote(c.note);
    ASSERT_EQ(note.status().code(), absl::StatusCode::kInvalidArgument) << c.note;
    EXPECT_TRUE(absl::StrContains(note.status().message(), c.says)) << c.note << note.status();
  }
}

TEST(NoteTest, ReadsSignatureLinesAlone) {
  const auto two = ParseSignatures(absl::StrCat(kLine, kLine));
  ASSERT_TRUE(two.ok()) << two.status();
  ASSERT_EQ(two->size(), 2);
  EXPECT_EQ(FormatSignature((*two)[1]), kLine);
  const struct {
    std::string lines;
    absl::string_view says;
  } cases[] = {
      {"", "line 1: no signature"},
      {"— a.example AAAAAQECAw==", "line 1: the last line does not end in a newline"},
      {absl::StrCat(kLine, "\n"), "line 2: not a signature"},
      {absl::StrCat("\n", kLine), "line 1: not a signature"},
      {absl::StrCat(kLine, "\xff\n"), "line 2: not UTF-8"},
      {std::string(kNoteMaxSize + 1, '\n'), "more than 1000000"},
  };
  for (const auto& c : cases) {
    const absl::Status refused = ParseSignatures(c.lines).status();
    ASSERT_EQ(refused.code(), absl::StatusCode::kInvalidArgument) << c.says;
    EXPECT_TRUE(absl::StrContains(refused.message(), c.says)) << refused;
  }
}

TEST(NoteTest, TakesUpTo64Signatures) {
  std::string lines;
  for (size_t i = 0; i < kNoteMaxSignatures; ++i) absl::StrAppend(&lines, kLine);
  const absl::StatusOr<Note> most = ParseNote(NoteOf("one\n", lines));
  ASSERT_TRUE(most.ok()) << most.status();
  EXPECT_EQ(most->signatures.size(), kNoteMaxSignatures);
  EXPECT_FALSE(ParseNote(NoteOf("one\n", lines + std::string(kLine))).ok());
}

TEST(NoteTest, AHugeNoteIsRefusedByItsSize) {
  const std::string note = NoteOf(absl::StrCat(std::string(kNoteMaxSize, 'a'), "\n"));
  EXPECT_TRUE(absl::StrContains(ParseNote(note).status().message(), "more than 1000000"));
}

}  // namespace
}  // namespace hourbook
