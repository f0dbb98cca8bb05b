#include "ledger/engine/trial.h"

#include "absl/strings/str_cat.h"
#include "ledger/base/error.h"

namespace hourbook {

absl::Status Trial::CheckUsable() const {
  if (!is_cut_off_) return absl::OkStatus();
  return Fail(Failure::kPoisoned, "memory ended while the trial judged; open another");
}

absl::Status Trial::Advance(uint64_t wanted) {
  if (absl::Status usable = CheckUsable(); !usable.ok()) return usable;
  if (history_.forked()) {
    return Fail(Failure::kInvalidArgument, "entries were kept in this trial; open another");
  }
  if (wanted < size()) {
    return Fail(Failure::kInvalidArgument, absl::StrCat("the trial stands at ", size(),
                                                        " entries and cannot go back to ", wanted));
  }
  while (size() < wanted) {
    const absl::StatusOr<Record> record = snapshot_->At(size());
    if (!record.ok()) return record.status();
    is_cut_off_ = true;  // unless this returns
    const absl::Status taken = machine_.Replay(record->entry);
    is_cut_off_ = false;
    if (!taken.ok()) return taken;
  }
  return absl::OkStatus();
}

absl::Status Trial::Judge(absl::Span<const Entry> batch, bool keep, absl::Span<Outcome> outcomes) {
  if (absl::Status usable = CheckUsable(); !usable.ok()) return usable;
  is_cut_off_ = true;  // unless this returns
  const bool was_forked = history_.forked();
  if (!was_forked) history_.Fork();
  const State::Mark mark = machine_.Begin();
  const absl::Status judged = machine_.Judge(batch, snapshot_->ledger().Now(), outcomes);
  if (keep && judged.ok()) {
    machine_.Keep(mark);
  } else {
    machine_.RollBack(mark);
    if (!was_forked) history_.Rejoin();
  }
  is_cut_off_ = false;
  return judged;
}

}  // namespace hourbook
