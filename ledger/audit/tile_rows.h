// The tree's upper rows as they follow from the bundles: each row is held against its published
// tiles, and the right edge is kept, from which roots are made.
#ifndef LEDGER_AUDIT_TILE_ROWS_H_
#define LEDGER_AUDIT_TILE_ROWS_H_

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "ledger/audit/finding.h"
#include "ledger/audit/publication.h"
#include "ledger/base/bytes.h"

namespace hourbook {

class TileRows {
 public:
  // The publication must outlive the rows.
  explicit TileRows(const Publication& publication) : publication_(publication) {}

  // Takes the root of the next full tile of leaf hashes.
  absl::Status TakeTile(const Hash& root, Finding& finding);

  // Holds the last tile of each row, which need not be full, against what is published.
  absl::Status Finish(Finding& finding) const;

  // The root of the tree over all full tiles taken and these leaves after them, fewer than 256.
  absl::StatusOr<Hash> RootWith(absl::Span<const Hash> leaves) const;

 private:
  struct Row {
    uint64_t tiles = 0;        // full ones before
    std::vector<Hash> hashes;  // of the tile that is not full yet
  };

  absl::Status Compare(size_t level, Finding& finding) const;

  const Publication& publication_;
  std::vector<Row> rows_;  // [0] is level 1
};

}  // namespace hourbook

#endif  // LEDGER_AUDIT_TILE_ROWS_H_
