#include "ledger/audit/check_statement.h"

#include <algorithm>
#include <optional>

#include "absl/strings/str_cat.h"
#include "ledger/base/error.h"
#include "ledger/chain/hasher.h"
#include "ledger/chain/verify.h"
#include "ledger/format/statement.h"

namespace hourbook {
namespace {

bool IsOf(Kind kind, const Entry& entry) { return entry.kind == static_cast<uint16_t>(kind); }

// Whether the entry's amount changes hands with it: at once, or by completing what was held.
bool Moves(const Entry& entry) {
  return !IsOf(Kind::kVoid, entry) && (entry.flags & kFlagPending) == 0;
}

class Checker {
 public:
  Checker(StatementReader reader, Checkpoint checkpoint) : reader_(std::move(reader)) {
    checked_.party = reader_.party();
    checked_.checkpoint = std::move(checkpoint);
    checked_.checkpoint_offset = reader_.checkpoint_offset();
  }

  absl::StatusOr<StatementChecked> Run(StatedEntry entry);

 private:
  // These say what is wrong with an entry.
  absl::Status CheckPlace(const StatementEntry& stated) const;
  absl::Status NoteAccount(const Entry& entry);
  absl::Status AddUp(const Entry& entry, StatedAccount& account) const;

  void NoteParty(const Entry& entry);

  StatementReader reader_;
  StatementChecked checked_;
  std::optional<uint64_t> last_index_;
};

absl::Status Wrong(absl::string_view what) { return Fail(Failure::kUnsound, what); }

absl::Status Checker::CheckPlace(const StatementEntry& stated) const {
  const Entry& entry = stated.entry;
  if (last_index_ && entry.index <= *last_index_) {
    return Wrong(absl::StrCat("it comes after entry ", *last_index_, "; indexes increase"));
  }
  const bool names = entry.debit == checked_.party || entry.credit == checked_.party;
  if (!names || IsOf(Kind::kGenesis, entry)) return Wrong("it is not of this party");
  const Checkpoint& tree = checked_.checkpoint;
  const absl::Status included =
      VerifyInclusion(entry.index, tree.size, EntryLeafHash(stated.prev, entry), tree.root,
                      stated.proof);
  if (included.ok()) return absl::OkStatus();
  return Wrong(absl::StrCat("it is not proved to be in the tree that was signed: ",
                            included.message()));
}

// Entries without a unit: who the party is.
void Checker::NoteParty(const Entry& entry) {
  if (entry.credit != checked_.party) return;
  if (IsOf(Kind::kOpen, entry)) checked_.party_kind = entry.code;
  if (IsOf(Kind::kClose, entry)) checked_.closed = true;
}

absl::Status Checker::AddUp(const Entry& entry, StatedAccount& account) const {
  ++account.entries;
  account.last = entry.index;
  if (!Moves(entry)) return absl::OkStatus();
  uint64_t& sum = entry.debit == checked_.party ? account.debits : account.credits;
  if (!__builtin_add_overflow(sum, entry.amount, &sum)) return absl::OkStatus();
  return Wrong("the amounts up to it do not fit 64 bits");
}

absl::Status Checker::NoteAccount(const Entry& entry) {
  if (!MayBeUnit(entry.unit)) return Wrong(absl::StrCat("its unit ", entry.unit, " is unknown"));
  const auto unit = static_cast<Unit>(entry.unit);
  const uint64_t previous = entry.debit == checked_.party ? entry.prev_debit : entry.prev_credit;
  const auto account = std::lower_bound(
      checked_.accounts.begin(), checked_.accounts.end(), unit,
      [](const StatedAccount& stated, Unit wanted) { return stated.unit < wanted; });
  if (account != checked_.accounts.end() && account->unit == unit) {
    if (previous == account->last) return AddUp(entry, *account);
    return Wrong(absl::StrCat("its account's entry before it is ", previous, ", but ",
                              account->last, " is shown: what is between was left out"));
  }
  if (previous >= entry.index) return Wrong(absl::StrCat("it links forward, to ", previous));
  if (checked_.accounts.size() == kStatedAccountsMax) {
    return Wrong(absl::StrCat("it is in one account more than the ", kStatedAccountsMax,
                              " that a statement may show"));
  }
  return AddUp(entry, *checked_.accounts.insert(account, {.unit = unit,
                                                          .from_start = previous == 0,
                                                          .entries = 0,
                                                          .first = entry.index,
                                                          .last = entry.index,
                                                          .debits = 0,
                                                          .credits = 0}));
}

absl::StatusOr<StatementChecked> Checker::Run(StatedEntry entry) {
  StatementEntry stated;
  while (true) {
    const absl::StatusOr<bool> more = reader_.Next(stated);
    if (!more.ok()) return Wrong(more.status().message());
    if (!*more) return checked_;
    absl::Status sound = CheckPlace(stated);
    if (sound.ok() && stated.entry.unit != 0) sound = NoteAccount(stated.entry);
    if (!sound.ok()) {
      return Wrong(absl::StrCat("line ", stated.line, ": entry ", stated.entry.index, ": ",
                                sound.message()));
    }
    if (stated.entry.unit == 0) NoteParty(stated.entry);
    last_index_ = stated.entry.index;
    ++checked_.entries;
    if (!entry(stated.entry)) return Fail(Failure::kEnd, "the check was stopped; it says nothing");
  }
}

}  // namespace

absl::StatusOr<StatementChecked> CheckStatement(absl::string_view text, const Verifier& log,
                                                StatedEntry entry) {
  absl::StatusOr<StatementReader> reader = StatementReader::Open(text);
  if (!reader.ok()) return Wrong(reader.status().message());
  absl::StatusOr<Checkpoint> checkpoint = OpenCheckpoint(reader->checkpoint(), log);
  if (!checkpoint.ok()) {  // its lines are counted from its own begin
    return Wrong(absl::StrCat("the checkpoint at the end: ", checkpoint.status().message()));
  }
  return Checker(*std::move(reader), *std::move(checkpoint)).Run(entry);
}

}  // namespace hourbook
