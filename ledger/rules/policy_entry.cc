// Policy entries.
#include "ledger/rules/judging.h"

namespace hourbook {

Verdict JudgePolicy(Judging& judging) {
  const Entry& entry = judging.entry;
  if (!Policy::Check(entry).ok()) return Verdict::kMalformedPolicy;
  // The local days of what was recorded already must not shift under it.
  const bool moves_days = entry.code == static_cast<uint16_t>(Topic::kUtcOffset);
  if (moves_days && entry.occurred_at < entry.recorded_at) return Verdict::kMalformedPolicy;
  if (entry.credit != kNoId) {
    const Verdict v = CheckParty(judging.state, entry.credit, {PartyKind::kProgramme});
    if (v != Verdict::kOk) return v;
  }
  if (const Verdict v = CheckRecorder(judging); v != Verdict::kOk) return v;
  judging.state.AddPolicy(entry);
  return Verdict::kOk;
}

}  // namespace hourbook
