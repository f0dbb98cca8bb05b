// What an audit finds wrong: the first thing, where it is, and what it means to somebody who has to
// decide what to do about it.
#ifndef LEDGER_AUDIT_FINDING_H_
#define LEDGER_AUDIT_FINDING_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "ledger/base/bytes.h"
#include "ledger/format/entry.h"

namespace hourbook {

// The numbers are the C API's and never change meaning.
enum class FindingKind : uint32_t {
  kNone = 0,
  kSignature = 1,    // the checkpoint is not signed by the key, or not in the form
  kRewound = 2,      // fewer entries than the auditor was shown before
  kForked = 3,       // another history than the auditor was shown before
  kMissing = 4,      // a file that the checkpoint calls for is not there
  kMalformed = 5,    // a file or an entry is not in the form
  kChain = 6,        // an entry does not name the hash of the one before it
  kTile = 7,         // a published hash is not that of the entries
  kRoot = 8,         // the entries do not hash to the root that was signed
  kOrder = 9,        // an index or a time of recording is out of order
  kAccountLink = 10, // an entry does not name its account's previous entry
  kRules = 11,       // the rules do not allow an entry, or not as it is
  kWitnesses = 12,   // too few of the witnesses whom the auditor trusts cosigned the checkpoint
};

struct Finding {
  FindingKind kind = FindingKind::kNone;
  std::string what;               // what was found, and where
  std::optional<uint64_t> index;  // of the entry, where it is about one
  Id party = kNoId;               // of the account, where it is about one
  Unit unit = Unit::kNone;
};

// "forked".
absl::string_view NameOf(FindingKind kind);

// One sentence in plain words.
absl::string_view MeaningOf(FindingKind kind);

// kUnsound, with what was found and what it means.
absl::Status ToStatus(const Finding& finding);

}  // namespace hourbook

#endif  // LEDGER_AUDIT_FINDING_H_
