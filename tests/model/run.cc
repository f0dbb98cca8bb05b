#include "tests/model/run.h"

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "absl/strings/str_cat.h"
#include "ledger/base/check.h"
#include "ledger/chain/hasher.h"
#include "ledger/engine/cursor.h"
#include "ledger/engine/snapshot.h"
#include "ledger/engine/verify.h"
#include "ledger/format/genesis.h"
#include "tests/chain/plain_tree.h"
#include "tests/rules/town_machine.h"

namespace hourbook {
namespace {

constexpr uint16_t kUnits[] = {1, 2, 3, 16};

Genesis SomeGenesis() {
  return {.origin = "model",
          .time_zone = "",
          .utc_offset = kShanghai,
          .created_at = kMidnight,
          .authority = Named('R', 0)};
}

// Memory, where there is some: what is on disk when the power fails is tested elsewhere.
std::string NewDirectory() {
  const char* const where = std::filesystem::exists("/dev/shm") ? "/dev/shm" : "/tmp";
  std::string path = absl::StrCat(where, "/hourbook-model.XXXXXX");
  HOURBOOK_CHECK(::mkdtemp(path.data()) != nullptr, "no temporary directory could be made");
  return path;
}

std::string NameOfId(const Id& id) {
  uint64_t number = 0;
  std::memcpy(&number, id.data() + 8, sizeof(number));
  const bool named = std::isalpha(id[0]) != 0 && id[1] == 0;
  return named ? absl::StrCat(std::string(1, static_cast<char>(id[0])), number)
               : HexEncode(absl::MakeConstSpan(id));
}

std::string ToText(const Balance& b) {
  return absl::StrCat("debits ", b.debits_posted, "+", b.debits_pending, " credits ",
                      b.credits_posted, "+", b.credits_pending);
}

std::string ToText(const Entry& entry) {
  std::string text = absl::StrCat("kind ", entry.kind, " id ", NameOfId(entry.id));
  const auto add = [&](absl::string_view name, const Id& id) {
    if (id != kNoId) absl::StrAppend(&text, " ", name, " ", NameOfId(id));
  };
  add("debit", entry.debit);
  add("credit", entry.credit);
  add("ref", entry.ref);
  add("activity", entry.activity);
  add("recorder", entry.recorder);
  absl::StrAppend(&text, " amount ", entry.amount, " unit ", entry.unit, " code ", entry.code,
                  " flags ", entry.flags, " timeout ", entry.timeout, " occurred_at ",
                  entry.occurred_at, " recorded_at ", entry.recorded_at);
  if (entry.evidence != Hash{}) absl::StrAppend(&text, " evidence ", HexEncode(entry.evidence));
  return text;
}

}  // namespace

Run::Run()
    : directory_(NewDirectory()), clock_(kMidnight), model_(EncodeGenesis(SomeGenesis()).value()) {
  const Mismatch opened = Open();
  HOURBOOK_CHECK(opened.empty(), "a new ledger opens");
}

Run::~Run() {
  ledger_.reset();
  std::filesystem::remove_all(directory_);
}

Mismatch Run::Open() {
  ledger_.reset();
  const std::string path = directory_ + "/ledger";
  // The state is stored often, so that most restarts begin from one.
  LedgerOptions options{.clock = [this] { return clock_; }, .state_period = 60};
  absl::StatusOr<std::unique_ptr<Ledger>> opened =
      std::filesystem::exists(path) ? Ledger::Open(path, std::move(options))
                                    : Ledger::Create(path, SomeGenesis(), std::move(options));
  if (!opened.ok()) return opened.status().ToString();
  ledger_ = *std::move(opened);
  return "";
}

Mismatch Run::Take(const Step& step, Tally& tally) {
  clock_ = step.clock;
  if (step.restart) {
    Mismatch found = Open();
    if (found.empty()) found = CompareAll();
    if (!found.empty()) return absl::StrCat("opened again: ", found);
  }
  if (step.batch.empty()) return "";
  std::vector<Outcome> outcomes(step.batch.size());
  const absl::Status appended =
      ledger_->Append(step.batch, absl::InfiniteFuture(), absl::MakeSpan(outcomes));
  if (!appended.ok()) return absl::StrCat("append failed: ", appended.ToString());
  const std::vector<Outcome> expected = model_.Judge(step.batch, step.clock);
  for (size_t i = 0; i < outcomes.size(); ++i) {
    ++tally[{step.batch[i].kind, expected[i].verdict}];
  }
  return CompareAnswers(step, outcomes, expected);
}

Mismatch Run::CompareAnswers(const Step& step, const std::vector<Outcome>& outcomes,
                               const std::vector<Outcome>& expected) const {
  for (size_t i = 0; i < outcomes.size(); ++i) {
    const Outcome &is = outcomes[i], &should = expected[i];
    if (is.verdict != should.verdict) {
      return absl::StrCat("the ledger says ", NameOf(is.verdict), ", the model ",
                          NameOf(should.verdict), ", of ", ToText(step.batch[i]));
    }
    if (is.index != should.index || is.recorded_at != should.recorded_at) {
      return absl::StrCat("entry ", is.index, " at ", is.recorded_at, ", in the model ",
                          should.index, " at ", should.recorded_at);
    }
    if (is.debit != should.debit || is.credit != should.credit) {
      return absl::StrCat("after ", ToText(step.batch[i]), ": ", ToText(is.debit), " / ",
                          ToText(is.credit), ", in the model ", ToText(should.debit), " / ",
                          ToText(should.credit));
    }
  }
  return "";
}

Mismatch Run::CompareAccount(const Snapshot& snapshot, const Id& party, Unit unit) const {
  const absl::StatusOr<hourbook::Account> account = snapshot.AccountOf(party, unit);
  if (!account.ok()) return account.status().ToString();
  const Balance should = model_.BalanceOf(party, unit);
  if (account->balance != should) {
    return absl::StrCat("party ", NameOfId(party), " unit ", static_cast<uint16_t>(unit), " has ",
                        ToText(account->balance), ", in the model ", ToText(should));
  }
  Mismatch found = CompareStatement(Cursor::Account(snapshot, party, unit, {}), party,
                                    model_.StatementOf(party, unit));
  if (!found.empty()) return found;
  return CompareStatement(Cursor::Statement(snapshot, party, unit, {}), party,
                          model_.PersonStatementOf(party, unit));
}

Mismatch Run::CompareStatement(absl::StatusOr<Cursor> cursor, const Id& party,
                               std::vector<uint64_t> expected) const {
  if (!cursor.ok()) return cursor.status().ToString();
  std::vector<Entry> page(64);
  while (true) {
    const absl::StatusOr<size_t> count = cursor->Next(absl::MakeSpan(page));
    if (!count.ok()) return count.status().ToString();
    for (size_t i = 0; i < *count; ++i) {
      if (expected.empty() || expected.back() != page[i].index) {
        return absl::StrCat("the statement of ", NameOfId(party), " shows entry ", page[i].index);
      }
      expected.pop_back();
    }
    if (*count == 0) break;
  }
  if (expected.empty()) return "";
  return absl::StrCat("the statement of ", NameOfId(party), " lacks entry ", expected.back());
}

Mismatch Run::CompareEntries(const Snapshot& snapshot) const {
  const std::vector<Entry>& log = model_.log();
  if (snapshot.size() != log.size()) {
    return absl::StrCat("there are ", snapshot.size(), " entries, in the model ", log.size());
  }
  std::vector<Hash> leaves;
  Hash prev{};
  for (const Entry& entry : log) {
    const absl::StatusOr<Record> by_id = snapshot.Get(entry.id);
    if (!by_id.ok()) return by_id.status().ToString();
    if (by_id->entry != entry) return absl::StrCat("entry ", entry.index, " is another");
    leaves.push_back(prev = EntryLeafHash(prev, entry));
  }
  return snapshot.root() == PlainRoot(leaves) ? "" : "the root is another";
}

Mismatch Run::CompareAll() {
  const absl::StatusOr<std::unique_ptr<Snapshot>> snapshot = ledger_->OpenSnapshot();
  if (!snapshot.ok()) return snapshot.status().ToString();
  if (Mismatch entries = CompareEntries(**snapshot); !entries.empty()) return entries;
  for (const Entry& entry : model_.log()) {
    if (entry.kind != static_cast<uint16_t>(Kind::kOpen)) continue;
    for (const uint16_t unit : kUnits) {
      Mismatch account = CompareAccount(**snapshot, entry.credit, static_cast<Unit>(unit));
      if (!account.empty()) return account;
    }
  }
  const absl::Status verified = Verify(**snapshot, [](uint64_t, uint64_t) { return true; });
  return verified.ok() ? "" : verified.ToString();
}

Mismatch Play(const std::vector<Step>& steps) {
  Run run;
  Tally tally;
  for (const Step& step : steps) {
    if (Mismatch found = run.Take(step, tally); !found.empty()) return found;
  }
  return run.CompareAll();
}

namespace {

// Leaves out as large pieces as can be, then smaller ones. `still` says whether what is left differs.
template <class Item, class Still>
std::vector<Item> LeaveOut(std::vector<Item> items, Still still) {
  for (size_t piece = std::max<size_t>(items.size() / 2, 1); piece > 0; piece /= 2) {
    for (size_t at = 0; at < items.size();) {
      std::vector<Item> fewer = items;
      const size_t end = std::min(at + piece, fewer.size());
      fewer.erase(fewer.begin() + static_cast<ptrdiff_t>(at),
                  fewer.begin() + static_cast<ptrdiff_t>(end));
      if (still(fewer)) {
        items = std::move(fewer);
      } else {
        at += piece;
      }
    }
  }
  return items;
}

}  // namespace

std::vector<Step> Shrink(std::vector<Step> steps) {
  const auto differs = [](const std::vector<Step>& some) { return !Play(some).empty(); };
  steps = LeaveOut(std::move(steps), differs);
  for (size_t i = 0; i < steps.size(); ++i) {
    steps[i].batch = LeaveOut(steps[i].batch, [&](const std::vector<Entry>& fewer) {
      std::vector<Step> some = steps;
      some[i].batch = fewer;
      return differs(some);
    });
  }
  return steps;
}

std::string ToText(const std::vector<Step>& steps) {
  std::string text;
  for (const Step& step : steps) {
    if (step.restart) absl::StrAppend(&text, "open again\n");
    absl::StrAppend(&text, "at ", step.clock, "\n");
    for (const Entry& entry : step.batch) absl::StrAppend(&text, "  ", ToText(entry), "\n");
  }
  return text;
}

}  // namespace hourbook
