// A vkey, a newline and a signed note: none of it is trusted before it is parsed, and the forms are
// strict, so that whatever is read is written back byte for byte.
#include "absl/strings/string_view.h"
#include "fuzz/fuzz_input.h"
#include "ledger/chain/verifier.h"
#include "ledger/format/checkpoint.h"
#include "ledger/format/note.h"
#include "ledger/format/proof.h"

namespace hourbook::fuzz {
namespace {

// A key that signed none of the inputs, for those whose own is none.
Verifier SomeKey() {
  return {.name = "town.example/hours", .type = SignatureType::kEd25519, .public_key = {1}};
}

void CheckCheckpointText(absl::string_view text) {
  const auto checkpoint = ParseCheckpoint(text);
  if (!checkpoint.ok()) {
    FUZZ_CHECK(!checkpoint.status().message().empty());
    return;
  }
  // Extension lines are all that may follow what was read.
  const std::string again = FormatCheckpoint(*checkpoint);
  FUZZ_CHECK(text.substr(0, again.size()) == again);
  const auto reread = ParseCheckpoint(again);
  FUZZ_CHECK(reread.ok() && *reread == *checkpoint);
}

void CheckNote(absl::string_view text, const Verifier& log) {
  const auto note = ParseNote(text);
  const auto opened = OpenCheckpoint(text, log);
  if (!note.ok()) {
    FUZZ_CHECK(!opened.ok() && !note.status().message().empty());
    return;
  }
  FUZZ_CHECK(FormatNote(*note) == text);
  FUZZ_CHECK(!note->signatures.empty() && note->signatures.size() <= kNoteMaxSignatures);
  CheckCheckpointText(note->text);
  if (!opened.ok()) return;
  const auto found = VerifyNote(*note, {log});
  FUZZ_CHECK(found.ok() && found->size() == 1 && opened->origin == log.name);
}

}  // namespace
}  // namespace hourbook::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace hourbook;  // NOLINT: a function of C cannot be in it
  absl::string_view rest(reinterpret_cast<const char*>(data), size);
  absl::string_view vkey;
  if (!TakeLine(rest, vkey)) vkey = rest;
  const auto log = ParseVkey(vkey);
  if (log.ok()) {
    FUZZ_CHECK(FormatVkey(*log) == vkey);
  } else {
    FUZZ_CHECK(!log.status().message().empty());
  }
  fuzz::CheckNote(rest, log.ok() ? *log : fuzz::SomeKey());
  return 0;
}
