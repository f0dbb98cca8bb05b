#include "tests/concurrency/check_history.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "ledger/rules/judging.h"
#include "tests/rules/memory_history.h"

namespace hourbook {
namespace {

using Answer = Operation::Answer;

std::string Who(const Operation& operation) {
  return absl::StrCat("operation ", operation.number, " of caller ", operation.caller);
}

bool WasToldToStand(const Outcome& outcome) { return outcome.verdict == Verdict::kOk; }

bool Wrote(const Operation& operation) {
  return operation.answer == Answer::kGiven &&
         std::any_of(operation.outcomes.begin(), operation.outcomes.end(), WasToldToStand);
}

bool IsSame(const Outcome& a, const Outcome& b) {
  return a.verdict == b.verdict && a.index == b.index && a.recorded_at == b.recorded_at &&
         a.debit == b.debit && a.credit == b.credit;
}

std::string Text(const Outcome& outcome) {
  return absl::StrCat(NameOf(outcome.verdict), " at ", outcome.index, ", debit ", outcome.debit.debits_posted,
                      "/", outcome.debit.credits_posted, ", credit ", outcome.credit.debits_posted, "/",
                      outcome.credit.credits_posted);
}

class Checker {
 public:
  Checker(const std::vector<Operation>& operations, const std::vector<Entry>& log, int64_t now)
      : operations_(operations), log_(log), now_(now), machine_(&history_) {}

  HistoryFinding Run() {
    const bool sound = IndexLog() && CheckAcknowledged() && Replay();
    if (sound && refused_.empty() && reads_.empty()) return {};
    if (sound && !refused_.empty()) Unjustified(*refused_.front());
    if (sound && refused_.empty()) MisplacedRead(*reads_.begin()->second);
    return finding_;
  }
  const HistoryCounts& counts() const { return counts_; }

 private:
  // So many entries were there, as an operation had shown that was over.
  struct Shown {
    uint64_t size = 1;  // the genesis
    const Operation* by = nullptr;
  };

  bool Found(Fault fault, std::string what) {
    finding_ = {fault, std::move(what)};
    return false;
  }

  bool IndexLog() {
    for (uint64_t i = 0; i < log_.size(); ++i) {
      if (index_by_id_.try_emplace(log_[i].id, i).second) continue;
      return Found(Fault::kDuplicated,
                   absl::StrCat("entries ", index_by_id_[log_[i].id], " and ", i, " have the same id"));
    }
    return true;
  }

  // That each entry is where its caller was told, and that no other was told so. Sorts the operations.
  bool CheckAcknowledged() {
    std::map<uint64_t, const Operation*> writers;
    for (const Operation& operation : operations_) {
      if (operation.kind == Operation::Kind::kRead) {
        reads_.emplace(operation.size, &operation);
        continue;
      }
      for (const Entry& entry : operation.batch) senders_[entry.id].push_back(&operation);
      if (operation.answer != Answer::kGiven) continue;
      for (size_t i = 0; i < operation.batch.size(); ++i) {
        const Outcome& outcome = operation.outcomes[i];
        if (!Stands(outcome.verdict)) continue;
        if (!IsAt(operation.batch[i].id, outcome.index)) {
          const auto other = index_by_id_.find(operation.batch[i].id);
          return Found(
              Fault::kLost,
              absl::StrCat(Who(operation), ", told ", NameOf(outcome.verdict), ": its entry ", i, " of ",
                           operation.batch.size(), " is not at ", outcome.index, " of ", log_.size(),
                           other == index_by_id_.end() ? ", nor elsewhere"
                                                       : absl::StrCat(", but at ", other->second)));
        }
        if (!WasToldToStand(outcome)) continue;
        if (const auto [other, is_new] = writers.try_emplace(outcome.index, &operation); !is_new) {
          return Found(Fault::kDuplicated, absl::StrCat("both ", Who(operation), " and ", Who(*other->second),
                                                        " were told to have written entry ", outcome.index));
        }
      }
      if (!Wrote(operation)) refused_.push_back(&operation);
    }
    FindEarliest();
    counts_.refusals = refused_.size();
    counts_.reads = reads_.size();
    return true;
  }

