#include "tests/model/run.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "ledger/base/check.h"
#include "tests/model/text.h"

namespace hourbook {
namespace {

void MakeKey(const std::string& home) {
  hbk_key* key = nullptr;
  const bool made = hbk_key_generate(TownGenesis().origin.c_str(), HBK_KEY_LOG, &key, nullptr) == HBK_OK &&
                    hbk_key_save(key, KeyFile(home).c_str(), nullptr, nullptr) == HBK_OK;
  hbk_key_close(key);
  HOURBOOK_CHECK(made, "no key could be made");
}

std::string Words(const Outcome& outcome) {
  return absl::StrCat(NameOf(outcome.verdict), " index ", outcome.index, " at ", outcome.recorded_at,
                      " debit ", ToText(outcome.debit), " credit ", ToText(outcome.credit));
}

bool AreEqual(const Outcome& a, const Outcome& b) {
  return a.verdict == b.verdict && a.index == b.index && a.recorded_at == b.recorded_at &&
         a.debit == b.debit && a.credit == b.credit;
}

std::string NamesOf(const std::vector<uint32_t>& statuses) {
  std::string names;
  for (const uint32_t status : statuses) absl::StrAppend(&names, " ", hbk_status_name(status));
  return names;
}

Question AskFor(What what) {
  return {.what = what, .unit = 0, .capacity = 64, .number = 0, .id = {}, .filter = {}};
}

}  // namespace

Run::Run(Crew& crew) : crew_(crew) {
  MakeKey(home_);
  branches_.push_back({.path = home_ + "/ledger",
                       .exists = false,
                       .is_backup = false,
                       .is_fresh_backup = false,
                       .model = Model(EncodeGenesis(TownGenesis()).value()),
                       .remembered = {},
                       .at = {},
                       .wholes = 0});
}

Run::~Run() {
  for (uint32_t i = 0; i < branches_.size(); ++i) {
    for (uint32_t process = 0; process < Crew::kSize; ++process) {
      if (!branches_[i].at[process].is_open) continue;
      Call close{.op = Op::kClose};
      close.ledger = i;
      crew_.at(process).Serve(close);
    }
  }
}

// Not where what it would be about was left out of the steps.
bool Run::IsPossible(const Step& step) const {
  const Call& call = step.call;
  if (call.ledger >= branches_.size()) return false;
  const AtProcess& at = branches_[call.ledger].at[step.process];
  switch (call.op) {
    case Op::kHold:  // a slot takes one
      return at.held.count(call.slot) == 0 && (at.has_room || !at.is_open);
    case Op::kTrial:
      return std::count(call.lengths.begin(), call.lengths.end(), 0u) == 0;
    case Op::kBackup:  // the next one, or one that is there
      return call.slot <= branches_.size() && branches_[call.ledger].exists;
    default:
      return true;
  }
}

void Run::FillIn(Call& call, uint32_t process) const {
  call.home = home_;
  call.path = branches_[call.ledger].path;
  if (call.op == Op::kPublish || call.op == Op::kAudit) {
    call.path = absl::StrCat(home_, "/published", call.slot);
  }
  if (call.op == Op::kBackup) {
    call.path =
        call.slot < branches_.size() ? branches_[call.slot].path : absl::StrCat(home_, "/backup", call.slot);
  }
  if (call.op != Op::kAsk) return;
  const Branch& branch = branches_[call.ledger];
  const auto held = branch.at[process].held.find(call.slot);
  ModelAnswers answers(held == branch.at[process].held.end() ? branch.model : held->second,
                       branch.remembered);
  std::erase_if(call.questions, [&](const Question& question) {
    return question.what == What::kAuditLedger && answers.Answer(question).empty();
  });
}

void Run::TakeFacts(const Call& call, uint32_t process, const Facts& facts, Census& census) {
  Branch& branch = branches_[call.ledger];
  AtProcess& at = branch.at[process];
  if (!at.is_open) return;
  if (call.op != Op::kOpen && facts.map_bytes > at.map_bytes) census.Note(Event::kGrowth);
  at.map_bytes = facts.map_bytes;
  if (call.op != Op::kOpen) return;
  if (facts.stored_size > 0) census.Note(Event::kReopening);
  if (facts.wholes > branch.wholes) census.Note(Event::kWholeState);
  branch.wholes = facts.wholes;
}

Mismatch Run::Compare(const Call& call, const Reply& reply, const Expected& expected) {
  if (reply.statuses != expected.statuses) {
    return absl::StrCat("it says", NamesOf(reply.statuses), " (", reply.trouble, "), the model",
                        NamesOf(expected.statuses));
  }
  for (size_t i = 0; i < expected.outcomes.size(); ++i) {
    if (!expected.outcomes[i] || AreEqual(reply.outcomes[i], *expected.outcomes[i])) continue;
    return absl::StrCat("it says ", Words(reply.outcomes[i]), ", the model ", Words(*expected.outcomes[i]),
                        ", of ", ToText(call.entries[i]));
  }
  if (reply.answers.size() != expected.answers.size()) return "it gives another number of answers";
  for (size_t i = 0; i < expected.answers.size(); ++i) {
    if (reply.answers[i] == expected.answers[i]) continue;
    return absl::StrCat("it answers\n", reply.answers[i], "\nthe model\n", expected.answers[i], "\n",
                        i < call.questions.size() ? NameOf(call.questions[i].what) : "");
  }
  return "";
}

Mismatch Run::Exchange(uint32_t process, Call call, Census& census) {
  FillIn(call, process);
  const bool was_open = branches_[call.ledger].at[process].is_open;
  const Expected expected = Expect(call, process, census);
  const std::optional<Reply> reply = crew_.at(process).Serve(call);
  if (!reply) return "the process has ended";
  if (Mismatch found = Compare(call, *reply, expected); !found.empty()) return found;
  census.compared += expected.statuses.size() + expected.answers.size();
  for (const uint32_t status : expected.statuses) ++census.statuses[status];
  for (const std::string& answer : expected.answers) {  // a refusal among them is its name
    for (const uint32_t status : {HBK_END, HBK_TOO_SMALL}) {
      census.statuses[status] += absl::StartsWith(answer, hbk_status_name(status));
    }
  }
  for (const std::optional<Outcome>& outcome : expected.outcomes) census.compared += outcome.has_value();
  for (size_t i = 0; i < call.questions.size() && i < expected.answers.size(); ++i) {
    ++census.asked[static_cast<size_t>(call.questions[i].what)];
  }
  const auto is_ok = [](uint32_t status) { return status == HBK_OK; };
  const bool is_well = std::all_of(expected.statuses.begin(), expected.statuses.end(), is_ok) &&
                       (call.op == Op::kAudit || was_open || call.op == Op::kOpen);
  if (is_well) ++census.ops[static_cast<size_t>(call.op)];
  bool& is_fresh_backup = branches_[call.ledger].is_fresh_backup;
  const bool restores = is_well && call.op == Op::kOpen && std::exchange(is_fresh_backup, false);
  if (restores) census.Note(Event::kRestore);
  TakeFacts(call, process, reply->facts, census);
  return "";
}

// What a killed process was at is there whole, or not at all; sent again it stands once. LMDB tells readers
// of a commit last: of a process that is killed just before that, the next writer brings to light what
// readers do not see.
Mismatch Run::Resolve(const Step& step, Census& census) {
  Branch& branch = branches_[step.call.ledger];
  Model written = branch.model;
  written.Judge(step.call.entries, step.call.clock);
  Call ask = {.op = Op::kAsk, .ledger = step.call.ledger};
  ask.clock = step.call.clock;
  ask.questions = {AskFor(What::kStat)};
  const std::optional<Reply> seen = ServeHere(ask);
  if (!seen || seen->answers.size() != 1) return "this process has no answer";
  const auto answer = [&](const Model& model) {
    return ModelAnswers(model, branch.remembered).Answer(ask.questions[0]);
  };
  const bool is_before = seen->answers[0] == answer(branch.model);
  const bool is_after = seen->answers[0] == answer(written);
  if (!is_before && !is_after) return absl::StrCat("it is there in part: ", seen->answers[0]);

  const std::optional<Reply> again = ServeHere(step.call);
  if (!again || again->outcomes.size() != 1) return "this process has no answer";
  const Outcome at_once = branch.model.Judge(step.call.entries, step.call.clock)[0];
  const Outcome once_more = written.Judge(step.call.entries, step.call.clock)[0];
  branch.at[0].known = branch.model.log().size();
  ++census.compared;
  const bool was_written = AreEqual(again->outcomes[0], once_more);
  if (was_written && once_more.verdict == Verdict::kExists) census.Note(Event::kWritten);
  if (was_written || (is_before && AreEqual(again->outcomes[0], at_once))) return "";
  return absl::StrCat("killed at it, and sent again, it is ", Words(again->outcomes[0]), ", the model ",
                      Words(at_once), " or ", Words(once_more));
}

std::optional<Reply> Run::ServeHere(Call call) const {
  FillIn(call, 0);
  return crew_.at(0).Serve(call);
}

Mismatch Run::Kill(const Step& step, Census& census) {
  Branch& branch = branches_[step.call.ledger];
  const AtProcess &there = branch.at[step.process], &here = branch.at[0];
  // Of one entry it makes no difference to what comes whether it was written.
  const bool at_work = step.call.entries.size() == 1 && there.is_open && !there.is_behind &&
                       !there.is_read_only && here.is_open && !here.is_behind && !here.is_read_only;
  census.Note(at_work ? Event::kKillAtWork : Event::kKill);
  Worker& worker = crew_.worker(step.process);
  Call call = step.call;
  FillIn(call, step.process);
  const bool was_there = at_work ? worker.KillWhileServing(call, step.after_micros) : worker.Kill();
  for (Branch& any : branches_) any.at[step.process] = {};
  if (!was_there) return "the process had ended before it was killed";
  return at_work ? Resolve(step, census) : "";
}

Mismatch Run::Take(const Step& step, Census& census) {
  if (!IsPossible(step)) return "";
  ++census.steps;
  return step.kills ? Kill(step, census) : Exchange(step.process, step.call, census);
}

std::vector<Question> EveryQuestion(const Model& model) {
  std::vector<Question> questions = {AskFor(What::kStat), AskFor(What::kVerify), AskFor(What::kParties),
                                     AskFor(What::kEntries)};
  for (const Entry& entry : model.log()) {
    questions.push_back(AskFor(What::kEntryById));
    questions.back().id = entry.id;
    if (entry.kind != static_cast<uint16_t>(Kind::kOpen)) continue;
    questions.push_back(AskFor(What::kUnits));
    questions.back().id = entry.credit;
  }
  for (const auto& [party, unit] : model.Accounts()) {
    for (const What what : {What::kBalance, What::kStatement}) {
      questions.push_back(AskFor(what));
      questions.back().id = party;
      questions.back().unit = unit;
    }
  }
  return questions;
}

Mismatch Run::CompareAll(int64_t clock, Census& census) {
  for (uint32_t i = 0; i < branches_.size(); ++i) {
    for (uint32_t process = 0; process < Crew::kSize; ++process) {
      if (!branches_[i].at[process].is_open) continue;
      Call ask{.op = Op::kAsk, .ledger = i};
      ask.clock = clock;
      ask.questions = EveryQuestion(branches_[i].model);
      if (Mismatch found = Exchange(process, ask, census); !found.empty()) {
        return absl::StrCat("at the end, ledger ", i, " in process ", process, ": ", found);
      }
    }
  }
  return "";
}

}  // namespace hourbook
