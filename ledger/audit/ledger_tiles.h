// A ledger's bundles and tiles, as they are published, made from its store.
#ifndef LEDGER_AUDIT_LEDGER_TILES_H_
#define LEDGER_AUDIT_LEDGER_TILES_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "ledger/engine/snapshot.h"

namespace hourbook {

// The bytes of a bundle, and of the tile of its leaf hashes beside it. All entries must be in the
// snapshot: kNotFound. kCorrupt.
struct BundleAndTile {
  std::string bundle;
  std::string tile;
};
absl::StatusOr<BundleAndTile> MakeBundle(const Snapshot& snapshot, uint64_t index, uint64_t width);

// The bytes of a tile. Likewise.
absl::StatusOr<std::string> MakeTile(const Snapshot& snapshot, int level, uint64_t index,
                                     uint64_t width);

}  // namespace hourbook

#endif  // LEDGER_AUDIT_LEDGER_TILES_H_
