#include "ledger/engine/core.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "ledger/base/error.h"
#include "ledger/chain/hasher.h"
#include "ledger/chain/tiles.h"
#include "ledger/engine/state_pages.h"

namespace hourbook {
namespace {

absl::StatusOr<Hash> ReadTileHash(const ReadTxn& txn, int level, uint64_t index) {
  if (level > 0) return txn.TileHash(level, index);
  const absl::StatusOr<Record> record = txn.At(index);
  if (!record.ok()) return record.status();
  return record->leaf;
}

absl::Status CheckLink(const Record& record, const Hash& last_leaf) {
  if (EntryLeafHash(last_leaf, record.entry) == record.leaf) return absl::OkStatus();
  return Fail(Failure::kCorrupt,
              absl::StrCat("entry ", record.entry.index,
                           " and its leaf hash do not match; verify the ledger, restore a backup"));
}

}  // namespace

void LogHistory::Detach() {
  txn_ = nullptr;
  unwritten_.clear();
}

absl::StatusOr<Entry> LogHistory::At(uint64_t index) {
  const uint64_t written = txn_->head().size;
  if (index >= written) return unwritten_[index - written];
  const absl::StatusOr<Record> record = txn_->At(index);
  if (!record.ok()) return record.status();
  return record->entry;
}

absl::StatusOr<std::optional<uint64_t>> LogHistory::Find(const Id& id) {
  if (const std::optional<uint64_t> recent = recent_.Find(id)) return recent;
  absl::StatusOr<std::optional<uint64_t>> index = txn_->FindId(id);
  // Another process may have indexed entries that the machine has yet to take in.
  if (index.ok() && *index && **index >= recent_.end()) return std::optional<uint64_t>();
  return index;
}

void LogHistory::Append(const Entry& entry) {
  recent_.Append(entry.id);
  if (entry.index >= txn_->head().size) unwritten_.push_back(entry);
}

void LogHistory::Truncate(uint64_t size) {
  recent_.Truncate(size);
  const uint64_t written = txn_->head().size;
  unwritten_.resize(size > written ? size - written : 0);
}

absl::StatusOr<std::unique_ptr<Core>> Core::Restore(const ReadTxn& txn) {
  // A state that cannot be read is no loss: the log is the truth, and is replayed from its start.
  absl::StatusOr<State> state = ReadState(txn);
  std::unique_ptr<Core> core(new Core(state.ok() ? *std::move(state) : State{}));
  const uint64_t size = core->size();
  const auto read = [&](int level, uint64_t index) { return ReadTileHash(txn, level, index); };
  const absl::StatusOr<Frontier> frontier = FrontierAt(size, read);
  if (!frontier.ok()) return frontier.status();
  core->frontier_ = *frontier;
  if (size > 0) {
    const absl::StatusOr<Record> last = txn.At(size - 1);
    if (!last.ok()) return last.status();
    core->last_leaf_ = last->leaf;
  }
  core->history_.recent().Reset(std::min(size, txn.ids_covered()));
  for (uint64_t i = core->history_.recent().end(); i < size; ++i) {
    const absl::StatusOr<Record> record = txn.At(i);
    if (!record.ok()) return record.status();
    core->history_.recent().Append(record->entry.id);
  }
  if (absl::Status caught_up = core->CatchUp(txn); !caught_up.ok()) return caught_up;
  return core;
}

absl::Status Core::CatchUp(const ReadTxn& txn) {
  history_.Attach(txn);
  for (uint64_t i = size(); i < txn.head().size; ++i) {
    const absl::StatusOr<Record> record = txn.At(i);
    if (!record.ok()) return record.status();
    if (absl::Status linked = CheckLink(*record, last_leaf_); !linked.ok()) return linked;
    if (absl::Status taken = machine_.Replay(record->entry); !taken.ok()) return taken;
    frontier_.Append(record->leaf);
    last_leaf_ = record->leaf;
  }
  history_.Detach();
  if (size() == 0 || frontier_.Root() == txn.head().root) return absl::OkStatus();
  return Fail(Failure::kCorrupt,
              absl::StrCat("the log's ", txn.head().size, " entries do not hash to the root that ",
                           "was stored with them; verify the ledger, restore a backup"));
}

absl::StatusOr<Hash> Core::Write(WriteTxn& txn) {
  std::vector<Record> records;
  records.reserve(history_.unwritten().size());
  for (const Entry& entry : history_.unwritten()) {
    last_leaf_ = EntryLeafHash(last_leaf_, entry);
    records.push_back({entry, last_leaf_});
    AppendLeaf(frontier_, last_leaf_, [&](int level, uint64_t index, const Hash& hash) {
      txn.PutTileHash(level, index, hash);
    });
  }
  if (absl::Status appended = txn.Append(records); !appended.ok()) return appended;
  return frontier_.Root();
}

void Core::DropCoveredIds(uint64_t ids_covered) {
  const uint64_t needed = pins_.empty() ? ids_covered : std::min(*pins_.begin(), ids_covered);
  history_.recent().DropBefore(std::min(needed, history_.recent().end()));
}

}  // namespace hourbook
