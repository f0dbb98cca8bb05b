// Going through a database of LMDB's in its order.
#ifndef LEDGER_STORE_CURSOR_H_
#define LEDGER_STORE_CURSOR_H_

#include <lmdb.h>

#include <memory>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace hourbook {

struct CloseCursor {
  void operator()(MDB_cursor* cursor) const { mdb_cursor_close(cursor); }
};
using MdbCursor = std::unique_ptr<MDB_cursor, CloseCursor>;

// `doing` names the purpose in an error.
absl::StatusOr<MdbCursor> OpenCursor(MDB_txn* txn, MDB_dbi database, absl::string_view doing);

// Calls visit with every key and value in their order, until it returns something else than Ok.
absl::Status ForEach(MDB_txn* txn, MDB_dbi database, absl::string_view doing,
                     absl::FunctionRef<absl::Status(absl::string_view key, absl::string_view value)> visit);

}  // namespace hourbook

#endif  // LEDGER_STORE_CURSOR_H_
