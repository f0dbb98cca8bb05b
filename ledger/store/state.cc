// Pages of the engine's state, by part.
#include <algorithm>
#include <cstring>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "ledger/base/error.h"
#include "ledger/store/checked_value.h"
#include "ledger/store/cursor.h"
#include "ledger/store/environment.h"
#include "ledger/store/store.h"

namespace hourbook {
namespace {

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

bool IsSound(const StateJob& job, uint64_t last_number, uint64_t size) {
  return job.number <= last_number && job.begun <= size;
}

// Whether a head is one that a log of this size can have. Numbers differ, since a later part's is larger
// unless it was written anew as a whole.
bool IsSound(const StateHead& head, uint64_t size) {
  if (head.part_count > kMostStateParts || head.whole.end > size) return false;
  if (!IsSound(head.changes, head.last_number, size)) return false;
  if (!IsSound(head.whole.job, head.last_number, size)) return false;
  uint64_t before = 0;
  for (uint64_t i = 0; i < head.part_count; ++i) {
    const StatePart& part = head.parts[i];
    if (part.number == 0 || part.number > head.last_number) return false;
    if (part.size <= before || part.size > size) return false;
    before = part.size;
  }
  return true;
}

constexpr absl::string_view kLooking = "looking through the stored states";

struct StoredStateHead {
  uint64_t layout;
  StateHead head;
};

}  // namespace

absl::StatusOr<std::optional<StateHead>> ReadTxn::FindStateHead() const {
  const auto bytes = GetChecked(txn_.get(), parts_.meta, kStateKey, "the head of the state");
  if (!bytes.ok()) {
    const bool is_none = FailureOf(bytes.status()) == Failure::kNotFound;
    return is_none ? absl::StatusOr<std::optional<StateHead>>(std::nullopt) : bytes.status();
  }
  StoredStateHead stored{};
  std::memcpy(&stored, bytes->data(), std::min(bytes->size(), sizeof(stored)));
  if (bytes->size() >= sizeof(stored.layout) && stored.layout != kStateLayout) return HeadAfterAll();
  if (bytes->size() != sizeof(stored)) {
    return Fail(Failure::kCorrupt, "the head of the state has the wrong size");
  }
  if (!IsSound(stored.head, head_.size)) {
    return Fail(Failure::kCorrupt, "the head of the state contradicts itself; whoever appends entries makes it "
                                   "again from the log");
  }
  return stored.head;
}

absl::StatusOr<StateHead> ReadTxn::ReadStateHead() const {
  const absl::StatusOr<std::optional<StateHead>> head = FindStateHead();
  if (!head.ok()) return head.status();
  return *head ? **head : HeadAfterAll();
}

absl::StatusOr<std::string> ReadTxn::StatePage(uint64_t part, uint32_t table, uint32_t page) const {
  const PageKey key = KeyOf(part, table, page);
  const auto bytes = GetChecked(txn_.get(), parts_.state, AsBytes(key), NameOf(part, table, page));
  if (!bytes.ok()) return Fail(Failure::kCorrupt, bytes.status().message());
  return std::string(*bytes);
}

absl::StatusOr<uint64_t> ReadTxn::CountStatePages(uint64_t part) const {
  const absl::StatusOr<MdbCursor> cursor = OpenCursor(txn_.get(), parts_.state, kLooking);
  if (!cursor.ok()) return cursor.status();
  const PageKey first = KeyOf(part, 0);
  MDB_val key = ToVal(AsBytes(first));
  MDB_val value;
  uint64_t count = 0;
  int code = mdb_cursor_get(cursor->get(), &key, &value, MDB_SET_RANGE);
  for (; code == 0; code = mdb_cursor_get(cursor->get(), &key, &value, MDB_NEXT), ++count) {
    const std::optional<PageKey> at = ReadKey(key);
    if (!at || PartOf(*at) != part) return count;
  }
  if (code == MDB_NOTFOUND) return count;
  return LmdbError(code, kLooking);
}

// Of nothing, and after all parts that have pages: their numbers are not used again.
absl::StatusOr<StateHead> ReadTxn::HeadAfterAll() const {
  const absl::StatusOr<MdbCursor> cursor = OpenCursor(txn_.get(), parts_.state, kLooking);
  if (!cursor.ok()) return cursor.status();
  StateHead head{};
  MDB_val key;
  MDB_val value;
  const int code = mdb_cursor_get(cursor->get(), &key, &value, MDB_LAST);
  if (code == MDB_NOTFOUND) return head;
  if (code != 0) return LmdbError(code, kLooking);
  const std::optional<PageKey> last = ReadKey(key);
  if (last) head.last_number = PartOf(*last);
  return head;
}

// Of parts that the head does not name there may be pages, too: they are dropped little by little.
absl::Status ReadTxn::CheckState(MayGoOn may_go_on) const {
  Pace pace(may_go_on);
  const absl::StatusOr<std::optional<StateHead>> head = FindStateHead();
  if (!head.ok()) return head.status();
  const uint64_t last = *head ? (*head)->last_number : 0;
  return ForEach(txn_.get(), parts_.state, kLooking,
                 [&](absl::string_view key, absl::string_view value) -> absl::Status {
                   const std::optional<PageKey> at = ReadKey(ToVal(key));
                   if (!at || PartOf(*at) == 0 || PartOf(*at) > last) {
                     return Fail(Failure::kCorrupt, "there is a page of a state that was never stored; open "
                                                    "the ledger so that it replays its log");
                   }
                   const std::string name = absl::StrCat("a page of part ", PartOf(*at), " of the state");
                   const absl::Status checked = CheckedBytes(value, name).status();
                   return checked.ok() ? pace.Step() : checked;
                 });
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
  const StoredStateHead stored = {kStateLayout, head};
  return PutChecked(txn_.get(), parts_.meta, kStateKey, AsBytes(stored), "the head of the state");
}

absl::Status WriteTxn::DropState() {
  const absl::StatusOr<StateHead> before = ReadStateHead();
  absl::StatusOr<StateHead> anew = HeadAfterAll();
  if (!anew.ok()) return anew.status();
  if (before.ok()) anew->last_number = std::max(anew->last_number, before->last_number);
  if (absl::Status dropped = DropStrayHeads(); !dropped.ok()) return dropped;
  return PutStateHead(*anew);
}

absl::StatusOr<bool> WriteTxn::DropStatePages(uint64_t budget) {
  const absl::StatusOr<StateHead> head = ReadStateHead();
  if (!head.ok()) return head.status();
  const absl::StatusOr<MdbCursor> cursor = OpenCursor(txn_.get(), parts_.state, kLooking);
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