  bool IsAt(const Id& id, uint64_t index) const { return index < log_.size() && log_[index].id == id; }

  // How many entries were surely there when an operation had ended.
  static uint64_t ShownBy(const Operation& operation) {
    if (operation.answer != Answer::kGiven) return 0;
    if (operation.kind == Operation::Kind::kRead) return operation.size;
    uint64_t shown = 0;
    for (const Outcome& outcome : operation.outcomes) {
      if (Stands(outcome.verdict)) shown = std::max(shown, outcome.index + 1);
    }
    return shown;
  }

  // For each operation, how many entries were surely there when it began.
  void FindEarliest() {
    std::vector<const Operation*> by_beginning, by_end;
    for (const Operation& operation : operations_) by_beginning.push_back(&operation);
    by_end = by_beginning;
    std::sort(by_beginning.begin(), by_beginning.end(),
              [](const Operation* a, const Operation* b) { return a->invoked < b->invoked; });
    std::sort(by_end.begin(), by_end.end(),
              [](const Operation* a, const Operation* b) { return a->responded < b->responded; });
    Shown shown;
    auto ended = by_end.begin();
    for (const Operation* const operation : by_beginning) {
      for (; ended != by_end.end() && (*ended)->responded < operation->invoked; ++ended) {
        if (ShownBy(**ended) > shown.size) shown = {ShownBy(**ended), *ended};
      }
      earliest_[operation] = shown;
    }
    std::stable_sort(refused_.begin(), refused_.end(),
                     [this](const Operation* a, const Operation* b) { return Earliest(*a) < Earliest(*b); });
  }

  uint64_t Earliest(const Operation& operation) const { return earliest_.at(&operation).size; }

  uint64_t size() const { return machine_.state().size; }

  // From batch to batch.
  bool Replay() {
    if (log_.empty() || !machine_.Replay(log_[0]).ok())
      return Found(Fault::kNeverSent, "the genesis is none");
    while (true) {
      if (!CheckReads() || !CheckRefusals()) return false;
      if (size() == log_.size()) return true;
      if (!TakeBatch()) return false;
    }
  }

  // What the rules say to a batch here; it leaves no trace.
  std::vector<Outcome> Try(const Operation& operation) {
    std::vector<Outcome> outcomes(operation.batch.size());
    const State::Mark mark = machine_.Begin();
    const absl::Status judged = machine_.Judge(operation.batch, now_, absl::MakeSpan(outcomes));
    accepted_.assign(history_.entries().begin() + static_cast<ptrdiff_t>(mark.size),
                     history_.entries().end());
    machine_.RollBack(mark);
    return judged.ok() ? outcomes : std::vector<Outcome>();
  }

  // How many of the entries that were accepted last the log has here, from the first on.
  size_t Matching() const {
    size_t count = 0;
    while (count < accepted_.size() && size() + count < log_.size() &&
           accepted_[count] == log_[size() + count]) {
      ++count;
    }
    return count;
  }

  bool TakeBatch() {
    const auto sent = senders_.find(log_[size()].id);
    if (sent == senders_.end()) {
      return Found(Fault::kNeverSent, absl::StrCat("nobody handed in entry ", size()));
    }
    for (const Operation* const operation : sent->second) {
      if (Wrote(*operation) && IsToldOf(*operation, size())) return TakeAnswered(*operation);
    }
    return TakeUnanswered(sent->second);
  }

  static bool IsToldOf(const Operation& operation, uint64_t index) {
    return std::any_of(operation.outcomes.begin(), operation.outcomes.end(), [index](const Outcome& outcome) {
      return WasToldToStand(outcome) && outcome.index == index;
    });
  }

