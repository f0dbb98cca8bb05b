// Pages of the engine's state, by part.
#include <algorithm>
#include <cstring>
#include <memory>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "ledger/base/error.h"
#include "ledger/store/checked_value.h"
#include "ledger/store/environment.h"
#include "ledger/store/store.h"

namespace hourbook {
namespace {

// The number is that of the records' layout (ledger/engine/state_parts.cc): a state of another layout
// is not found, and so made again from the log.
constexpr absl::string_view kStateKey = "state-5";

constexpr size_t kMostPageBytes = 4'000;

// Big-endian, so that LMDB, which compares bytes, keeps the pages in the order they are written in.
struct PageKey {
  uint64_t part;
  uint64_t table_and_page;
};

PageKey KeyOf(uint64_t part, uint64_t table_and_page) {
  return {__builtin_bswap64(part), __builtin_bswap64(table_and_page)};
}

PageKey KeyOf(uint64_t part, uint32_t table, uint32_t page) {
  return KeyOf(part, uint64_t{table} << 32 | page);
}

std::optional<PageKey> ReadKey(const MDB_val& key) {
  PageKey read;
  if (key.mv_size != sizeof(read)) return std::nullopt;
  std::memcpy(&read, key.mv_data, sizeof(read));
  return read;
}

uint64_t PartOf(const PageKey& key) { return __builtin_bswap64(key.part); }

std::string NameOf(uint64_t part, uint32_t table, uint32_t page) {
  return absl::StrCat("page ", page, " of table ", table, " of part ", part, " of the state");
}

bool Names(const StateHead& head, uint64_t part) {
  if (part == head.changes.number || part == head.whole.job.number) return true;
  return std::any_of(head.parts, head.parts + head.part_count,
                     [part](const StatePart& named) { return named.number == part; });
}

struct CloseCursor {
  void operator()(MDB_cursor* cursor) const { mdb_cursor_close(cursor); }
};
using Cursor = std::unique_ptr<MDB_cursor, CloseCursor>;

absl::StatusOr<Cursor> OpenCursor(MDB_txn* txn, MDB_dbi database) {
  MDB_cursor* opened = nullptr;
  const int code = mdb_cursor_open(txn, database, &opened);
  if (code != 0) return LmdbError(code, "looking through the stored states");
  return Cursor(opened);
}

}  // namespace

absl::StatusOr<StateHead> ReadTxn::ReadStateHead() const {
  StateHead head{};
  const auto bytes = GetChecked(txn_.get(), parts_.meta, kStateKey, "the head of the state");
  if (!bytes.ok()) {
    const bool is_none = FailureOf(bytes.status()) == Failure::kNotFound;
    return is_none ? absl::StatusOr<StateHead>(head) : bytes.status();
  }
  if (bytes->size() != sizeof(head)) {
    return Fail(Failure::kCorrupt, "the head of the state has the wrong size");
  }
  std::memcpy(&head, bytes->data(), sizeof(head));
  if (head.part_count > kMostStateParts) {
    return Fail(Failure::kCorrupt, "the head of the state names too many parts");
  }
  return head;
}

absl::StatusOr<std::string> ReadTxn::StatePage(uint64_t part, uint32_t table, uint32_t page) const {
  const PageKey key = KeyOf(part, table, page);
  const auto bytes = GetChecked(txn_.get(), parts_.state, AsBytes(key), NameOf(part, table, page));
  if (!bytes.ok()) return Fail(Failure::kCorrupt, bytes.status().message());
  return std::string(*bytes);
}

absl::Status WriteTxn::PutStatePage(uint64_t part, uint32_t table, uint32_t page,
                                    absl::string_view bytes) {
  if (bytes.size() > kMostPageBytes) {
    return Fail(Failure::kInvalidArgument, absl::StrCat("a state page of ", bytes.size(),
                                                        " bytes; ", kMostPageBytes, " at most"));
  }
  const PageKey key = KeyOf(part, table, page);
  return PutChecked(txn_.get(), parts_.state, AsBytes(key), bytes, NameOf(part, table, page));
}

absl::Status WriteTxn::PutStateHead(const StateHead& head) {
  return PutChecked(txn_.get(), parts_.meta, kStateKey, AsBytes(head), "the head of the state");
}

absl::StatusOr<uint64_t> WriteTxn::LastStatePart() const {
  const absl::StatusOr<Cursor> cursor = OpenCursor(txn_.get(), parts_.state);
  if (!cursor.ok()) return cursor.status();
  MDB_val key;
  MDB_val value;
  const int code = mdb_cursor_get(cursor->get(), &key, &value, MDB_LAST);
  if (code == MDB_NOTFOUND) return 0;
  if (code != 0) return LmdbError(code, "looking for the last part of the state");
  const std::optional<PageKey> last = ReadKey(key);
  return last ? PartOf(*last) : 0;
}

absl::StatusOr<bool> WriteTxn::DropStatePages(uint64_t budget) {
  const absl::StatusOr<StateHead> head = ReadStateHead();
  if (!head.ok()) return head.status();
  const absl::StatusOr<Cursor> cursor = OpenCursor(txn_.get(), parts_.state);
  if (!cursor.ok()) return cursor.status();
  MDB_val key;
  MDB_val value;
  int code = mdb_cursor_get(cursor->get(), &key, &value, MDB_FIRST);
  while (code == 0 && budget > 0) {
    const std::optional<PageKey> at = ReadKey(key);  // a damaged key is no part's
    if (at && Names(*head, PartOf(*at))) {
      // Past all of this part's pages.
      const PageKey past = KeyOf(PartOf(*at), UINT64_MAX);
      key = ToVal(AsBytes(past));
      code = mdb_cursor_get(cursor->get(), &key, &value, MDB_SET_RANGE);
      continue;
    }
    --budget;
    code = mdb_cursor_del(cursor->get(), 0);
    if (code == 0) code = mdb_cursor_get(cursor->get(), &key, &value, MDB_NEXT);
  }
  if (code == 0 || code == MDB_NOTFOUND) return code == 0;
  return LmdbError(code, "dropping an old state");
}

}  // namespace hourbook
