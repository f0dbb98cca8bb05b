// A ledger's bundles and tiles, as they are published, made from its store.
#ifndef LEDGER_AUDIT_LEDGER_TILES_H_
#define LEDGER_AUDIT_LEDGER_TILES_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "ledger/audit/bundle.h"
#include "ledger/engine/snapshot.h"

namespace hourbook {

// A bundle and the tile beside it. All entries must be in the snapshot: kNotFound. kCorrupt.
absl::StatusOr<BundleAndTile> MakeBundle(const Snapshot& snapshot, uint64_t index, uint64_t width);

// The bytes of a tile. Likewise.
absl::StatusOr<std::string> MakeTile(const Snapshot& snapshot, int level, uint64_t index,
                                     uint64_t width);

}  // namespace hourbook

#endif  // LEDGER_AUDIT_LEDGER_TILES_H_