  bool TakeAnswered(const Operation& operation) {
    const std::vector<Outcome> outcomes = Try(operation);
    const size_t matching = Matching();
    if (matching < accepted_.size() && matching > 0) {
      return Found(Fault::kTornBatch, absl::StrCat("of ", Who(operation), " the log has ", matching, " of ",
                                                   accepted_.size(), " entries at ", size()));
    }
    for (size_t i = 0; i < outcomes.size(); ++i) {
      if (IsSame(outcomes[i], operation.outcomes[i])) continue;
      return Found(Fault::kWrongAnswer,
                   absl::StrCat(Who(operation), ", entry ", i, " of the batch at ", size(), ": it was told ",
                                Text(operation.outcomes[i]), ", the rules say ", Text(outcomes[i])));
    }
    if (matching == 0) {
      return Found(Fault::kNeverSent, absl::StrCat("entry ", size(), " is not as it was handed in"));
    }
    return Take(operation);
  }

  // One of those that were not answered.
  bool TakeUnanswered(const std::vector<const Operation*>& sent) {
    bool is_torn = false;
    if (const Operation* const unanswered = Longest(sent, Answer::kNone, is_torn)) {
      ++counts_.unanswered;
      return Take(*unanswered);
    }
    if (const Operation* const denied = Longest(sent, Answer::kNothing, is_torn)) {
      return Found(
          Fault::kWritten,
          absl::StrCat(Who(*denied), " was told that nothing was written, and entry ", size(), " is its"));
    }
    return is_torn ? Found(Fault::kTornBatch, absl::StrCat("a part of a batch stands at ", size()))
                   : Found(Fault::kNeverSent, absl::StrCat("nobody handed in entry ", size(), " so"));
  }

  // Of those with this answer, the one of which the log has most here, and all; null where there is none.
  const Operation* Longest(const std::vector<const Operation*>& sent, Answer answer, bool& is_torn) {
    const Operation* longest = nullptr;
    size_t most = 0;
    for (const Operation* const operation : sent) {
      if (operation->answer != answer) continue;
      Try(*operation);
      const size_t matching = Matching();
      const bool is_whole = matching == accepted_.size();
      is_torn = is_torn || (!is_whole && matching > 0);
      if (!is_whole || matching <= most) continue;
      longest = operation;
      most = matching;
    }
    return longest;
  }

  // Its entries take their places.
  bool Take(const Operation& operation) {
    const Shown& shown = earliest_.at(&operation);
    if (size() < shown.size) {
      const bool by_read = shown.by->kind == Operation::Kind::kRead;
      return Found(by_read ? Fault::kFutureRead : Fault::kReordered,
                   absl::StrCat(Who(operation), " stands at ", size(), ", but began when ", Who(*shown.by),
                                " was over, which had ", shown.size, " entries"));
    }
    std::vector<Outcome> outcomes(operation.batch.size());
    const absl::Status judged = machine_.Judge(operation.batch, now_, absl::MakeSpan(outcomes));
    if (!judged.ok()) return Found(Fault::kWrongAnswer, judged.ToString());
    latest_begun_ = std::max(latest_begun_, operation.invoked);
    ++counts_.batches;
    return true;
  }

  bool CheckReads() {
    for (auto read = reads_.find(size()); read != reads_.end(); read = reads_.find(size())) {
      if (!CheckRead(*read->second)) return false;
      reads_.erase(read);
    }
    return true;
  }

  bool CheckRead(const Operation& read) {
    if (size() < Earliest(read)) {
      return Found(Fault::kStaleRead, absl::StrCat(Who(read), " saw ", size(), " entries when there were ",
                                                   Earliest(read), " at least"));
    }
    for (const SeenBalance& seen : read.balances) {
      if (seen.balance == BalanceNow(seen.party, seen.unit)) continue;
      return Found(Fault::kWrongRead, absl::StrCat(Who(read), ": the balance of ", HexEncode(seen.party),
                                                   " is not that of ", size(), " entries"));
    }
    for (const SeenEntry& seen : read.entries) {
      const auto found = index_by_id_.find(seen.id);
      const bool is_there = found != index_by_id_.end() && found->second < size();
      if (seen.index == (is_there ? std::optional<uint64_t>(found->second) : std::nullopt)) continue;
      return Found(Fault::kWrongRead, absl::StrCat(Who(read), ": the entry ", HexEncode(seen.id),
                                                   " is not where it is among ", size(), " entries"));
    }
    return true;
  }

