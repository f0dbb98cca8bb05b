#include "ledger/chain/node_cache.h"

#include <utility>

#include "ledger/base/check.h"
#include "ledger/chain/hasher.h"
#include "ledger/chain/tiles.h"
#include "ledger/format/tile_path.h"

namespace hourbook {
namespace {

constexpr size_t kLeafTiles = 8;
constexpr size_t kUpperTiles = 251;  // prime: tiles of different levels seldom meet

// Where the nodes of a height above a tile's hashes begin; each row has half of the row below.
constexpr size_t RowBegin(int height) { return 2 * kTileWidth - (2 * kTileWidth >> height); }

}  // namespace

NodeCache::NodeCache(uint64_t size, KeptHashes read)
    : size_(size), read_(std::move(read)), leaf_tiles_(kLeafTiles), upper_tiles_(kUpperTiles) {}

NodeCache::Tile& NodeCache::SlotOf(int level, uint64_t number) {
  if (level == 0) return leaf_tiles_[number % kLeafTiles];
  return upper_tiles_[(number + static_cast<uint64_t>(level) * 83) % kUpperTiles];
}

absl::Status NodeCache::Fill(int level, uint64_t number, Tile& tile) const {
  const uint64_t width = WidthAt(number, HashesAt(level, size_));
  tile.level = -1;
  tile.nodes.resize(RowBegin(kTileHeight) + 1);
  const absl::Status read =
      read_(level, number * kTileWidth, absl::MakeSpan(tile.nodes).first(width));
  if (!read.ok()) return read;
  for (int height = 1; height <= kTileHeight; ++height) {
    const Hash* const below = &tile.nodes[RowBegin(height - 1)];
    Hash* const row = &tile.nodes[RowBegin(height)];
    for (uint64_t i = 0; i < width >> height; ++i) {
      row[i] = NodeHash(below[2 * i], below[2 * i + 1]);
    }
  }
  tile.level = level;
  tile.number = number;
  return absl::OkStatus();
}

absl::StatusOr<Hash> NodeCache::At(int height, uint64_t index) {
  HOURBOOK_CHECK(height >= 0 && height < 64 && index < (size_ >> height), "a node of the tree");
  const int level = height / kTileHeight;
  const int above = height % kTileHeight;  // in the tile
  const int to_tile = kTileHeight - above;
  const uint64_t number = index >> to_tile;
  Tile& tile = SlotOf(level, number);
  if (tile.level != level || tile.number != number) {
    if (absl::Status filled = Fill(level, number, tile); !filled.ok()) return filled;
  }
  return tile.nodes[RowBegin(above) + (index & ((uint64_t{1} << to_tile) - 1))];
}

}  // namespace hourbook
