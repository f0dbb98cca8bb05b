#include "ledger/audit/finding.h"

#include "absl/strings/str_cat.h"
#include "ledger/base/error.h"

namespace hourbook {
namespace {

struct Words {
  absl::string_view name;
  absl::string_view meaning;
};

Words WordsFor(FindingKind kind) {
  switch (kind) {
    case FindingKind::kNone:
      return {"none", "Nothing was found."};
    case FindingKind::kSignature:
      return {"signature",
              "Nobody who holds the secret key has vouched for this; do not rely on it."};
    case FindingKind::kRewound:
      return {"rewound",
              "Entries that you were shown before are no longer shown: the copy is old, or the "
              "operator withdrew them."};
    case FindingKind::kForked:
      return {"forked",
              "The history that you were shown before was replaced by another; both are signed, "
              "which proves it. Keep both checkpoints."};
    case FindingKind::kMissing:
      return {"missing",
              "Without it part of the record cannot be checked; ask the operator for a whole copy."};
    case FindingKind::kMalformed:
      return {"malformed", "The file was damaged, cut or replaced after it was published."};
    case FindingKind::kChain:
      return {"chain",
              "An entry at or before this place was changed, removed, inserted or moved."};
    case FindingKind::kTile:
      return {"tile",
              "Entries or hashes were changed after they were published; proofs made from them "
              "would fail."};
    case FindingKind::kRoot:
      return {"root", "The entries shown are not those that were signed."};
    case FindingKind::kOrder:
      return {"order", "Entries were moved, or times of recording were made up."};
    case FindingKind::kAccountLink:
      return {"account_link",
              "The account's statement would leave out an entry, or show one of another account."};
    case FindingKind::kRules:
      return {"rules",
              "Whoever wrote the ledger let through what its rules forbid; balances after it "
              "cannot be relied on."};
    case FindingKind::kWitnesses:
      return {"witnesses",
              "Too few of those whom you trust say that everybody is shown the same history as you."};
  }
  return {"unknown", "Unknown."};
}

}  // namespace

absl::string_view NameOf(FindingKind kind) { return WordsFor(kind).name; }

absl::string_view MeaningOf(FindingKind kind) { return WordsFor(kind).meaning; }

absl::Status ToStatus(const Finding& finding) {
  return Fail(Failure::kUnsound, absl::StrCat(finding.what, ". ", MeaningOf(finding.kind)));
}

}  // namespace hourbook
