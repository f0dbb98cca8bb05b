#include "bench/peers/sqlite_peer.h"

#include <sys/stat.h>

#include <algorithm>
#include <unordered_map>

#include "bench/peers/sqlite.h"
#include "bench/peers/sync_count.h"

namespace hourbook::bench {
namespace {

// What was tried, each in turns in one run with what it is compared with, on ext4 with a million volunteers,
// as ratios of entries a second at batches of 1 / 100 / 1,000 / 8,192, and what was kept:
// - balances read at a batch's first touch and written at its end, against two UPDATEs an entry with the
//   check in their WHERE: 1.00 / 1.11 / 1.04 / 1.04. Kept. Written in the order of the index, against as
//   they come: 1.00 / 1.02 / 1.05 / 1.08. Kept.
// - wal_autocheckpoint 65,536 pages against 16,384: 1.00 / 1.21 / 1.25 / 1.44. Kept. The default of 1,000
//   against 16,384: 0.87 / 0.68 / 0.67 / 0.88; 262,144: 0.87 / 0.93 / 1.16 / 1.39; none in the run: 0.66 /
//   0.63 / 0.63 / 0.73, since a log that grows is slower to sync than one that is written over.
// - pages of 8,192 bytes against 4,096: 0.91 / 0.87 / 0.90 / 1.03. Not kept.
// - mmap_size 16 GiB: 1.00 / 1.02 / 1.04 / 1.04. Not kept: within the noise, and beside a cache that holds
//   everything.
// - accounts WITH a rowid: 0.94 / 0.98 / 1.03 / 1.07. Not kept: within the noise.
constexpr char kSchema[] = R"(
CREATE TABLE account (
  id BLOB PRIMARY KEY,
  balance INTEGER NOT NULL,
  may_go_below INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE entry (
  idx INTEGER PRIMARY KEY,
  id BLOB NOT NULL UNIQUE,
  body BLOB NOT NULL
);
)";

SqliteDb Open(const std::string& directory) {
  if (::mkdir(directory.c_str(), 0755) != 0) Fail("sqlite", "cannot make " + directory);
  return SqliteDb(directory + "/ledger.sqlite");
}

class SqlitePeer : public Peer {
 public:
  SqlitePeer(const std::string& directory, const std::vector<Account>& accounts, uint64_t cache_mb)
      : db_(Open(directory)) {
    Configure(cache_mb);
    db_.Run(kSchema);
    Load(accounts);
    statements_ = std::make_unique<Statements>(db_);
  }

  std::string Settings() const override {
    return std::string(sqlite3_libversion()) + settings_ +
           "; one transaction a batch; entry as a blob; balances read once a batch and written once";
  }

  void Append(const Batch& batch, std::vector<Verdict>& verdicts) override {
    statements_->begin.Run();
    for (size_t i = 0; i < batch.entries.size(); ++i) {
      verdicts[i] = Record(batch.entries[i], batch.movements[i]);
    }
    WriteBalances();
    statements_->commit.Run();
  }

  uint64_t Syncs() override { return SyncCount(); }
  bool IsLedger() const override { return true; }

  std::vector<Balance> Balances() override {
    std::vector<Balance> balances;
    SqliteStatement all(db_, "SELECT id, balance FROM account WHERE balance <> 0");
    while (all.Step()) balances.push_back({all.Id(0), all.Integer(1)});
    return balances;
  }

 private:
  struct Statements {
    explicit Statements(const SqliteDb& db) : db_(db) {}
    const SqliteDb& db_;
    SqliteStatement begin{db_, "BEGIN IMMEDIATE"};
    SqliteStatement commit{db_, "COMMIT"};
    SqliteStatement find{db_, "SELECT 1 FROM entry WHERE id = ?1"};
    SqliteStatement insert{db_, "INSERT INTO entry (id, body) VALUES (?1, ?2) ON CONFLICT (id) DO NOTHING"};
    SqliteStatement read{db_, "SELECT balance, may_go_below FROM account WHERE id = ?1"};
    SqliteStatement update{db_, "UPDATE account SET balance = ?1 WHERE id = ?2"};
  };
  // An account as the batch has left it so far.
  struct Touched {
    bool is_there = false;
    bool may_go_below = false;
    bool is_changed = false;
    int64_t balance = 0;
  };

