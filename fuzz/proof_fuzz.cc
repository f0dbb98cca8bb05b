// A vkey, a newline and a proof of either kind. The forms are strict, so that whatever is read is
// written back byte for byte; and what checks as sound is what was signed.
#include "absl/strings/string_view.h"
#include "fuzz/fuzz_input.h"
#include "ledger/audit/check_proof.h"
#include "ledger/base/error.h"
#include "ledger/chain/hasher.h"
#include "ledger/format/add_checkpoint.h"
#include "ledger/format/proof.h"

namespace hourbook::fuzz {
namespace {

Verifier SomeKey() {
  return {.name = "town.example/hours", .type = SignatureType::kEd25519, .public_key = {1}};
}

template <class Checked>
void CheckRefusal(const absl::StatusOr<Checked>& checked) {
  FUZZ_CHECK(FailureOf(checked.status()) == Failure::kUnsound);
  FUZZ_CHECK(!checked.status().message().empty());
}

void CheckInclusionProof(absl::string_view text, const Verifier& log) {
  const auto parsed = ParseProof(text);
  const auto checked = CheckInclusion(text, log, std::nullopt);
  const auto by_leaf = CheckInclusion(text, log, Hash{});
  if (!by_leaf.ok()) CheckRefusal(by_leaf);
  if (!checked.ok()) CheckRefusal(checked);
  if (!parsed.ok()) {
    FUZZ_CHECK(!checked.ok() && !by_leaf.ok() && !parsed.status().message().empty());
    return;
  }
  FUZZ_CHECK(FormatProof(*parsed) == text);
  if (checked.ok()) {
    FUZZ_CHECK(checked->index == parsed->index && checked->entry->index == parsed->index);
    FUZZ_CHECK(parsed->index < checked->checkpoint.size);
  }
}

void CheckConsistencyProof(absl::string_view text, const Verifier& log) {
  const auto parsed = ParseAddCheckpoint(text);
  const auto checked = CheckConsistency(text, log, EmptyRoot());
  if (!checked.ok()) CheckRefusal(checked);
  if (!parsed.ok()) {
    FUZZ_CHECK(!checked.ok() && !parsed.status().message().empty());
    return;
  }
  FUZZ_CHECK(FormatAddCheckpoint(*parsed) == text);
  // No tree but the empty one has its root.
  if (checked.ok()) FUZZ_CHECK(parsed->old_size == 0 && parsed->hashes.empty());
}

}  // namespace
}  // namespace hourbook::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace hourbook;  // NOLINT: a function of C cannot be in it
  absl::string_view rest(reinterpret_cast<const char*>(data), size);
  absl::string_view vkey;
  if (!TakeLine(rest, vkey)) vkey = rest;
  const auto named = ParseVkey(vkey);
  const Verifier log = named.ok() ? *named : fuzz::SomeKey();
  fuzz::CheckInclusionProof(rest, log);
  fuzz::CheckConsistencyProof(rest, log);
  return 0;
}
