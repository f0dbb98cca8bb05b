// An opening's text: whatever is read is written back byte for byte, and opens just the commitment
// that was made to it.
#include "absl/strings/string_view.h"
#include "fuzz/fuzz_input.h"
#include "ledger/chain/evidence.h"
#include "ledger/format/opening.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace hourbook;  // NOLINT: a function of C cannot be in it
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  const absl::StatusOr<Opening> opening = ParseOpening(text);
  if (!opening.ok()) {
    FUZZ_CHECK(opening.status().message().substr(0, 5) == "line ");
    return 0;
  }
  FUZZ_CHECK(FormatOpening(*opening) == text);
  const auto opened = OpenEvidence(text, Commit(opening->salt, opening->payload));
  FUZZ_CHECK(opened.ok() && *opened == opening->payload);
  FUZZ_CHECK(!OpenEvidence(text, Hash{}).ok());
  return 0;
}
