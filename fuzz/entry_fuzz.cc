// Bytes to an entry and back: what is accepted is byte for byte what was given.
#include <cstring>

#include "fuzz/fuzz_input.h"
#include "ledger/format/entry.h"
#include "ledger/format/genesis.h"
#include "ledger/rules/policy.h"
#include "ledger/rules/shape.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace hourbook;  // NOLINT: a function of C cannot be in it
  const auto decoded = DecodeEntry(Bytes(data, size));
  if (!decoded.ok()) {
    FUZZ_CHECK(!decoded.status().message().empty());
    return 0;
  }
  FUZZ_CHECK(size == kEntrySize && std::memcmp(EntryBytes(*decoded).data(), data, size) == 0);
  const Verdict shape = CheckShape(*decoded);
  FUZZ_CHECK(NameOf(shape) != "unknown");
  Entry given = *decoded;
  given.flags &= static_cast<uint16_t>(~kFlagLate);  // the ledger's to give
  FUZZ_CHECK(CompareWithExisting(given, *decoded) == Verdict::kExists);
  // A genesis that is read is one that would be written.
  if (const auto genesis = DecodeGenesis(*decoded); genesis.ok()) {
    const auto again = EncodeGenesis(*genesis);
    FUZZ_CHECK(again.ok() && *again == *decoded);
  }
  if (decoded->kind == static_cast<uint16_t>(Kind::kPolicy) && Policy::Check(*decoded) == Verdict::kOk) {
    Policy policy;
    policy.Add(*decoded);
    policy.LocalDay(decoded->occurred_at);
    policy.Undo(*decoded);
  }
  return 0;
}
