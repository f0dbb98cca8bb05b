// Values that carry a checksum of themselves, as everything but the log's records does.
#ifndef LEDGER_STORE_CHECKED_VALUE_H_
#define LEDGER_STORE_CHECKED_VALUE_H_

#include <lmdb.h>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace hourbook {

inline MDB_val ToVal(absl::string_view bytes) {
  return {bytes.size(), const_cast<char*>(bytes.data())};
}

template <class T>
absl::string_view AsBytes(const T& value) {
  return absl::string_view(reinterpret_cast<const char*>(&value), sizeof(value));
}

// Puts bytes and their checksum; flags as mdb_put's. `what` names them in an error.
absl::Status PutChecked(MDB_txn* txn, MDB_dbi database, absl::string_view key,
                        absl::string_view bytes, absl::string_view what, unsigned flags = 0);

// The bytes of a value that PutChecked put. kCorrupt where the checksum does not match.
absl::StatusOr<absl::string_view> CheckedBytes(absl::string_view value, absl::string_view what);

// The bytes, valid as LMDB's are: until the transaction ends or writes. kNotFound where there are
// none; kCorrupt where the checksum does not match.
absl::StatusOr<absl::string_view> GetChecked(MDB_txn* txn, MDB_dbi database, absl::string_view key,
                                             absl::string_view what);

}  // namespace hourbook

#endif  // LEDGER_STORE_CHECKED_VALUE_H_
