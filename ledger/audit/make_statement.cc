#include "ledger/audit/make_statement.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "ledger/audit/check_statement.h"
#include "ledger/audit/prove_entry.h"
#include "ledger/base/error.h"
#include "ledger/engine/cursor.h"
#include "ledger/engine/published.h"
#include "ledger/format/statement.h"

namespace hourbook {
namespace {

constexpr size_t kPage = 512;

class Prover {
 public:
  Prover(const Snapshot& snapshot, const Id& party, const StatementRange& range,
         StatementSink sink)
      : snapshot_(snapshot), party_(party), range_(range), sink_(sink) {}

  absl::StatusOr<StatementMade> Run(absl::string_view note);

 private:
  absl::Status Prepare(absl::string_view note);
  absl::Status CollectParty();
  absl::Status FindClose(uint64_t opened);
  absl::Status CollectAccount(Unit unit);
  absl::Status WriteEntry(uint64_t index);
  absl::Status Give(absl::string_view text) const;
  void Add(uint64_t index);

  const Snapshot& snapshot_;
  const Id party_;
  const StatementRange range_;
  const StatementSink sink_;
  Checkpoint checkpoint_{};
  std::vector<uint64_t> indexes_;
  StatementMade made_;
};

absl::Status Prover::Prepare(absl::string_view note) {
  absl::StatusOr<Checkpoint> checkpoint = ReadCheckpointOf(snapshot_, note);
  if (!checkpoint.ok()) return checkpoint.status();
  checkpoint_ = *std::move(checkpoint);
  return CheckHolds(snapshot_, checkpoint_, "the checkpoint given");
}

void Prover::Add(uint64_t index) {
  if (index < checkpoint_.size) {
    indexes_.push_back(index);
  } else {
    ++made_.beyond;
  }
}

// A party's record says that it was closed, not where: rare enough to be looked for.
absl::Status Prover::FindClose(uint64_t opened) {
  for (uint64_t i = snapshot_.size() - 1; i > opened; --i) {
    const absl::StatusOr<Record> record = snapshot_.At(i);
    if (!record.ok()) return record.status();
    if (record->entry.kind != static_cast<uint16_t>(Kind::kClose)) continue;
    if (record->entry.credit != party_) continue;
    Add(i);
    return absl::OkStatus();
  }
  return absl::OkStatus();
}

absl::Status Prover::CollectParty() {
  const absl::StatusOr<Party> party = snapshot_.PartyOf(party_);
  if (!party.ok()) return party.status();
  Add(party->opened);
  return party->standing == Standing::kClosed ? FindClose(party->opened) : absl::OkStatus();
}

// Newest first, so what waits to see whether an older one fits lies at the end.
absl::Status Prover::CollectAccount(Unit unit) {
  absl::StatusOr<Cursor> cursor = Cursor::Account(snapshot_, party_, unit, {});
  if (!cursor.ok()) return cursor.status();
  Filter period;
  period.from = range_.from;
  period.until = range_.until;
  std::vector<uint64_t> between;
  bool begun = false;
  std::vector<Entry> page(kPage);
  while (true) {
    const absl::StatusOr<size_t> count = cursor->Next(absl::MakeSpan(page));
    if (!count.ok()) return count.status();
    if (*count == 0) return absl::OkStatus();
    for (const Entry& entry : absl::MakeConstSpan(page).first(*count)) {
      const bool fits = period.Fits(entry);
      if (fits || begun) between.push_back(entry.index);
      if (!fits) continue;
      begun = true;
      for (const uint64_t index : between) Add(index);
      between.clear();
    }
  }
}

absl::Status Prover::Give(absl::string_view text) const {
  if (sink_(text)) return absl::OkStatus();
  return Fail(Failure::kEnd, "the statement was stopped; what was written of it is no statement");
}

absl::Status Prover::WriteEntry(uint64_t index) {
  const absl::StatusOr<ProvedEntry> proved = ProveEntry(snapshot_, checkpoint_, index);
  if (!proved.ok()) return proved.status();
  ++made_.entries;
  return Give(FormatStatementEntry(proved->prev, proved->entry, proved->hashes));
}

absl::StatusOr<StatementMade> Prover::Run(absl::string_view note) {
  if (absl::Status prepared = Prepare(note); !prepared.ok()) return prepared;
  if (absl::Status collected = CollectParty(); !collected.ok()) return collected;
  const absl::StatusOr<std::vector<Unit>> units = snapshot_.UnitsOf(party_);
  if (!units.ok()) return units.status();
  size_t accounts = 0;
  for (const Unit unit : *units) {
    if (range_.unit && *range_.unit != unit) continue;
    const size_t before = indexes_.size();
    if (absl::Status collected = CollectAccount(unit); !collected.ok()) return collected;
    if (indexes_.size() > before) ++accounts;
  }
  if (accounts > kStatedAccountsMax) {
    return Fail(Failure::kInvalidArgument,
                absl::StrCat("the party has ", accounts, " accounts with entries in the period, and a "
                             "statement is of ", kStatedAccountsMax, " at most; ask for one unit"));
  }
  std::sort(indexes_.begin(), indexes_.end());
  if (indexes_.empty()) {
    return Fail(Failure::kNotFound,
                absl::StrCat("the party was opened after the checkpoint of size ",
                             checkpoint_.size, "; publish, and prove against a newer one"));
  }
  if (absl::Status given = Give(FormatStatementHead(party_)); !given.ok()) return given;
  for (const uint64_t index : indexes_) {
    if (absl::Status written = WriteEntry(index); !written.ok()) return written;
  }
  if (absl::Status given = Give(FormatStatementEnd(note)); !given.ok()) return given;
  return made_;
}

}  // namespace

absl::StatusOr<StatementMade> MakeStatement(const Snapshot& snapshot, const Id& party,
                                             const StatementRange& range,
                                             absl::string_view checkpoint, StatementSink sink) {
  return Prover(snapshot, party, range, sink).Run(checkpoint);
}

}  // namespace hourbook
