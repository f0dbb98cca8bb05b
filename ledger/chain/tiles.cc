#include "ledger/chain/tiles.h"

#include <bit>
#include <vector>

#include "ledger/base/check.h"
#include "ledger/chain/hasher.h"

namespace hourbook {
namespace {

// The root of the complete subtree of 2^height leaves that starts at leaf `begin`.
absl::StatusOr<Hash> SubtreeRoot(int height, uint64_t begin, TileHashReader read) {
  const int level = height / kTileHeight;
  const uint64_t first = begin >> (level * kTileHeight);
  std::vector<Hash> row(size_t{1} << (height % kTileHeight));
  for (size_t i = 0; i < row.size(); ++i) {
    const absl::StatusOr<Hash> hash = read(level, first + i);
    if (!hash.ok()) return hash.status();
    row[i] = *hash;
  }
  for (size_t width = row.size(); width > 1; width /= 2) {
    for (size_t i = 0; i < width / 2; ++i) row[i] = NodeHash(row[2 * i], row[2 * i + 1]);
  }
  return row[0];
}

// The frontier of the tree over leaves [begin, begin + leaves).
absl::StatusOr<Frontier> FrontierOf(uint64_t begin, uint64_t leaves, TileHashReader read) {
  std::vector<Hash> subtrees;
  for (int height = 63; height >= 0; --height) {
    const uint64_t width = uint64_t{1} << height;
    if ((leaves & width) == 0) continue;
    const absl::StatusOr<Hash> root = SubtreeRoot(height, begin, read);
    if (!root.ok()) return root.status();
    subtrees.push_back(*root);
    begin += width;
  }
  return Frontier::From(leaves, subtrees);
}

}  // namespace

absl::StatusOr<Frontier> FrontierAt(uint64_t size, TileHashReader read) {
  return FrontierOf(0, size, read);
}

absl::StatusOr<Hash> RangeRoot(uint64_t begin, uint64_t end, TileHashReader read) {
  HOURBOOK_CHECK(begin < end && begin % std::bit_floor(end - begin) == 0, "a node of a tree");
  const absl::StatusOr<Frontier> frontier = FrontierOf(begin, end - begin, read);
  if (!frontier.ok()) return frontier.status();
  return frontier->Root();
}

void AppendLeaf(Frontier& frontier, const Hash& leaf, TileHashSink sink) {
  frontier.Append(leaf, [&](int height, const Hash& hash) {
    if (height % kTileHeight != 0) return;
    sink(height / kTileHeight, (frontier.size() >> height), hash);
  });
}

}  // namespace hourbook
