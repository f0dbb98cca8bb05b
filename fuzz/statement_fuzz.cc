// A statement's text: what is read is byte for byte what would be written.
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "fuzz/fuzz_input.h"
#include "ledger/format/proof.h"
#include "ledger/format/statement.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace hourbook;  // NOLINT: a function of C cannot be in it
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  auto reader = StatementReader::Open(text);
  if (!reader.ok()) {
    FUZZ_CHECK(absl::StartsWith(reader.status().message(), "line "));
    return 0;
  }
  FUZZ_CHECK(text.substr(reader->checkpoint_offset()) == reader->checkpoint());
  std::string again = FormatStatementHead(reader->party());
  StatementEntry entry;
  while (true) {
    const auto more = reader->Next(entry);
    if (!more.ok()) {
      FUZZ_CHECK(absl::StartsWith(more.status().message(), "line "));
      return 0;
    }
    if (!*more) break;
    FUZZ_CHECK(entry.proof.size() <= kProofMaxHashes);
    absl::StrAppend(&again, FormatStatementEntry(entry.prev, entry.entry, entry.proof));
  }
  absl::StrAppend(&again, FormatStatementEnd(reader->checkpoint()));
  FUZZ_CHECK(again == text);
  return 0;
}
