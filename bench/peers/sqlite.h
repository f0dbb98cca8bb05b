// A few words around SQLite's C API. Whatever fails ends the program.
#ifndef BENCH_PEERS_SQLITE_H_
#define BENCH_PEERS_SQLITE_H_

#include <sqlite3.h>

#include <cstdint>
#include <string>

#include "bench/peers/movement.h"

namespace hourbook::bench {

class SqliteDb {
 public:
  explicit SqliteDb(const std::string& path);
  ~SqliteDb();
  SqliteDb(const SqliteDb&) = delete;
  SqliteDb& operator=(const SqliteDb&) = delete;

  void Run(const std::string& sql);
  std::string Ask(const std::string& sql);  // the first value of the answer
  sqlite3* get() const { return db_; }

 private:
  sqlite3* db_ = nullptr;
};

// A prepared statement. Parameters and columns are numbered as SQLite does: from 1, and from 0. What is
// bound has to last until the statement has run.
class SqliteStatement {
 public:
  SqliteStatement(const SqliteDb& db, const char* sql);
  ~SqliteStatement();
  SqliteStatement(const SqliteStatement&) = delete;
  SqliteStatement& operator=(const SqliteStatement&) = delete;

  SqliteStatement& Bind(int at, const void* bytes, size_t length);
  SqliteStatement& Bind(int at, const AccountId& id) { return Bind(at, id.data(), id.size()); }
  SqliteStatement& Bind(int at, int64_t value);

  bool Step();  // whether there is a row; where there is none, the statement is ready to run again
  void Reset();
  int Run();    // to its end; how many rows it changed

  int64_t Integer(int column) const { return sqlite3_column_int64(statement_, column); }
  AccountId Id(int column) const;

 private:
  sqlite3* const db_;
  sqlite3_stmt* statement_ = nullptr;
};

}  // namespace hourbook::bench

#endif  // BENCH_PEERS_SQLITE_H_
