// Payloads behind the evidence of entries: outside the chain, so that one can be erased and the
// ledger stays valid.
//
// A store is a directory of its own, mode 0700, of plain files, mode 0600: each named by its
// commitment and holding the opening. No database, whose freed pages would keep what was erased. An
// empty file "<commitment>.erased" says that this store held a payload and does no more, so that a
// store that never had it can be told from one that is done with it.
//
// Thread-safe, and safe among processes: one changes a store at a time, others wait some seconds,
// then fail with kTimeout. A payload's bytes are written nowhere else.
#ifndef LEDGER_ENGINE_PAYLOADS_H_
#define LEDGER_ENGINE_PAYLOADS_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "ledger/base/bytes.h"

namespace hourbook {

// Keeps a payload with a new salt, durably, and returns its commitment, which is an entry's
// evidence. The store is made where it does not exist (its parent must). The same payload kept
// twice has two commitments. kInvalidArgument beyond kPayloadMaxSize; file.h's failures.
absl::StatusOr<Hash> KeepPayload(const std::string& store, absl::string_view payload);

// The opening of a commitment. kNotFound where the store has none, or its erasure was begun;
// kCorrupt where the file does not hold what was kept.
absl::StatusOr<std::string> ShowPayload(const std::string& store, const Hash& commitment);

// Removes a payload and its salt from the store, durably. Ok too where that was done before, so
// that it can be called again after a crash; kNotFound where the store never had it. What the disk
// or a backup keeps of a removed file is beyond it.
absl::Status ErasePayload(const std::string& store, const Hash& commitment);

}  // namespace hourbook

#endif  // LEDGER_ENGINE_PAYLOADS_H_
