#include "ledger/store/id_pages.h"

#include <xxhash.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "ledger/base/error.h"
#include "ledger/store/checked_value.h"
#include "ledger/store/environment.h"

namespace hourbook {
namespace {

static_assert(kIdPairsPerPage * sizeof(IdPair) + sizeof(uint64_t) <= kOnePage);

constexpr absl::string_view kWhat = "a page of the index of ids";

}  // namespace

uint64_t HashOf(const Id& id) { return XXH3_64bits(id.data(), id.size()); }

size_t IdPage::LowerBound(uint64_t hash) const {
  size_t low = 0;
  size_t high = size();
  while (low < high) {
    const size_t middle = low + (high - low) / 2;
    if ((*this)[middle].hash < hash) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

absl::StatusOr<IdPage> ReadIdPage(MDB_txn* txn, const StoreParts& parts, uint64_t run,
                                  uint64_t page) {
  const uint64_t key = IdPageKey(run, page);
  const absl::StatusOr<absl::string_view> bytes = GetChecked(txn, parts.ids, AsBytes(key), kWhat);
  if (!bytes.ok()) return Fail(Failure::kCorrupt, bytes.status().message());
  if (bytes->empty() || bytes->size() % sizeof(IdPair) != 0) {
    return Fail(Failure::kCorrupt, absl::StrCat(kWhat, " has the wrong size; restore a backup"));
  }
  return IdPage(*bytes);
}

absl::Status WriteIdPage(MDB_txn* txn, const StoreParts& parts, uint64_t run, uint64_t page,
                         absl::Span<const IdPair> pairs) {
  const uint64_t key = IdPageKey(run, page);
  const absl::string_view bytes(reinterpret_cast<const char*>(pairs.data()),
                                pairs.size() * sizeof(IdPair));
  return PutChecked(txn, parts.ids, AsBytes(key), bytes, kWhat);
}

absl::StatusOr<bool> DropIdPage(MDB_txn* txn, const StoreParts& parts, uint64_t run,
                                uint64_t page) {
  const uint64_t key = IdPageKey(run, page);
  MDB_val key_val = ToVal(AsBytes(key));
  const int code = mdb_del(txn, parts.ids, &key_val, nullptr);
  if (code != 0 && code != MDB_NOTFOUND) return LmdbError(code, "dropping a page of ids");
  return code == 0;
}

}  // namespace hourbook
