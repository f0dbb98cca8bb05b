#include "bench/peers/postgres_peer.h"

#include <libpq-fe.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>

#include "bench/peers/postgres_array.h"
#include "bench/peers/postgres_schema.h"

namespace hourbook::bench {
namespace {

struct ResultEnd {
  void operator()(PGresult* result) const { PQclear(result); }
};
using Result = std::unique_ptr<PGresult, ResultEnd>;

class PostgresPeer : public Peer {
 public:
  PostgresPeer(const std::string& connection, const std::vector<Account>& accounts, uint64_t entries)
      : connection_(PQconnectdb(connection.c_str())) {
    if (PQstatus(connection_) != CONNECTION_OK) FailOf("connecting");
    FillLog(entries);
    Run(kPostgresTables);
    Run(kPostgresFunctions);
    Load(accounts);
    Must(Result(PQprepare(connection_, "append", "SELECT append_batch($1, $2, $3, $4, $5)", 0, nullptr)),
         PGRES_COMMAND_OK, "preparing");
  }

  ~PostgresPeer() override { PQfinish(connection_); }

  std::string Settings() const override {
    std::string text = Ask("SHOW server_version");
    for (const char* const name :
         {"fsync", "synchronous_commit", "full_page_writes", "wal_sync_method", "shared_buffers",
          "max_wal_size", "min_wal_size", "checkpoint_timeout", "wal_buffers", "jit"}) {
      text += std::string("; ") + name + " " + Ask(std::string("SHOW ") + name);
    }
    return text +
           "; one call of a PL/pgSQL function a batch, binary arrays; entry as bytea; BRIN on its index; "
           "autovacuum off; log files made beforehand";
  }

  void Append(const Batch& batch, std::vector<Verdict>& verdicts) override {
    Marshal(batch);
    const Result result = Execute();
    if (PQgetisnull(result.get(), 0, 0)) {
      std::fill(verdicts.begin(), verdicts.end(), Verdict::kRecorded);
      return;
    }
    if (PQgetlength(result.get(), 0, 0) != static_cast<int>(verdicts.size())) {
      Fail("postgres", "append_batch gave a wrong number of verdicts");
    }
    std::memcpy(verdicts.data(), PQgetvalue(result.get(), 0, 0), verdicts.size());
  }

  // As the server counts them: of the write-ahead log, by any of its processes.
  uint64_t Syncs() override {
    Run("SELECT pg_stat_force_next_flush()");
    return std::strtoull(Ask("SELECT wal_sync FROM pg_stat_wal").c_str(), nullptr, 10);
  }

  bool IsLedger() const override { return true; }

  std::vector<Balance> Balances() override {
    const char* const sql = "SELECT uuid_send(id), int8send(balance) FROM account WHERE balance <> 0";
    const Result result(PQexecParams(connection_, sql, 0, nullptr, nullptr, nullptr, nullptr, 1));
    Must(result, PGRES_TUPLES_OK, sql);
    std::vector<Balance> balances(static_cast<size_t>(PQntuples(result.get())));
    for (size_t i = 0; i < balances.size(); ++i) {
      const int row = static_cast<int>(i);
      std::memcpy(balances[i].account.data(), PQgetvalue(result.get(), row, 0), sizeof(AccountId));
      uint64_t amount;
      std::memcpy(&amount, PQgetvalue(result.get(), row, 1), sizeof(amount));
      balances[i].amount = static_cast<int64_t>(__builtin_bswap64(amount));
    }
    return balances;
  }

 private:
  [[noreturn]] void FailOf(std::string_view what) const {
    Fail("postgres", std::string(what) + ": " + PQerrorMessage(connection_));
  }

  void Must(const Result& result, ExecStatusType expected, std::string_view what) const {
    if (PQresultStatus(result.get()) != expected) FailOf(what);
  }

  void Run(const std::string& sql) {
    const Result result(PQexec(connection_, sql.c_str()));
    const ExecStatusType status = PQresultStatus(result.get());
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) FailOf(sql);
  }

