#include "tests/model/step_generator.h"

#include <algorithm>

namespace hourbook {
namespace {

// Backups that are gone on with, and publications, in one town.
constexpr size_t kMostLedgers = 4;
constexpr uint32_t kPublications = 2;

constexpr uint32_t kSlots = 3, kCursors = 3;

struct Choice {
  Op op;
  uint32_t weight;
};

// How often each is done in a ledger that is open.
constexpr Choice kChoices[] = {{Op::kAppend, 120}, {Op::kSubmit, 16}, {Op::kAsk, 44},   {Op::kHold, 10},
                               {Op::kRelease, 5},  {Op::kNext, 12},   {Op::kTrial, 6},  {Op::kOpenCursor, 8},
                               {Op::kPublish, 4},  {Op::kAudit, 3},   {Op::kForget, 1}, {Op::kBackup, 3},
                               {Op::kClose, 3},    {Op::kOpen, 1}};

}  // namespace

void StepGenerator::Tick() {
  now_ += int64_t{Below(20)} * 1'000'000'000;
  if (OneIn(80)) now_ += kDay;
}

Step StepGenerator::StepOf(Op op) const {
  Step step;
  step.process = process_;
  step.call.op = op;
  step.call.ledger = ledger_;
  step.call.clock = now_;
  return step;
}

// A map may be so small that the next entries do not fit it, or large enough for snapshots to be kept for
// long.
Step StepGenerator::Open(uint64_t opening) {
  constexpr uint32_t kSmallest = 16, kLargest = 24;  // as powers of two
  Step open = StepOf(Op::kOpen);
  open.call.number = opening;
  open.call.map_bits = OneIn(2) ? kRoomyMapBits : kSmallest + Below(kLargest - kSmallest);
  return open;
}

// At an edge, or anywhere.
uint64_t StepGenerator::Number(uint64_t end) {
  if (OneIn(3)) return Pick({uint64_t{0}, uint64_t{1}, end - 1, end, end + 1, UINT64_MAX});
  return Below(static_cast<uint32_t>(end));
}

Id StepGenerator::Party(const std::vector<Entry>& log) {
  if (OneIn(12)) return OneIn(2) ? kNoId : Named('Z', 9);
  const Entry& entry = log[Below(static_cast<uint32_t>(log.size()))];
  return OneIn(2) ? entry.credit : entry.debit;
}

Filter StepGenerator::NextFilter(const std::vector<Entry>& log) {
  Filter filter;
  if (OneIn(2)) return filter;
  const Entry& like = log[Below(static_cast<uint32_t>(log.size()))];
  if (OneIn(3)) filter.kind = like.kind;
  if (OneIn(3)) filter.unit = like.unit;
  if (OneIn(3)) filter.code = like.code;
  if (OneIn(4)) filter.activity = like.activity;
  if (OneIn(3)) filter.from = like.occurred_at;
  if (OneIn(3)) filter.until = like.occurred_at + int64_t{Below(3)} * kDay;
  return filter;
}

Question StepGenerator::QuestionOf(What what, const Branch& branch) {
  const std::vector<Entry>& log = branch.model.log();
  Question question{.what = what, .unit = 0, .capacity = 0, .number = 0, .id = {}, .filter = {}};
  question.unit = Pick<uint16_t>({1, 2, 2, 3, 16, 17, 0, UINT16_MAX});
  question.capacity = Pick({0U, 1U, 2U, 3U, 7U, 64U, 500U});
  question.number = Number(log.size());
  if ((what == What::kInclusion || what == What::kConsistency) && branch.remembered && !OneIn(4)) {
    question.number = Number(branch.remembered->size);
  }
  question.id = Party(log);
  if (what == What::kEntryById && !OneIn(6)) {
    const std::vector<Entry>& from = OneIn(2) || town_.sent().empty() ? log : town_.sent();
    question.id = from[Below(static_cast<uint32_t>(from.size()))].id;
  }
  if (what == What::kEntries || what == What::kStatement || what == What::kProvenStatement) {
    question.filter = NextFilter(log);
  }
  return question;
}

Question StepGenerator::NextQuestion(const Branch& branch) {
  auto what = static_cast<What>(Below(static_cast<uint32_t>(kLastWhat) + 1));
  const bool is_long = what == What::kVerify || what == What::kAuditLedger;
  if (is_long && !OneIn(4)) what = What::kBalance;
  return QuestionOf(what, branch);
}

void StepGenerator::FillAppend(const Branch& branch, const Census& census, Call& call) {
  if (branch.model.log().size() == 1) {
    call.entries = town_.Founding();
    call.lengths = {static_cast<uint32_t>(call.entries.size())};
    return;
  }
  if (OneIn(15)) call.clock -= 3'600'000'000'000;
  for (uint32_t batches = call.op == Op::kSubmit ? 1 + Below(5) : 1; batches > 0; --batches) {
    std::vector<Entry> batch = town_.Batch(branch.model, call.clock, census.tally);
    if (OneIn(150)) batch.clear();
    if (OneIn(700)) batch.assign(HBK_BATCH_MAX + 1, town_.Founding()[0]);
    call.lengths.push_back(static_cast<uint32_t>(batch.size()));
    call.entries.insert(call.entries.end(), batch.begin(), batch.end());
  }
}

void StepGenerator::FillAsk(const Branch& branch, const AtProcess& at, Call& call) {
  if (!at.held.empty() && OneIn(2)) {
    call.slot = AnyOf(at.held);
  } else if (OneIn(30)) {
    call.slot = 1 + Below(kSlots);  // which may be none
  }
  if (OneIn(40)) {
    const auto held = at.held.find(call.slot);
    call.questions = EveryQuestion(held == at.held.end() ? branch.model : held->second);
    return;
  }
  for (uint32_t i = 1 + Below(4); i > 0; --i) call.questions.push_back(NextQuestion(branch));
}

void StepGenerator::FillCursor(const Branch& branch, const AtProcess& at, Call& call) {
  call.cursor = Below(kCursors);
  call.slot = 1 + Below(kSlots);
  if (!at.held.empty() && !OneIn(12)) {
    call.slot = AnyOf(at.held);
  }
  call.questions = {QuestionOf(OneIn(2) ? What::kEntries : What::kStatement, branch)};
}

void StepGenerator::FillTrial(const Branch& branch, const Census& census, Call& call) {
  call.number = OneIn(3) ? branch.model.log().size() : Number(branch.model.log().size());
  for (uint32_t batches = 1 + Below(3); batches > 0; --batches) {
    const std::vector<Entry> batch = town_.Batch(branch.model, call.clock, census.tally);
    call.lengths.push_back(static_cast<uint32_t>(batch.size()));
    call.entries.insert(call.entries.end(), batch.begin(), batch.end());
  }
  call.cursor = Below(8);
}

void StepGenerator::ChooseOp(const Run& run, const Census& census, Step& step) {
  const Branch& branch = run.branches()[ledger_];
  const AtProcess& at = branch.at[process_];
  Call& call = step.call;
  uint32_t sum = 0;
  for (const Choice& choice : kChoices) sum += choice.weight;
  uint32_t drawn = Below(sum);
  for (const Choice& choice : kChoices) {
    if (drawn < choice.weight) {
      call.op = choice.op;
      break;
    }
    drawn -= choice.weight;
  }
  // Who is behind can do little else than forget it.
  if (call.op == Op::kOpenCursor && at.held.empty() && at.has_room) call.op = Op::kHold;
  if (at.is_behind && OneIn(4)) call.op = branch.remembered ? Op::kForget : Op::kClose;
  switch (call.op) {
    case Op::kAppend:
    case Op::kSubmit:
      FillAppend(branch, census, call);
      break;
    case Op::kAsk:
      FillAsk(branch, at, call);
      break;
    case Op::kHold:
    case Op::kRelease:
      call.slot = 1 + Below(kSlots);
      break;
    case Op::kOpenCursor:
      FillCursor(branch, at, call);
      break;
    case Op::kNext:
      call.cursor = Below(kCursors);
      if (!at.cursors.empty() && !OneIn(12)) call.cursor = AnyOf(at.cursors);
      call.number = Pick({0U, 1U, 2U, 5U, 40U, 5U});
      break;
    case Op::kTrial:
      FillTrial(branch, census, call);
      break;
    case Op::kPublish:
      call.slot = branch.is_backup && OneIn(2) ? ledger_ + kPublications : Below(kPublications);
      break;
    case Op::kAudit:
      call.slot = Below(kPublications);
      if (!run.publications().empty() && !OneIn(12)) call.slot = AnyOf(run.publications());
      call.number = Below(2);
      break;
    case Op::kBackup: {
      const auto next = static_cast<uint32_t>(run.branches().size());
      call.slot = next >= kMostLedgers || OneIn(8) ? Below(next) : next;
      break;
    }
    case Op::kOpen:
      step = Open(Pick({kForWriting, kReadOnly, kCreating}));
      break;
    default:
      break;
  }
}

Step StepGenerator::Next(const Run& run, const Census& census) {
  Tick();
  const std::vector<Branch>& branches = run.branches();
  ledger_ = 0;
  process_ = 0;
  if (!branches[0].exists) {
    return Open(OneIn(4) ? kForWriting : kCreating);
  }
  if (branches.size() > 1 && OneIn(5)) ledger_ = 1 + Below(static_cast<uint32_t>(branches.size()) - 1);
  process_ = Below(Crew::kSize);
  const AtProcess& at = branches[ledger_].at[process_];
  if (!at.is_open && !OneIn(20)) {
    return Open(OneIn(8) ? kReadOnly : kForWriting);
  }
  if (process_ != 0 && OneIn(100)) {
    Step kill = StepOf(Op::kAppend);
    kill.kills = true;
    kill.after_micros = Below(3) * Below(800);
    while (kill.call.entries.size() != 1 && !OneIn(8)) {
      kill.call.entries = town_.Batch(branches[ledger_].model, now_, census.tally);
    }
    kill.call.lengths = {static_cast<uint32_t>(kill.call.entries.size())};
    return kill;
  }
  Step step = StepOf(Op::kAsk);
  ChooseOp(run, census, step);
  return step;
}

}  // namespace hourbook
