#include "ledger/audit/tile_rows.h"

#include <cstring>

#include "absl/strings/str_cat.h"
#include "ledger/chain/tiles.h"
#include "ledger/format/tile_path.h"

namespace hourbook {

absl::Status TileRows::Compare(size_t level, Finding& finding) const {
  const Row& row = rows_[level - 1];
  if (row.hashes.empty()) return absl::OkStatus();
  const absl::StatusOr<std::string> tile =
      publication_.ReadTile(static_cast<int>(level), row.tiles, row.hashes.size(), finding);
  if (!tile.ok()) return tile.status();
  for (size_t i = 0; i < row.hashes.size(); ++i) {
    if (std::memcmp(tile->data() + i * sizeof(Hash), row.hashes[i].data(), sizeof(Hash)) == 0) {
      continue;
    }
    finding = {.kind = FindingKind::kTile,
               .what = absl::StrCat(
                   "hash ", i, " of ",
                   TilePath(static_cast<int>(level), row.tiles, row.hashes.size()),
                   " is not that of the entries from ",
                   (row.tiles * kTileWidth + i) << (kTileHeight * level), " on"),
               .index = std::nullopt};
    return ToStatus(finding);
  }
  return absl::OkStatus();
}

absl::Status TileRows::TakeTile(const Hash& root, Finding& finding) {
  Hash hash = root;
  for (size_t level = 1;; ++level) {
    if (rows_.size() < level) rows_.emplace_back();
    Row& row = rows_[level - 1];
    row.hashes.push_back(hash);
    if (row.hashes.size() < kTileWidth) return absl::OkStatus();
    if (absl::Status same = Compare(level, finding); !same.ok()) return same;
    hash = CompleteRoot(row.hashes);
    row.hashes.clear();
    ++row.tiles;
  }
}

absl::Status TileRows::Finish(Finding& finding) const {
  for (size_t level = 1; level <= rows_.size(); ++level) {
    if (absl::Status same = Compare(level, finding); !same.ok()) return same;
  }
  return absl::OkStatus();
}

absl::StatusOr<Hash> TileRows::RootWith(absl::Span<const Hash> leaves) const {
  uint64_t size = leaves.size();
  for (size_t level = 1; level <= rows_.size(); ++level) {
    size += static_cast<uint64_t>(rows_[level - 1].hashes.size()) << (kTileHeight * level);
  }
  const auto frontier = FrontierAt(size, [&](int level, uint64_t index) -> absl::StatusOr<Hash> {
    const absl::Span<const Hash> row =
        level == 0 ? leaves : absl::MakeConstSpan(rows_[static_cast<size_t>(level) - 1].hashes);
    return row[index % kTileWidth];
  });
  if (!frontier.ok()) return frontier.status();
  return frontier->Root();
}

}  // namespace hourbook
