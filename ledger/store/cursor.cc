#include "ledger/store/cursor.h"

#include "ledger/store/environment.h"

namespace hourbook {

absl::StatusOr<MdbCursor> OpenCursor(MDB_txn* txn, MDB_dbi database, absl::string_view doing) {
  MDB_cursor* opened = nullptr;
  const int code = mdb_cursor_open(txn, database, &opened);
  if (code != 0) return LmdbError(code, doing);
  return MdbCursor(opened);
}

absl::Status ForEach(MDB_txn* txn, MDB_dbi database, absl::string_view doing,
                     absl::FunctionRef<absl::Status(absl::string_view key, absl::string_view value)> visit) {
  const absl::StatusOr<MdbCursor> cursor = OpenCursor(txn, database, doing);
  if (!cursor.ok()) return cursor.status();
  const auto bytes = [](const MDB_val& val) {
    return absl::string_view(static_cast<const char*>(val.mv_data), val.mv_size);
  };
  MDB_val key;
  MDB_val value;
  int code = mdb_cursor_get(cursor->get(), &key, &value, MDB_FIRST);
  for (; code == 0; code = mdb_cursor_get(cursor->get(), &key, &value, MDB_NEXT)) {
    if (absl::Status visited = visit(bytes(key), bytes(value)); !visited.ok()) return visited;
  }
  return code == MDB_NOTFOUND ? absl::OkStatus() : LmdbError(code, doing);
}

}  // namespace hourbook
