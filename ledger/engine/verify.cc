#include "ledger/engine/verify.h"

#include "absl/strings/str_cat.h"
#include "ledger/base/error.h"
#include "ledger/chain/hasher.h"
#include "ledger/chain/tiles.h"
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
    return CheckId(entry);
  }

  // Once all entries were taken.
  absl::Status CheckEnd() const {
    if (frontier_.Root() != snapshot_.root()) {
      return Corrupt("the entries hash to the root ", HexEncode(frontier_.Root()), ", not ",
                     HexEncode(snapshot_.root()));
    }
    return CheckBalances();
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

  absl::Status CheckBalances() const {
    const Accounts& accounts = machine_.state().accounts;
    const Slot parties = accounts.parties().size();
    if (!snapshot_.Parties(parties, 1).empty()) {
      return Corrupt("the state has more parties than the ", parties, " that were opened");
    }
    for (Slot i = 0; i < accounts.accounts().size(); ++i) {
      const Account& account = accounts.account(i);
      const Id& party = accounts.party(account.party).id;
      const absl::StatusOr<Account> cached =
          snapshot_.AccountOf(party, static_cast<Unit>(account.unit));
      if (!cached.ok()) return cached.status();
      if (cached->balance != account.balance || cached->last_index != account.last_index) {
        return Corrupt("the balance of party ", HexEncode(party), " in unit ", account.unit,
                       " is not what its entries add up to");
      }
    }
    return absl::OkStatus();
  }

  const Snapshot& snapshot_;
  SnapshotHistory history_;
  Machine machine_;
  Frontier frontier_;
  Hash last_leaf_{};
};

}  // namespace

absl::Status Verify(const Snapshot& snapshot, Progress progress) {
  Verifier verifier(snapshot);
  const uint64_t total = snapshot.size();
  for (uint64_t i = 0; i < total; ++i) {
    if (i % kProgressEvery == 0 && !progress(i, total)) {
      return Fail(Failure::kEnd, absl::StrCat("stopped after ", i, " of ", total, " entries"));
    }
    if (absl::Status taken = verifier.Take(i); !taken.ok()) return taken;
  }
  if (absl::Status end = verifier.CheckEnd(); !end.ok()) return end;
  progress(total, total);
  return absl::OkStatus();
}

}  // namespace hourbook
