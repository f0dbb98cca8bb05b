// Going through a database of LMDB's in its order.
#ifndef LEDGER_STORE_CURSOR_H_
#define LEDGER_STORE_CURSOR_H_

#include <lmdb.h>

#include <cstdint>
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

// Counts pages that are read, and asks now and then whether to go on.
class Pace {
 public:
  explicit Pace(absl::FunctionRef<absl::Status()> may_go_on) : may_go_on_(may_go_on) {}

  absl::Status Step() { return ++pages_ % kAskedEvery == 0 ? may_go_on_() : absl::OkStatus(); }

 private:
  static constexpr uint64_t kAskedEvery = 2'048;  // 8 MB

  const absl::FunctionRef<absl::Status()> may_go_on_;
  uint64_t pages_ = 0;
};

}  // namespace hourbook

#endif  // LEDGER_STORE_CURSOR_H_
