// What each call must be answered, and what it changes, as the model has it.
#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "tests/model/run.h"
#include "tests/model/text.h"

namespace hourbook {

bool Run::IsBehind(const Branch& branch) const {
  if (!branch.remembered) return false;
  ModelAnswers answers(branch.model, branch.remembered);
  if (!answers.Holds(*branch.remembered)) return true;
  const auto publication = signed_.find(branch.remembered->where);
  return publication != signed_.end() && !answers.Holds(publication->second);
}

uint32_t Run::ExpectOpen(const Call& call, Branch& branch, AtProcess& at, Census& census) {
  if (at.is_open) return HBK_ALREADY_OPEN;
  if (call.number == kCreating && branch.exists) return HBK_LEDGER_EXISTS;
  if (call.number != kCreating && !branch.exists) return HBK_NOT_FOUND;
  branch.exists = true;
  at.is_open = true;
  at.is_read_only = call.number == kReadOnly;
  at.is_behind = IsBehind(branch);
  at.has_room = call.map_bits >= kRoomyMapBits;
  at.known = branch.model.log().size();
  if (at.is_behind) census.Note(Event::kBehind);
  return HBK_OK;
}

Run::Expected Run::ExpectAppend(const Call& call, Branch& branch, AtProcess& at, Census& census) {
  Expected expected;
  expected.outcomes.resize(call.entries.size());
  const size_t known = branch.model.log().size();
  size_t begin = 0;
  for (const uint32_t length : call.lengths) {
    uint32_t status = HBK_OK;
    if (at.is_behind) status = HBK_BEHIND;
    if (length > HBK_BATCH_MAX) status = HBK_BATCH_TOO_LARGE;
    if (length == 0) status = HBK_BATCH_EMPTY;
    if (at.is_read_only) status = HBK_READ_ONLY;
    if (!at.is_open) status = HBK_CLOSED;
    expected.statuses.push_back(status);
    const auto from = call.entries.begin() + static_cast<ptrdiff_t>(begin);
    begin += length;
    if (status != HBK_OK) continue;
    const std::vector<Entry> batch(from, from + length);
    const std::vector<Outcome> outcomes = branch.model.Judge(batch, call.clock);
    for (size_t i = 0; i < batch.size(); ++i) {
      expected.outcomes[begin - length + i] = outcomes[i];
      ++census.entries;
      census.refused += outcomes[i].verdict != Verdict::kOk;
      ++census.tally[{batch[i].kind, outcomes[i].verdict}];
    }
  }
  const bool any = std::count(expected.statuses.begin(), expected.statuses.end(), uint32_t{HBK_OK}) > 0;
  if (any && at.known < known) census.Note(Event::kTakenIn);
  if (any) at.known = branch.model.log().size();
  return expected;
}

Run::Expected Run::ExpectAsk(const Call& call, Branch& branch, AtProcess& at, Census& census) {
  const auto held = at.held.find(call.slot);
  const bool is_there = call.slot == 0 ? at.is_open : held != at.held.end();
  if (!is_there) return {.statuses = {HBK_CLOSED}, .outcomes = {}, .answers = {}};
  const Model& model = call.slot == 0 ? branch.model : held->second;
  if (model.log().size() < branch.model.log().size()) census.Note(Event::kSnapshotAged);
  if (call.slot == 0 && at.known < branch.model.log().size()) {
    census.Note(Event::kTakenIn);
    at.known = branch.model.log().size();
  }
  ModelAnswers answers(model, branch.remembered);
  Expected expected{.statuses = {HBK_OK}, .outcomes = {}, .answers = {}};
  for (const Question& question : call.questions) expected.answers.push_back(answers.Answer(question));
  return expected;
}

uint32_t Run::ExpectCursor(const Call& call, AtProcess& at) {
  at.cursors.erase(call.cursor);
  const auto held = at.held.find(call.slot);
  if (held == at.held.end()) return HBK_CLOSED;
  const auto lines = ModelAnswers(held->second, {}).Listed(call.questions[0]);
  if (!lines) return HBK_NOT_FOUND;
  at.cursors[call.cursor] = {call.slot, {lines->begin(), lines->end()}, held->second.log().size()};
  return HBK_OK;
}

std::string Run::ExpectNext(const Call& call, AtProcess& at, const Branch& branch, Census& census) {
  const auto cursor = at.cursors.find(call.cursor);
  if (cursor == at.cursors.end()) return Failed(HBK_CLOSED);
  if (call.number == 0) return Failed(HBK_INVALID_ARGUMENT);
  if (cursor->second.size < branch.model.log().size()) census.Note(Event::kCursorAged);
  std::string text;
  std::deque<std::string>& lines = cursor->second.lines;
  for (uint64_t i = 0; i < call.number && !lines.empty(); ++i) {
    absl::StrAppend(&text, " ", lines.front());
    lines.pop_front();
  }
  return text.empty() ? Failed(HBK_END) : text;
}

Run::Expected Run::ExpectTrial(const Call& call, const Branch& branch, const AtProcess& at) {
  Expected expected;
  expected.outcomes.resize(call.entries.size());
  if (!at.is_open || at.is_behind) {
    expected.statuses = {at.is_open ? uint32_t{HBK_BEHIND} : uint32_t{HBK_CLOSED}};
    return expected;
  }
  uint32_t advanced = HBK_OK;
  if (call.number > branch.model.log().size()) advanced = HBK_NOT_FOUND;
  if (call.number == 0) advanced = HBK_INVALID_ARGUMENT;  // it stands at 1
  expected.statuses = {HBK_OK, advanced};
  if (advanced != HBK_OK) return expected;
  Model kept = branch.model.AsOf(call.number);
  size_t begin = 0;
  for (size_t i = 0; i < call.lengths.size(); ++i) {
    const uint32_t length = call.lengths[i];
    const auto from = call.entries.begin() + static_cast<ptrdiff_t>(begin);
    Model tried = kept;
    const std::vector<Outcome> outcomes = tried.Judge(std::vector<Entry>(from, from + length), call.clock);
    std::copy(outcomes.begin(), outcomes.end(), expected.outcomes.begin() + static_cast<ptrdiff_t>(begin));
    if ((call.cursor >> i & 1) != 0) kept = tried;
    expected.statuses.push_back(HBK_OK);
    begin += length;
  }
  return expected;
}

Run::Expected Run::ExpectPublish(const Call& call, Branch& branch, const AtProcess& at) {
  const auto only = [](uint32_t status) {
    return Expected{.statuses = {status}, .outcomes = {}, .answers = {}};
  };
  if (!at.is_open) return only(HBK_CLOSED);
  if (at.is_read_only) return only(HBK_READ_ONLY);
  if (at.is_behind) return only(HBK_BEHIND);
  ModelAnswers answers(branch.model, branch.remembered);
  const auto old = signed_.find(call.slot);
  if (old != signed_.end() && !answers.Holds(old->second)) return only(HBK_BEHIND);
  if (branch.remembered && !answers.Holds(*branch.remembered)) return only(HBK_BEHIND);
  const uint64_t size = branch.model.log().size();
  const LastSigned it{size, answers.RootAt(size), call.slot};
  branch.remembered = it;
  signed_[call.slot] = it;
  published_.insert_or_assign(call.slot, branch.model);
  Expected expected = only(HBK_OK);
  expected.answers = {absl::StrCat(it.size, " ", LineOf(it.root))};
  return expected;
}

std::string Run::ExpectAudit(const Call& call, Census& census) {
  const auto found = signed_.find(call.slot);
  if (found == signed_.end()) return Failed(HBK_NOT_FOUND);
  const LastSigned& it = found->second;
  const Model& model = published_.at(call.slot);
  const bool remembers = call.number != 0;
  const uint64_t seen = remembers && seen_ ? seen_->size : 0;
  uint32_t finding = HBK_FINDING_NONE;
  if (seen > it.size) finding = HBK_FINDING_REWOUND;
  if (finding == HBK_FINDING_NONE && seen > 0 && !ModelAnswers(model, {}).Holds(*seen_)) {
    finding = HBK_FINDING_FORKED;
  }
  if (finding == HBK_FINDING_NONE) {
    if (remembers) seen_ = it;
    return SoundAudit(model, it, seen);
  }
  census.Note(Event::kFork);
  return absl::StrCat(Failed(HBK_UNSOUND), " ", hbk_finding_name(finding), " ", it.size, " ", LineOf(it.root),
                      " seen ", seen, " parties 0 accounts 0\n");
}

uint32_t Run::ExpectBackup(const Call& call, const AtProcess& at) const {
  if (!at.is_open) return HBK_CLOSED;
  if (call.slot < branches_.size() && branches_[call.slot].exists) return HBK_LEDGER_EXISTS;
  return HBK_OK;
}

Run::Expected Run::Expect(const Call& call, uint32_t process, Census& census) {
  Branch& branch = branches_[call.ledger];
  AtProcess& at = branch.at[process];
  const auto one = [](uint32_t status) {
    return Expected{.statuses = {status}, .outcomes = {}, .answers = {}};
  };
  switch (call.op) {
    case Op::kOpen:
      return one(ExpectOpen(call, branch, at, census));
    case Op::kClose:
      at = {};
      return {};
    case Op::kAppend:
    case Op::kSubmit:
      return ExpectAppend(call, branch, at, census);
    case Op::kHold:
      if (!at.is_open) return one(HBK_CLOSED);
      at.known = branch.model.log().size();
      at.held.insert_or_assign(call.slot, branch.model);
      return one(HBK_OK);
    case Op::kRelease:
      at.held.erase(call.slot);
      std::erase_if(at.cursors, [&](const auto& item) { return item.second.slot == call.slot; });
      return {};
    case Op::kAsk:
      return ExpectAsk(call, branch, at, census);
    case Op::kOpenCursor:
      return one(ExpectCursor(call, at));
    case Op::kNext:
      return {.statuses = {}, .outcomes = {}, .answers = {ExpectNext(call, at, branch, census)}};
    case Op::kTrial:
      return ExpectTrial(call, branch, at);
    case Op::kPublish:
      return ExpectPublish(call, branch, at);
    case Op::kForget:
      if (at.is_open && !at.is_read_only) branch.remembered.reset();
      if (at.is_read_only) return one(HBK_READ_ONLY);
      return one(at.is_open ? HBK_OK : HBK_CLOSED);
    case Op::kAudit:
      return {.statuses = {}, .outcomes = {}, .answers = {ExpectAudit(call, census)}};
    case Op::kBackup: {
      const uint32_t status = ExpectBackup(call, at);
      if (status == HBK_OK) {
        Branch copy = branch;
        copy.path = call.path;
        copy.is_backup = copy.is_fresh_backup = true;
        copy.at = {};
        copy.wholes = 0;
        branches_.push_back(std::move(copy));
      }
      return one(status);
    }
  }
  return {};
}

}  // namespace hourbook
