// The pages of a run of ids.
#ifndef LEDGER_STORE_ID_PAGES_H_
#define LEDGER_STORE_ID_PAGES_H_

#include <lmdb.h>

#include <cstdint>
#include <cstring>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "ledger/base/bytes.h"
#include "ledger/store/store.h"

namespace hourbook {

uint64_t HashOf(const Id& id);

// How many pages so many pairs take.
inline uint64_t IdPagesFor(uint64_t pairs) {
  return (pairs + kIdPairsPerPage - 1) / kIdPairsPerPage;
}

// What the page of a run lies under.
inline uint64_t IdPageKey(uint64_t run, uint64_t page) { return run << 32 | page; }

// A page as it lies in LMDB's file, which need not be aligned.
class IdPage {
 public:
  explicit IdPage(absl::string_view bytes) : bytes_(bytes) {}

  size_t size() const { return bytes_.size() / sizeof(IdPair); }
  IdPair operator[](size_t i) const {
    IdPair pair;
    std::memcpy(&pair, bytes_.data() + i * sizeof(pair), sizeof(pair));
    return pair;
  }

  // The first pair whose hash is not less.
  size_t LowerBound(uint64_t hash) const;

 private:
  absl::string_view bytes_;
};

// Valid until the transaction ends or writes.
absl::StatusOr<IdPage> ReadIdPage(MDB_txn* txn, const StoreParts& parts, uint64_t run,
                                  uint64_t page);

absl::Status WriteIdPage(MDB_txn* txn, const StoreParts& parts, uint64_t run, uint64_t page,
                         absl::Span<const IdPair> pairs);

// False where there is no such page.
absl::StatusOr<bool> DropIdPage(MDB_txn* txn, const StoreParts& parts, uint64_t run, uint64_t page);

}  // namespace hourbook

#endif  // LEDGER_STORE_ID_PAGES_H_
