// Signed notes and the signature lines that witnesses answer with: what is read is written back
// byte for byte; a text that is signed opens, and with one byte changed it is not signed any more.
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "fuzz/fuzz_input.h"
#include "ledger/chain/signer.h"
#include "ledger/format/note.h"
#include "ledger/format/text.h"

namespace hourbook::fuzz {
namespace {

// A key of no use but here: what fails must fail again.
const Signer& SomeSigner() {
  static const Signer* const signer = new Signer(
      Signer::FromText(
          "vkey: town.example/hours+73db559e+AebbPQ4xdfYp/SW0+x6+nPXONeIntME+dgfQvRn1Z64P\n"
          "-----BEGIN PRIVATE KEY-----\n"
          "MC4CAQAwBQYDK2VwBCIEIAtaDzun2ZaMh2Lv4RCqpuS6CJHPXLUYejP1qFkZqY+H\n"
          "-----END PRIVATE KEY-----\n",
          "")
          .value());
  return *signer;
}

void CheckRefusal(const absl::Status& status) {
  FUZZ_CHECK(absl::StartsWith(status.message(), "note, line "));
}

void CheckSignatures(const std::vector<NoteSignature>& signatures) {
  FUZZ_CHECK(!signatures.empty() && signatures.size() <= kNoteMaxSignatures);
  for (const NoteSignature& signature : signatures) {
    FUZZ_CHECK(IsKeyName(signature.name) && !signature.bytes.empty());
  }
}

void CheckRead(absl::string_view text) {
  const auto lines = ParseSignatures(text);
  if (!lines.ok()) CheckRefusal(lines.status());
  if (lines.ok()) {
    CheckSignatures(*lines);
    std::string again;
    for (const NoteSignature& signature : *lines) again += FormatSignature(signature);
    FUZZ_CHECK(again == text);
  }
  const auto note = ParseNote(text);
  if (!note.ok()) return CheckRefusal(note.status());
  CheckSignatures(note->signatures);
  FUZZ_CHECK(FormatNote(*note) == text);
  FUZZ_CHECK(!note->text.empty() && note->text.back() == '\n');
  // The last empty line is the one that counts, so none is among the signatures.
  std::string signatures;
  for (const NoteSignature& signature : note->signatures) signatures += FormatSignature(signature);
  FUZZ_CHECK(note->text + "\n" + signatures == text && !absl::StrContains(signatures, "\n\n"));
}

// Whether a note may have this text: UTF-8 of whole lines without control characters but newlines.
bool MayBeSigned(absl::string_view text) {
  if (text.empty() || text.back() != '\n') return false;
  while (!text.empty()) {
    const auto first = FirstCodePoint(text);
    if (!first || (first->value < 0x20 && first->value != '\n')) return false;
    text.remove_prefix(first->length);
  }
  return true;
}

void CheckSigned(FuzzInput input) {
  const size_t at = input.Take<uint16_t>();
  const auto by = input.Take<uint8_t>();
  const std::string text = input.TakeRest() + "\n";
  const Signer& signer = SomeSigner();
  const Note signed_note{.text = text, .signatures = {signer.Sign(text)}};
  std::string written = FormatNote(signed_note);
  const auto read = ParseNote(written);
  FUZZ_CHECK(read.ok() == MayBeSigned(text));
  if (!read.ok()) return;
  FUZZ_CHECK(read->text == text);
  const auto found = VerifyNote(*read, {signer.verifier()});
  FUZZ_CHECK(found.ok() && found->size() == 1);
  Flip(written, at, by);
  const auto changed = ParseNote(written);
  if (by == 0 || !changed.ok()) return;
  const auto still = VerifyNote(*changed, {signer.verifier()});
  FUZZ_CHECK(!still.ok() || still->empty());
}

}  // namespace
}  // namespace hourbook::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  hourbook::fuzz::CheckRead(absl::string_view(reinterpret_cast<const char*>(data), size));
  hourbook::fuzz::CheckSigned(hourbook::fuzz::FuzzInput(data, size));
  return 0;
}
