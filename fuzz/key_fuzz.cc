// A key file: what is read signs as the vkey in its first line says, and is the same key once it was
// written and read again.
#include "absl/strings/string_view.h"
#include "fuzz/fuzz_input.h"
#include "ledger/chain/signer.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace hourbook;  // NOLINT: a function of C cannot be in it
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  const absl::StatusOr<Signer> signer = Signer::FromText(text, "");
  if (!signer.ok()) {
    FUZZ_CHECK(!signer.status().message().empty());
    return 0;
  }
  const Note note{.text = "a note\n", .signatures = {signer->Sign("a note\n", 1)}};
  const auto verified = VerifyNote(note, {signer->verifier()});
  FUZZ_CHECK(verified.ok() && verified->size() == 1);
  const absl::StatusOr<Signer> again = Signer::FromText(signer->ToText("").value(), "");
  FUZZ_CHECK(again.ok() && FormatVkey(again->verifier()) == FormatVkey(signer->verifier()));
  return 0;
}
