#include "ledger/engine/verify.h"

#include <cstring>

#include "absl/strings/str_cat.h"
#include "ledger/base/error.h"
#include "ledger/chain/hasher.h"
#include "ledger/chain/tiles.h"
#include "ledger/engine/state_check.h"
#include "ledger/engine/state_parts.h"
#include "ledger/rules/machine.h"

namespace hourbook {
namespace {

constexpr uint64_t kProgressEvery = 4'096;

template <class... Parts>
absl::Status Corrupt(const Parts&... parts) {
  return Fail(Failure::kCorrupt, absl::StrCat(parts...));
}

class Verifier {
 public:
  explicit Verifier(const Snapshot& snapshot)
      : snapshot_(snapshot), history_(snapshot), machine_(&history_) {}

  // Before the entries.
  absl::Status CheckStored(MayGoOn may_go_on) {
    if (absl::Status stored = snapshot_.txn().CheckStored(may_go_on); !stored.ok()) return stored;
    const absl::StatusOr<StateHead> head = snapshot_.txn().ReadStateHead();
    if (!head.ok()) return head.status();
    if (head->part_count > 0) stored_size_ = head->parts[head->part_count - 1].size;
    return CheckPages(snapshot_.txn(), *head);
  }

  absl::Status Take(uint64_t index) {
    const absl::StatusOr<Record> record = snapshot_.At(index);
    if (!record.ok()) return record.status();
    const Entry& entry = record->entry;
    if (EntryLeafHash(last_leaf_, entry) != record->leaf) {
      return Corrupt("entry ", index, " and its leaf hash do not match");
    }
    last_leaf_ = record->leaf;
    history_.ExpectReplayed(entry.id);
    if (absl::Status replayed = machine_.Replay(entry); !replayed.ok()) return replayed;
    if (absl::Status hashed = TakeLeaf(record->leaf); !hashed.ok()) return hashed;
    if (absl::Status found = CheckId(entry); !found.ok()) return found;
    return machine_.state().size == stored_size_ ? CheckStoredState() : absl::OkStatus();
  }

  // Once all entries were taken.
  absl::Status CheckEnd() const {
    if (frontier_.Root() != snapshot_.root()) {
      return Corrupt("the entries hash to the root ", HexEncode(frontier_.Root()), ", not ",
                     HexEncode(snapshot_.root()));
    }
    const Head& head = snapshot_.txn().head();
    if (head.last_leaf != last_leaf_ || head.last_recorded_at != machine_.state().last_recorded_at) {
      return Corrupt("the head of the log does not speak of its last entry");
    }
    return CheckRecords();
  }

 private:
  absl::Status TakeLeaf(const Hash& leaf) {
    absl::Status status;
    AppendLeaf(frontier_, leaf, [&](int level, uint64_t index, const Hash& hash) {
      const absl::StatusOr<Hash> kept = snapshot_.txn().TileHash(level, index);
      if (!kept.ok()) {
        status = kept.status();
      } else if (*kept != hash) {
        status = Corrupt("the kept hash ", index, " of level ", level, " is wrong");
      }
    });
    return status;
  }

  absl::Status CheckId(const Entry& entry) const {
    const absl::StatusOr<std::optional<uint64_t>> found = snapshot_.Find(entry.id);
    if (!found.ok()) return found.status();
    if (!*found) return Corrupt("the index of ids lacks entry ", entry.index);
    if (**found != entry.index) {
      return Corrupt("the index of ids says ", **found, " for entry ", entry.index);
    }
    return absl::OkStatus();
  }

  // What opening a ledger begins from.
  absl::Status CheckStoredState() const {
    const absl::StatusOr<State> stored = ReadState(snapshot_.txn());
    if (!stored.ok()) {
      if (FailureOf(stored.status()) != Failure::kCorrupt) return stored.status();
      return Corrupt(stored.status().message(), "; whoever appends entries makes it again from the log");
    }
    const absl::Status same = CheckSame(*stored, machine_.state());
    if (same.ok()) return same;
    return Corrupt(same.message(), "; append nothing on top: open the ledger so that it replays its log");
  }

  // What the snapshot answers from.
  absl::Status CheckRecords() const {
    const Accounts& accounts = machine_.state().accounts;
    const Slot parties = accounts.parties().size();
    if (!snapshot_.Parties(parties, 1).empty()) {
      return Corrupt("the state has more parties than the ", parties, " that were opened");
    }
    for (Slot i = 0; i < parties; ++i) {
      const absl::StatusOr<Party> cached = snapshot_.PartyOf(accounts.party(i).id);
      if (!cached.ok() || !AreSame(*cached, accounts.party(i))) {
        return Corrupt("what is known of party ", HexEncode(accounts.party(i).id),
                       " is not what its entries say");
      }
    }
    for (Slot i = 0; i < accounts.accounts().size(); ++i) {
      const Account& account = accounts.account(i);
      const Id& party = accounts.party(account.party).id;
      const absl::StatusOr<Account> cached =
          snapshot_.AccountOf(party, static_cast<Unit>(account.unit));
      if (!cached.ok() || !AreSame(*cached, account)) {
        return Corrupt("the balance of party ", HexEncode(party), " in unit ", account.unit,
                       " is not what its entries add up to");
      }
    }
    return absl::OkStatus();
  }

  template <class Record>
  static bool AreSame(const Record& a, const Record& b) {
    return std::memcmp(&a, &b, sizeof(Record)) == 0;
  }

  const Snapshot& snapshot_;
  SnapshotHistory history_;
  Machine machine_;
  Frontier frontier_;
  Hash last_leaf_{};
  uint64_t stored_size_ = 0;  // of the ledger, when the state was stored that there is; 0 for none
};

}  // namespace

absl::Status Verify(const Snapshot& snapshot, Progress progress) {
  Verifier verifier(snapshot);
  const uint64_t total = snapshot.size();
  uint64_t done = 0;
  const auto may_go_on = [&] {
    if (progress(done, total)) return absl::OkStatus();
    return Fail(Failure::kEnd, absl::StrCat("stopped after ", done, " of ", total, " entries"));
  };
  if (absl::Status asked = may_go_on(); !asked.ok()) return asked;
  if (absl::Status stored = verifier.CheckStored(may_go_on); !stored.ok()) return stored;
  for (uint64_t i = 0; i < total; done = ++i) {
    if (i % kProgressEvery == 0) {
      if (absl::Status asked = may_go_on(); !asked.ok()) return asked;
    }
    if (absl::Status taken = verifier.Take(i); !taken.ok()) return taken;
  }
  if (absl::Status end = verifier.CheckEnd(); !end.ok()) return end;
  progress(total, total);
  return absl::OkStatus();
}

}  // namespace hourbook
