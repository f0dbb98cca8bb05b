// Where a published log's tiles and entry bundles lie (C2SP tlog-tiles), as paths below the log's
// prefix.
#ifndef LEDGER_FORMAT_TILE_PATH_H_
#define LEDGER_FORMAT_TILE_PATH_H_

#include <cstdint>
#include <string>

namespace hourbook {

inline constexpr uint64_t kTileWidth = 256;  // hashes in a full tile, entries in a full bundle

// "tile/<level>/<index>", with ".p/<width>" where width, 1 to 256, is less than that of a full one.
std::string TilePath(int level, uint64_t index, uint64_t width);

// "tile/entries/<index>", likewise.
std::string BundlePath(uint64_t index, uint64_t width);

// How many hashes of a level the tree of `size` leaves has: level 0 those of the leaves, each other
// the roots of the full tiles below.
inline uint64_t HashesAt(int level, uint64_t size) { return level < 8 ? size >> (8 * level) : 0; }

// How wide tile `index` of a row of `hashes` hashes is: 0 to 256.
inline uint64_t WidthAt(uint64_t index, uint64_t hashes) {
  const uint64_t begin = index * kTileWidth;
  if (begin >= hashes) return 0;
  return hashes - begin < kTileWidth ? hashes - begin : kTileWidth;
}

// How many tiles hold so many hashes.
inline uint64_t TilesFor(uint64_t hashes) { return (hashes + kTileWidth - 1) / kTileWidth; }

}  // namespace hourbook

#endif  // LEDGER_FORMAT_TILE_PATH_H_
