#include "ledger/chain/tiles.h"

#include <algorithm>
#include <array>
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
  return CompleteRoot(row);
}

}  // namespace

Hash CompleteRoot(absl::Span<const Hash> hashes) {
  HOURBOOK_CHECK(std::has_single_bit(hashes.size()) && hashes.size() <= size_t{1} << kTileHeight,
                 "a full tile has 256 hashes");
  std::array<Hash, size_t{1} << kTileHeight> row;
  std::copy(hashes.begin(), hashes.end(), row.begin());
  for (size_t width = hashes.size(); width > 1; width /= 2) {
    for (size_t i = 0; i < width / 2; ++i) row[i] = NodeHash(row[2 * i], row[2 * i + 1]);
  }
  return row[0];
}

absl::StatusOr<Frontier> FrontierAt(uint64_t size, TileHashReader read) {
  std::vector<Hash> subtrees;
  uint64_t begin = 0;
  for (int height = 63; height >= 0; --height) {
    const uint64_t width = uint64_t{1} << height;
    if ((size & width) == 0) continue;
    const absl::StatusOr<Hash> root = SubtreeRoot(height, begin, read);
    if (!root.ok()) return root.status();
    subtrees.push_back(*root);
    begin += width;
  }
  return Frontier::From(size, subtrees);
}

void AppendLeaf(Frontier& frontier, const Hash& leaf, TileHashSink sink) {
  frontier.Append(leaf, [&](int height, const Hash& hash) {
    if (height % kTileHeight != 0) return;
    sink(height / kTileHeight, (frontier.size() >> height), hash);
  });
}

}  // namespace hourbook
