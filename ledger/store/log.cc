// The log: records in blocks.
#include <xxhash.h>

#include <algorithm>
#include <cstddef>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "ledger/base/error.h"
#include "ledger/store/checked_value.h"
#include "ledger/store/environment.h"
#include "ledger/store/store.h"

namespace hourbook {
namespace {

uint64_t ChecksumOf(const Record& record) { return XXH3_64bits(&record, sizeof(record)); }

absl::Status CheckIndexes(absl::Span<const Record> records, uint64_t size) {
  for (size_t i = 0; i < records.size(); ++i) {
    if (records[i].entry.index == size + i) continue;
    return Fail(Failure::kInvalidArgument, absl::StrCat("record ", i, " has index ",
                                                        records[i].entry.index, ", not ", size + i));
  }
  return absl::OkStatus();
}

absl::StatusOr<Record> FirstRecord(absl::string_view block, uint64_t index) {
  StoredRecord stored;
  std::memcpy(&stored, block.data(), sizeof(stored));
  if (stored.checksum == ChecksumOf(stored.record) && stored.record.entry.index == index) {
    return stored.record;
  }
  return Fail(Failure::kCorrupt,
              absl::StrCat("entry ", index, " is damaged on disk: its checksum does not match; "
                                            "verify the ledger, restore a backup"));
}

}  // namespace

// The records of a block from that of the entry on: one at least.
absl::StatusOr<absl::string_view> ReadTxn::BlockFrom(uint64_t index) const {
  if (index >= head_.size) {
    return Fail(Failure::kNotFound, absl::StrCat("entry ", index, " is not among the ", head_.size,
                                                 " of this ledger"));
  }
  const uint64_t block = index / kRecordsPerBlock;
  const size_t skipped = index % kRecordsPerBlock * sizeof(StoredRecord);
  const uint64_t records = std::min(kRecordsPerBlock, head_.size - block * kRecordsPerBlock);
  MDB_val key = ToVal(AsBytes(block));
  MDB_val value;
  const int code = mdb_get(txn_.get(), parts_.log, &key, &value);
  if (code != 0 || value.mv_size != records * sizeof(StoredRecord)) {
    return Fail(Failure::kCorrupt, absl::StrCat("entry ", index,
                                                " is missing from the log; restore a backup"));
  }
  return absl::string_view(static_cast<const char*>(value.mv_data), value.mv_size)
      .substr(skipped);
}

absl::StatusOr<Record> ReadTxn::At(uint64_t index) const {
  const absl::StatusOr<absl::string_view> block = BlockFrom(index);
  if (!block.ok()) return block.status();
  return FirstRecord(*block, index);
}

absl::Status ReadTxn::LeafHashes(uint64_t first, absl::Span<Hash> hashes) const {
  absl::string_view block;
  for (size_t i = 0; i < hashes.size(); ++i) {
    if (block.size() < sizeof(StoredRecord)) {
      const absl::StatusOr<absl::string_view> next = BlockFrom(first + i);
      if (!next.ok()) return next.status();
      block = *next;
    }
    const absl::StatusOr<Record> record = FirstRecord(block, first + i);
    if (!record.ok()) return record.status();
    hashes[i] = record->leaf;
    block.remove_prefix(sizeof(StoredRecord));
  }
  return absl::OkStatus();
}

absl::Status ReadTxn::CheckLog(MayGoOn) const {
  MDB_stat stat;
  if (const int code = mdb_stat(txn_.get(), parts_.log, &stat); code != 0) {
    return LmdbError(code, "counting the blocks of the log");
  }
  const uint64_t blocks = (head_.size + kRecordsPerBlock - 1) / kRecordsPerBlock;
  if (stat.ms_entries == blocks) return absl::OkStatus();
  return Fail(Failure::kCorrupt, absl::StrCat("the log has ", stat.ms_entries, " blocks and not ", blocks,
                                              "; restore a backup"));
}

absl::Status WriteTxn::Append(absl::Span<const Record> records) {
  if (absl::Status checked = CheckIndexes(records, head_.size); !checked.ok()) return checked;
  while (!records.empty()) {
    const uint64_t block = head_.size / kRecordsPerBlock;
    const size_t present = head_.size % kRecordsPerBlock;
    const size_t added = std::min<size_t>(kRecordsPerBlock - present, records.size());
    StoredRecord stored[kRecordsPerBlock];
    MDB_val key = ToVal(AsBytes(block));
    MDB_val value;
    if (present > 0) {
      const int code = mdb_get(txn_.get(), parts_.log, &key, &value);
      if (code != 0 || value.mv_size != present * sizeof(StoredRecord)) {
        return Fail(Failure::kCorrupt, absl::StrCat("the last block of the log, ", block,
                                                    ", is damaged; restore a backup"));
      }
      std::memcpy(stored, value.mv_data, value.mv_size);
    }
    for (size_t i = 0; i < added; ++i) {
      stored[present + i] = {records[i], ChecksumOf(records[i])};
    }
    value = {(present + added) * sizeof(StoredRecord), stored};
    const unsigned flags = present > 0 ? 0U : unsigned{MDB_APPEND};
    const int code = mdb_put(txn_.get(), parts_.log, &key, &value, flags);
    if (code != 0) return LmdbError(code, "appending to the log");
    head_.size += added;
    head_.last_recorded_at = records[added - 1].entry.recorded_at;
    head_.last_leaf = records[added - 1].leaf;
    records.remove_prefix(added);
  }
  return absl::OkStatus();
}

}  // namespace hourbook
