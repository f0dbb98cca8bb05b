#include "ledger/format/note.h"

#include <algorithm>
#include <optional>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "ledger/base/big_endian.h"
#include "ledger/format/base64.h"
#include "ledger/format/text.h"

namespace hourbook {
namespace {

constexpr absl::string_view kDash = "\u2014 ";  // an em dash and a space begin a signature line

absl::Status Refuse(size_t line, absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("note, line ", line, ": ", what));
}

absl::Status CheckCharacters(absl::string_view note) {
  size_t line = 1;
  while (!note.empty()) {
    const std::optional<CodePoint> first = FirstCodePoint(note);
    if (!first) return Refuse(line, "not UTF-8");
    if (first->value < 0x20 && first->value != '\n') return Refuse(line, "a control character");
    if (first->value == '\n') ++line;
    note.remove_prefix(first->length);
  }
  return absl::OkStatus();
}

// A signature line without its newline.
std::optional<NoteSignature> ParseSignature(absl::string_view line) {
  if (!absl::ConsumePrefix(&line, kDash)) return std::nullopt;
  const std::pair<absl::string_view, absl::string_view> parts =
      absl::StrSplit(line, absl::MaxSplits(' ', 1));
  const std::optional<std::string> bytes = Base64Decode(parts.second);
  if (!IsKeyName(parts.first) || !bytes || bytes->size() <= sizeof(uint32_t)) return std::nullopt;
  return NoteSignature{.name = std::string(parts.first),
                       .key_id = ReadBigEndian<uint32_t>(*bytes),
                       .bytes = bytes->substr(sizeof(uint32_t))};
}

// All of the signature lines in `lines`, whose first is line number `line`.
absl::StatusOr<std::vector<NoteSignature>> TakeSignatures(absl::string_view lines, size_t line) {
  std::vector<NoteSignature> signatures;
  if (lines.empty()) return Refuse(line, "no signature");
  if (lines.back() != '\n') return Refuse(line, "the last line does not end in a newline");
  lines.remove_suffix(1);
  for (const absl::string_view text : absl::StrSplit(lines, '\n')) {
    if (signatures.size() == kNoteMaxSignatures) {
      return Refuse(line, absl::StrCat("more than ", kNoteMaxSignatures, " signatures"));
    }
    std::optional<NoteSignature> signature = ParseSignature(text);
    if (!signature) return Refuse(line, "not a signature: em dash, key name, base64");
    signatures.push_back(*std::move(signature));
    ++line;
  }
  return signatures;
}

}  // namespace

absl::StatusOr<Note> ParseNote(absl::string_view note) {
  if (note.size() > kNoteMaxSize) {
    return Refuse(1, absl::StrCat("the note has ", note.size(), " bytes, more than ",
                                  kNoteMaxSize));
  }
  if (absl::Status checked = CheckCharacters(note); !checked.ok()) return checked;
  const size_t split = note.rfind("\n\n");
  if (split == absl::string_view::npos || note.back() != '\n') {
    return Refuse(1, "there is no empty line with signature lines after it");
  }
  Note parsed{.text = std::string(note.substr(0, split + 1)), .signatures = {}};
  const auto above = std::count(parsed.text.begin(), parsed.text.end(), '\n');
  absl::StatusOr<std::vector<NoteSignature>> signatures =
      TakeSignatures(note.substr(split + 2), static_cast<size_t>(above) + 2);
  if (!signatures.ok()) return signatures.status();
  parsed.signatures = *std::move(signatures);
  return parsed;
}

absl::StatusOr<std::vector<NoteSignature>> ParseSignatures(absl::string_view lines) {
  if (lines.size() > kNoteMaxSize) {
    return Refuse(1, absl::StrCat("the signatures have ", lines.size(), " bytes, more than ",
                                  kNoteMaxSize));
  }
  if (absl::Status checked = CheckCharacters(lines); !checked.ok()) return checked;
  return TakeSignatures(lines, 1);
}

std::string FormatSignature(const NoteSignature& signature) {
  std::string bytes;
  AppendBigEndian(signature.key_id, bytes);
  bytes += signature.bytes;
  return absl::StrCat(kDash, signature.name, " ", Base64Encode(ToBytes(bytes)), "\n");
}

std::string FormatNote(const Note& note) {
  std::string text = absl::StrCat(note.text, "\n");
  for (const NoteSignature& signature : note.signatures) text += FormatSignature(signature);
  return text;
}

}  // namespace hourbook
