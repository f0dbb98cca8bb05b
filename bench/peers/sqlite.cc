#include "bench/peers/sqlite.h"

#include <cstring>

#include "bench/peers/peer.h"

namespace hourbook::bench {
namespace {

void Must(sqlite3* db, int code) {
  if (code == SQLITE_OK) return;
  Fail("sqlite", db == nullptr ? sqlite3_errstr(code) : sqlite3_errmsg(db));
}

}  // namespace

SqliteDb::SqliteDb(const std::string& path) {
  Must(nullptr, sqlite3_open_v2(path.c_str(), &db_,
                                SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr));
}

SqliteDb::~SqliteDb() { sqlite3_close(db_); }

void SqliteDb::Run(const std::string& sql) {
  Must(db_, sqlite3_exec(db_, sql.c_str(), nullptr, nullptr, nullptr));
}

std::string SqliteDb::Ask(const std::string& sql) {
  std::string answer;
  const auto take = [](void* to, int, char** values, char**) {
    if (values[0] != nullptr) *static_cast<std::string*>(to) = values[0];
    return 0;
  };
  Must(db_, sqlite3_exec(db_, sql.c_str(), take, &answer, nullptr));
  return answer;
}

SqliteStatement::SqliteStatement(const SqliteDb& db, const char* sql) : db_(db.get()) {
  Must(db_, sqlite3_prepare_v3(db_, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement_, nullptr));
}

SqliteStatement::~SqliteStatement() { sqlite3_finalize(statement_); }

SqliteStatement& SqliteStatement::Bind(int at, const void* bytes, size_t length) {
  Must(db_, sqlite3_bind_blob(statement_, at, bytes, static_cast<int>(length), SQLITE_STATIC));
  return *this;
}

SqliteStatement& SqliteStatement::Bind(int at, int64_t value) {
  Must(db_, sqlite3_bind_int64(statement_, at, value));
  return *this;
}

bool SqliteStatement::Step() {
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code != SQLITE_DONE) Must(db_, code);
  Reset();
  return false;
}

void SqliteStatement::Reset() { Must(db_, sqlite3_reset(statement_)); }

int SqliteStatement::Run() {
  while (Step()) continue;
  return sqlite3_changes(db_);
}

AccountId SqliteStatement::Id(int column) const {
  AccountId id;
  if (sqlite3_column_bytes(statement_, column) != static_cast<int>(id.size())) {
    Fail("sqlite", "an account's id is not 16 bytes");
  }
  std::memcpy(id.data(), sqlite3_column_blob(statement_, column), id.size());
  return id;
}

}  // namespace hourbook::bench