  void Configure(uint64_t cache_mb) {
    db_.Run("PRAGMA page_size = 4096");
    db_.Run("PRAGMA journal_mode = WAL");
    db_.Run("PRAGMA synchronous = FULL");
    db_.Run("PRAGMA locking_mode = EXCLUSIVE");
    db_.Run("PRAGMA cache_size = -" + std::to_string(cache_mb << 10));
    db_.Run("PRAGMA wal_autocheckpoint = 65536");
    db_.Run("PRAGMA temp_store = MEMORY");
    for (const char* const name : {"journal_mode", "synchronous", "page_size", "cache_size", "mmap_size",
                                   "wal_autocheckpoint", "locking_mode"}) {
      settings_ += std::string("; ") + name + " " + db_.Ask(std::string("PRAGMA ") + name);
    }
  }

  void Load(const std::vector<Account>& accounts) {
    db_.Run("BEGIN");
    SqliteStatement insert(db_, "INSERT INTO account VALUES (?1, 0, ?2)");
    for (const Account& account : accounts) {
      insert.Bind(1, account.id).Bind(2, int64_t{account.may_go_below}).Run();
    }
    db_.Run("COMMIT");
    db_.Run("PRAGMA wal_checkpoint(RESTART)");  // the log keeps its blocks: syncing it is quicker then
  }

  // In the order of the index.
  void WriteBalances() {
    changed_.clear();
    for (const auto& [id, account] : touched_) {
      if (account.is_changed) changed_.push_back({id, account.balance});
    }
    std::sort(changed_.begin(), changed_.end(),
              [](const Balance& a, const Balance& b) { return a.account < b.account; });
    for (const Balance& balance : changed_) {
      statements_->update.Bind(1, balance.amount).Bind(2, balance.account).Run();
    }
    touched_.clear();
  }

  Touched& Touch(const AccountId& id) {
    const auto [found, is_new] = touched_.try_emplace(id);
    Touched& account = found->second;
    SqliteStatement& read = statements_->read;
    if (is_new && read.Bind(1, id).Step()) {
      account = {.is_there = true, .may_go_below = read.Integer(1) != 0, .balance = read.Integer(0)};
      read.Reset();
    }
    return account;
  }

  // An entry that was recorded exists, whatever became of the accounts since.
  Verdict Refuse(const hbk_entry& entry) {
    SqliteStatement& find = statements_->find;
    if (!find.Bind(1, entry.id, sizeof(entry.id)).Step()) return Verdict::kRefused;
    find.Reset();
    return Verdict::kExists;
  }

  Verdict Record(const hbk_entry& entry, const Movement& movement) {
    const auto amount = static_cast<int64_t>(movement.amount);
    Touched& debit = Touch(movement.debit);
    Touched& credit = Touch(movement.credit);
    const bool has_enough = debit.is_there && (debit.may_go_below || debit.balance >= amount);
    if (amount <= 0 || !has_enough || !credit.is_there) return Refuse(entry);
    SqliteStatement& insert = statements_->insert;
    insert.Bind(1, entry.id, sizeof(entry.id)).Bind(2, &entry, sizeof(entry));
    if (insert.Run() == 0) return Verdict::kExists;
    Move(debit, -amount);
    Move(credit, amount);
    return Verdict::kRecorded;
  }

  static void Move(Touched& account, int64_t amount) {
    account.balance += amount;
    account.is_changed = true;
  }

  SqliteDb db_;
  std::string settings_;
  std::unique_ptr<Statements> statements_;
  std::unordered_map<AccountId, Touched, AccountHash> touched_;  // its elements stay where they are
  std::vector<Balance> changed_;
};

}  // namespace

std::unique_ptr<Peer> OpenSqlite(const std::string& directory, const std::vector<Account>& accounts,
                                 uint64_t cache_mb) {
  return std::make_unique<SqlitePeer>(directory, accounts, cache_mb);
}

}  // namespace hourbook::bench