  std::string Ask(const std::string& sql) const {
    const Result result(PQexec(connection_, sql.c_str()));
    Must(result, PGRES_TUPLES_OK, sql);
    return PQgetvalue(result.get(), 0, 0);
  }

  // The checkpoint at the end of loading makes the files that these messages took ready to be used again.
  void FillLog(uint64_t entries) {
    constexpr uint64_t kBytesAnEntry = 1'500;  // measured: 600, and whole pages after a checkpoint
    const uint64_t messages = 1 + entries * kBytesAnEntry / 1'000'000;
    Run("SELECT count(pg_logical_emit_message(false, 'fill', repeat('.', 1000000)))"
        " FROM generate_series(1, " +
        std::to_string(messages) + ")");
  }

  void Load(const std::vector<Account>& accounts) {
    constexpr size_t kChunk = 100'000;
    PgArray ids(PgType::kUuid), below(PgType::kBool);
    for (size_t first = 0; first < accounts.size(); first += kChunk) {
      const size_t count = std::min(kChunk, accounts.size() - first);
      ids.Begin(count);
      below.Begin(count);
      for (size_t i = first; i < first + count; ++i) {
        ids.Add(accounts[i].id.data(), accounts[i].id.size());
        below.Add(accounts[i].may_go_below);
      }
      const char* const values[] = {ids.bytes().data(), below.bytes().data()};
      const int lengths[] = {static_cast<int>(ids.bytes().size()), static_cast<int>(below.bytes().size())};
      const int formats[] = {1, 1};
      const char* const sql =
          "INSERT INTO account SELECT id, 0, below FROM unnest($1::uuid[], $2::boolean[]) AS new (id, below)";
      Must(Result(PQexecParams(connection_, sql, 2, nullptr, values, lengths, formats, 1)),
           PGRES_COMMAND_OK, sql);
    }
    for (const char* const sql : kPostgresLoaded) Run(sql);
  }

  void Marshal(const Batch& batch) {
    for (PgArray* const array : {&ids_, &bodies_, &debits_, &credits_, &amounts_}) {
      array->Begin(batch.entries.size());
    }
    for (size_t i = 0; i < batch.entries.size(); ++i) {
      const Movement& movement = batch.movements[i];
      ids_.Add(batch.entries[i].id, sizeof(batch.entries[i].id));
      bodies_.Add(&batch.entries[i], sizeof(batch.entries[i]));
      debits_.Add(movement.debit.data(), movement.debit.size());
      credits_.Add(movement.credit.data(), movement.credit.size());
      amounts_.Add(static_cast<int64_t>(movement.amount));
    }
  }

  Result Execute() {
    constexpr int kParameters = 5;
    const PgArray* const arrays[kParameters] = {&ids_, &bodies_, &debits_, &credits_, &amounts_};
    std::array<const char*, kParameters> values;
    std::array<int, kParameters> lengths, formats;
    for (size_t i = 0; i < kParameters; ++i) {
      values[i] = arrays[i]->bytes().data();
      lengths[i] = static_cast<int>(arrays[i]->bytes().size());
      formats[i] = 1;
    }
    Result result(PQexecPrepared(connection_, "append", kParameters, values.data(), lengths.data(),
                                 formats.data(), 1));
    Must(result, PGRES_TUPLES_OK, "append_batch");
    return result;
  }

  PGconn* const connection_;
  PgArray ids_{PgType::kUuid}, bodies_{PgType::kBytea}, debits_{PgType::kUuid}, credits_{PgType::kUuid},
      amounts_{PgType::kInt8};
};

}  // namespace

std::unique_ptr<Peer> OpenPostgres(const std::string& connection, const std::vector<Account>& accounts,
                                   uint64_t entries) {
  return std::make_unique<PostgresPeer>(connection, accounts, entries);
}

}  // namespace hourbook::bench
