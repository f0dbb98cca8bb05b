// A signed note (C2SP signed-note): text, an empty line, and lines that each hold one signature.
// This reads and writes its form; whether a signature is good is for chain/verifier.h.
#ifndef LEDGER_FORMAT_NOTE_H_
#define LEDGER_FORMAT_NOTE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace hourbook {

struct NoteSignature {
  std::string name;   // of the key
  uint32_t key_id;    // says, with the name, which key
  std::string bytes;  // by the key's type
};

struct Note {
  std::string text;  // what is signed; ends in a newline
  std::vector<NoteSignature> signatures;
};

inline constexpr size_t kNoteMaxSize = 1'000'000;  // bytes
inline constexpr size_t kNoteMaxSignatures = 64;

// InvalidArgument says in which line the form is broken.
absl::StatusOr<Note> ParseNote(absl::string_view note);

// Signature lines alone, each with its newline: a witness's response. InvalidArgument says in which
// line the form is broken; also where there are none, or more than kNoteMaxSignatures.
absl::StatusOr<std::vector<NoteSignature>> ParseSignatures(absl::string_view lines);

// One signature line, with its newline.
std::string FormatSignature(const NoteSignature& signature);

// What ParseNote reads. The text must end in a newline and be valid.
std::string FormatNote(const Note& note);

}  // namespace hourbook

#endif  // LEDGER_FORMAT_NOTE_H_
