// The second phase of a pending entry: posted in full or part, or voided. A timeout needs no entry:
// the hold lapses when its deadline has come (Machine).
#include "ledger/rules/judging.h"

namespace hourbook {
namespace {

// The pending entry that a post or void is about, and its open hold.
struct Pending {
  Entry entry;
  Hold hold;
};

// kOk with `pending` filled in, or why there is nothing to post or void.
absl::StatusOr<Verdict> FindPending(Judging& judging, Pending& pending) {
  const absl::StatusOr<std::optional<uint64_t>> index = judging.history.Find(judging.entry.ref);
  if (!index.ok()) return index.status();
  if (!*index) return Verdict::kUnknownRef;
  const absl::StatusOr<Entry> entry = judging.history.At(**index);
  if (!entry.ok()) return entry.status();
  if ((entry->flags & kFlagPending) == 0) return Verdict::kNotPending;
  const std::optional<Hold> hold = judging.state.holds.Find(entry->index);
  if (!hold) return HowItEnded(judging, *entry);
  pending = {*entry, *hold};
  return Verdict::kOk;
}

// The caller may leave out what the pending entry says.
Verdict FillIn(Entry& entry, const Entry& pending) {
  const bool agrees = (entry.debit == kNoId || entry.debit == pending.debit) &&
                      (entry.credit == kNoId || entry.credit == pending.credit) &&
                      (entry.unit == 0 || entry.unit == pending.unit);
  if (!agrees) return Verdict::kNotAMirror;
  entry.debit = pending.debit;
  entry.credit = pending.credit;
  entry.unit = pending.unit;
  if (entry.amount == 0) entry.amount = pending.amount;
  return Verdict::kOk;
}

// Nothing moves to or from who is frozen.
bool IsFrozen(State& state, const Entry& entry) {
  return CheckParty(state, PersonOf(state, entry.debit)) == Verdict::kPartyFrozen ||
         CheckParty(state, PersonOf(state, entry.credit)) == Verdict::kPartyFrozen;
}

// A service waits for a second person: neither who recorded it nor who served.
Verdict CheckPoster(const Judging& judging, const Entry& pending) {
  if (const Verdict v = CheckRecorder(judging); v != Verdict::kOk) return v;
  if (pending.kind != static_cast<uint16_t>(Kind::kService)) return Verdict::kOk;
  const Id& poster = judging.entry.recorder;
  if (poster == kNoId) return Verdict::kFieldMissing;
  const bool is_second = poster != PersonOf(judging.state, pending.recorder) &&
                         poster != PersonOf(judging.state, pending.credit);
  return is_second ? Verdict::kOk : Verdict::kSelfVerified;
}

// Whether what is posted of a service is over, where policy asks for that.
bool IsOver(const Judging& judging, const Entry& pending) {
  if (pending.kind != static_cast<uint16_t>(Kind::kService)) return true;
  const Entry& post = judging.entry;
  const auto asked = judging.state.policy.InForce({Topic::kPostWhenOver, kNoId, 0}, post.recorded_at);
  return asked != 1 || EndOf(pending, post.amount) <= post.recorded_at;
}

void End(Judging& judging, const Hold& hold, uint64_t posted) {
  EndHold(judging.state, hold, posted);
  Link(judging, hold.debit, hold.credit);
}

}  // namespace

absl::StatusOr<Verdict> JudgePost(Judging& judging) {
  Pending pending;
  const absl::StatusOr<Verdict> found = FindPending(judging, pending);
  if (!found.ok() || *found != Verdict::kOk) return found;
  if (const Verdict v = FillIn(judging.entry, pending.entry); v != Verdict::kOk) return v;
  if (const Verdict v = CheckPoster(judging, pending.entry); v != Verdict::kOk) return v;
  if (judging.entry.amount > pending.hold.amount) return Verdict::kExceedsPending;
  if (!IsOver(judging, pending.entry)) return Verdict::kOccurredInFuture;
  if (IsFrozen(judging.state, judging.entry)) return Verdict::kPartyFrozen;
  const bool is_late = pending.entry.kind == static_cast<uint16_t>(Kind::kService) &&
                       IsLate(judging.state, pending.entry.occurred_at, judging.entry.recorded_at);
  if (is_late) judging.entry.flags |= kFlagLate;
  End(judging, pending.hold, judging.entry.amount);
  return Verdict::kOk;
}

absl::StatusOr<Verdict> JudgeVoid(Judging& judging) {
  Pending pending;
  const absl::StatusOr<Verdict> found = FindPending(judging, pending);
  if (!found.ok() || *found != Verdict::kOk) return found;
  if (const Verdict v = FillIn(judging.entry, pending.entry); v != Verdict::kOk) return v;
  if (const Verdict v = CheckRecorder(judging); v != Verdict::kOk) return v;
  // A void is of all that is held.
  if (judging.entry.amount != pending.hold.amount) return Verdict::kNotAMirror;
  End(judging, pending.hold, 0);
  return Verdict::kOk;
}

}  // namespace hourbook
