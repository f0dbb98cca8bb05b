#include "ledger/store/checked_value.h"

#include <xxhash.h>

#include <cstdint>
#include <cstring>
#include <string>

#include "absl/strings/str_cat.h"
#include "ledger/base/error.h"
#include "ledger/store/environment.h"
#include "ledger/store/record.h"

namespace hourbook {
namespace {

using Checksum = XXH64_hash_t;

absl::Status Damaged(absl::string_view what) {
  return Fail(Failure::kCorrupt, absl::StrCat(what, " is damaged on disk: its checksum does not "
                                                    "match; verify the ledger, restore a backup"));
}

}  // namespace

absl::Status PutChecked(MDB_txn* txn, MDB_dbi database, absl::string_view key,
                        absl::string_view bytes, absl::string_view what, unsigned flags) {
  std::string value(bytes);
  const Checksum checksum = XXH3_64bits(bytes.data(), bytes.size());
  value.append(reinterpret_cast<const char*>(&checksum), sizeof(checksum));
  MDB_val key_val = ToVal(key);
  MDB_val val = ToVal(value);
  const int code = mdb_put(txn, database, &key_val, &val, flags);
  return code == 0 ? absl::OkStatus() : LmdbError(code, absl::StrCat("writing ", what));
}

// No value of ours is larger than a page: what a damaged page calls larger is not read.
absl::StatusOr<absl::string_view> CheckedBytes(absl::string_view value, absl::string_view what) {
  if (value.size() < sizeof(Checksum) || value.size() > kOnePage) return Damaged(what);
  const absl::string_view bytes = value.substr(0, value.size() - sizeof(Checksum));
  Checksum checksum;
  std::memcpy(&checksum, bytes.data() + bytes.size(), sizeof(checksum));
  if (checksum != XXH3_64bits(bytes.data(), bytes.size())) return Damaged(what);
  return bytes;
}

absl::StatusOr<absl::string_view> GetChecked(MDB_txn* txn, MDB_dbi database, absl::string_view key,
                                             absl::string_view what) {
  MDB_val key_val = ToVal(key);
  MDB_val val;
  const int code = mdb_get(txn, database, &key_val, &val);
  if (code == MDB_NOTFOUND) return Fail(Failure::kNotFound, absl::StrCat(what, " is missing"));
  if (code != 0) return LmdbError(code, absl::StrCat("reading ", what));
  return CheckedBytes(absl::string_view(static_cast<const char*>(val.mv_data), val.mv_size), what);
}

}  // namespace hourbook
