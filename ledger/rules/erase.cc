// Erasure: says in the log that the payload behind an entry's evidence is gone. What the entry said
// stays, commitment included; so the chain, the tree and every balance do too.
#include "ledger/rules/judging.h"

namespace hourbook {
namespace {

// A genesis has its time zone where others have evidence, and an erase names that of another.
bool HasEvidenceOfItsOwn(const Entry& entry) {
  return entry.kind != static_cast<uint16_t>(Kind::kGenesis) &&
         entry.kind != static_cast<uint16_t>(Kind::kErase);
}

}  // namespace

absl::StatusOr<Verdict> JudgeErase(Judging& judging) {
  const absl::StatusOr<std::optional<uint64_t>> index = judging.history.Find(judging.entry.ref);
  if (!index.ok()) return index.status();
  if (!*index) return Verdict::kUnknownRef;
  const absl::StatusOr<Entry> erased = judging.history.At(**index);
  if (!erased.ok()) return erased.status();
  if (!HasEvidenceOfItsOwn(*erased) || erased->evidence != judging.entry.evidence) {
    return Verdict::kOtherEvidence;
  }
  return CheckRecorder(judging);
}

}  // namespace hourbook
