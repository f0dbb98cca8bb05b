#include "ledger/audit/ledger_tiles.h"

#include <vector>

#include "ledger/format/tile_path.h"

namespace hourbook {

absl::StatusOr<BundleAndTile> MakeBundle(const Snapshot& snapshot, uint64_t index,
                                         uint64_t width) {
  const uint64_t begin = index * kTileWidth;
  const absl::StatusOr<Hash> named = snapshot.NamedBy(begin);
  if (!named.ok()) return named.status();
  Hash prev = *named;
  BundleAndTile made;
  made.bundle.reserve(width * kBundledSize);
  made.tile.reserve(width * sizeof(Hash));
  for (uint64_t i = begin; i < begin + width; ++i) {
    const absl::StatusOr<Record> record = snapshot.At(i);
    if (!record.ok()) return record.status();
    AppendBundled(prev, record->entry, made.bundle);
    made.tile.append(record->leaf.begin(), record->leaf.end());
    prev = record->leaf;
  }
  return made;
}

absl::StatusOr<std::string> MakeTile(const Snapshot& snapshot, int level, uint64_t index,
                                     uint64_t width) {
  std::vector<Hash> hashes(width);
  const absl::Status read =
      snapshot.txn().TileHashes(level, index * kTileWidth, absl::MakeSpan(hashes));
  if (!read.ok()) return read;
  return std::string(reinterpret_cast<const char*>(hashes.data()), width * sizeof(Hash));
}

}  // namespace hourbook
