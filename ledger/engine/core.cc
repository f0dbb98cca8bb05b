#include "ledger/engine/core.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "ledger/base/check.h"
#include "ledger/base/error.h"
#include "ledger/chain/hasher.h"
#include "ledger/chain/tiles.h"
#include "ledger/engine/state_parts.h"

namespace hourbook {
namespace {

// Ids that a replay keeps in memory at least.
constexpr uint64_t kKeptIds = 131'072;
constexpr uint64_t kAll = std::numeric_limits<uint64_t>::max() / 2;

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

void LogHistory::Attach(const ReadTxn& txn) {
  txn_ = &txn;
  const uint64_t written = txn.head().size;
  while (!pieces_.empty() && pieces_.front().first + pieces_.front().entries->size() <= written) {
    spare_ = std::move(pieces_.front().entries);
    pieces_.pop_front();
  }
}

LogHistory::Piece LogHistory::BeginPiece(uint64_t first, size_t most) {
  // Nobody else may still read it.
  if (spare_ == nullptr || spare_.use_count() > 1) spare_ = std::make_shared<std::vector<Entry>>();
  spare_->clear();
  spare_->reserve(most);
  pieces_.push_back({first, std::move(spare_)});
  spare_ = nullptr;
  return pieces_.back();
}

absl::StatusOr<Entry> LogHistory::At(uint64_t index) {
  for (auto piece = pieces_.rbegin(); piece != pieces_.rend(); ++piece) {
    if (index >= piece->first) return (*piece->entries)[index - piece->first];
  }
  const absl::StatusOr<Record> record = txn_->At(index);
  if (!record.ok()) return record.status();
  return record->entry;
}

absl::StatusOr<std::optional<uint64_t>> LogHistory::Find(const Id& id) {
  if (const std::optional<uint64_t> recent = recent_.Find(id)) return recent;
  if (replayed_ != kNoId && id == replayed_) return std::optional<uint64_t>();
  absl::StatusOr<std::optional<uint64_t>> index = txn_->FindId(id);
  // Another process may have indexed entries that the machine has yet to take in.
  if (index.ok() && *index && **index >= recent_.end()) return std::optional<uint64_t>();
  return index;
}

void LogHistory::Prefetch(const Id& id) {
  recent_.Prefetch(id);
  txn_->PrefetchId(id);
}

// What the transaction holds is replayed, and needs no piece.
void LogHistory::Append(const Entry& entry) {
  recent_.Append(entry.id);
  if (entry.index < txn_->head().size) return;
  HOURBOOK_CHECK(!pieces_.empty() && pieces_.back().entries->size() < pieces_.back().entries->capacity(),
                 "there is a piece with room for what is accepted");
  pieces_.back().entries->push_back(entry);
}

// Never beyond the newest piece: what came before it was answered for.
void LogHistory::Truncate(uint64_t size) {
  recent_.Truncate(size);
  if (!pieces_.empty() && size >= pieces_.back().first) {
    pieces_.back().entries->resize(size - pieces_.back().first);
  }
}

absl::StatusOr<std::unique_ptr<Core>> Core::Restore(const ReadTxn& txn) {
  // A state that cannot be read is no loss: the log is the truth, and is replayed from its start.
  absl::StatusOr<State> state = ReadState(txn);
  std::unique_ptr<Core> core(new Core(state.ok() ? *std::move(state) : State{}));
  const uint64_t size = core->size();
  const auto read = [&](int level, uint64_t index) { return ReadTileHash(txn, level, index); };
  const absl::StatusOr<Frontier> frontier = FrontierAt(size, read);
  if (!frontier.ok()) return frontier.status();
  Hash last_leaf{};
  if (size > 0) {
    const absl::StatusOr<Record> last = txn.At(size - 1);
    if (!last.ok()) return last.status();
    last_leaf = last->leaf;
  }
  core->tip_ = ChainTip(*frontier, last_leaf);
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
    if (absl::Status linked = CheckLink(*record, tip_.last_leaf()); !linked.ok()) return linked;
    history_.ExpectReplayed(record->entry.id);
    if (absl::Status taken = machine_.Replay(record->entry); !taken.ok()) return taken;
    tip_.Append(record->leaf);
    // What is referred to is mostly not long ago, and found sooner here than in the store's index.
    if (size() % kKeptIds == 0) DropCoveredIds(std::min(txn.ids_covered(), size() - kKeptIds), kAll);
  }
  history_.ExpectReplayed(kNoId);
  history_.Detach();
  DropCoveredIds(txn.ids_covered(), kAll);
  if (size() == 0 || tip_.Root() == txn.head().root) return absl::OkStatus();
  return Fail(Failure::kCorrupt,
              absl::StrCat("the log's ", txn.head().size, " entries do not hash to the root that ",
                           "was stored with them; verify the ledger, restore a backup"));
}

void Core::DropCoveredIds(uint64_t ids_covered, uint64_t most) {
  RecentIds& recent = history_.recent();
  const uint64_t needed = pins_.empty() ? ids_covered : std::min(*pins_.begin(), ids_covered);
  recent.DropBefore(std::min({needed, recent.end(), recent.first() + most}));
}

}  // namespace hourbook