  std::optional<Balance> BalanceNow(const Id& party, Unit unit) const {
    if (machine_.state().accounts.FindParty(party) == kNoSlot) return std::nullopt;
    const Slot account = AccountOf(machine_.state(), party, unit);
    return account == kNoSlot ? Balance{} : machine_.state().accounts.account(account).balance;
  }

  // Takes out those that the rules give here.
  bool CheckRefusals() {
    for (size_t i = 0; i < refused_.size() && Earliest(*refused_[i]) <= size();) {
      const Operation& operation = *refused_[i];
      if (latest_begun_ > operation.responded) return Unjustified(operation);
      const std::vector<Outcome> outcomes = Try(operation);
      if (std::equal(outcomes.begin(), outcomes.end(), operation.outcomes.begin(), operation.outcomes.end(),
                     IsSame)) {
        refused_.erase(refused_.begin() + static_cast<ptrdiff_t>(i));
      } else {
        ++i;
      }
    }
    return true;
  }

  bool Unjustified(const Operation& operation) {
    return Found(Fault::kUnjustified, absl::StrCat(Who(operation), " was told ", Text(operation.outcomes[0]),
                                                   ", which the rules say at no place from ",
                                                   Earliest(operation), " to ", size()));
  }

  // Its size is no place between batches.
  void MisplacedRead(const Operation& read) {
    if (read.size > log_.size()) {
      Found(Fault::kLost, absl::StrCat(Who(read), " saw ", read.size, " entries of ", log_.size()));
    } else {
      Found(Fault::kWrongRead, absl::StrCat(Who(read), " saw ", read.size, " entries, a part of a batch"));
    }
  }

  const std::vector<Operation>& operations_;
  const std::vector<Entry>& log_;
  const int64_t now_;
  MemoryHistory history_;
  Machine machine_;
  std::map<Id, uint64_t> index_by_id_;
  std::map<Id, std::vector<const Operation*>> senders_;
  std::map<const Operation*, Shown> earliest_;       // what was surely there when it began
  std::vector<const Operation*> refused_;            // those yet to be justified, by their earliest place
  std::multimap<uint64_t, const Operation*> reads_;  // those yet to be checked, by their place
  std::vector<Entry> accepted_;                      // by what was tried last
  int64_t latest_begun_ = 0;                         // when the last of those in place began
  HistoryFinding finding_;
  HistoryCounts counts_;
};

}  // namespace

absl::string_view NameOf(Fault fault) {
  switch (fault) {
    case Fault::kNone:
      return "none";
    case Fault::kLost:
      return "lost";
    case Fault::kDuplicated:
      return "duplicated";
    case Fault::kNeverSent:
      return "never sent";
    case Fault::kTornBatch:
      return "torn batch";
    case Fault::kWrongAnswer:
      return "wrong answer";
    case Fault::kUnjustified:
      return "unjustified";
    case Fault::kWritten:
      return "written";
    case Fault::kReordered:
      return "reordered";
    case Fault::kStaleRead:
      return "stale read";
    case Fault::kFutureRead:
      return "future read";
    case Fault::kWrongRead:
      return "wrong read";
  }
  return "unknown";
}

HistoryFinding CheckHistory(const std::vector<Operation>& operations, const std::vector<Entry>& log,
                            int64_t now, HistoryCounts* counts) {
  Checker checker(operations, log, now);
  HistoryFinding finding = checker.Run();
  if (counts != nullptr) *counts = checker.counts();
  return finding;
}

}  // namespace hourbook
