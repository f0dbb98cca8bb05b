// A bundle of entries as it is published: written, read, hashed and held against its tile.
#ifndef LEDGER_AUDIT_BUNDLE_H_
#define LEDGER_AUDIT_BUNDLE_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "ledger/audit/finding.h"
#include "ledger/base/bytes.h"
#include "ledger/format/entry.h"

namespace hourbook {

inline constexpr size_t kBundledSize = 2 + kLeafDataSize;  // an entry's bytes in a bundle

// The bytes of a bundle, and of the tile of its leaf hashes beside it.
struct BundleAndTile {
  std::string bundle;
  std::string tile;
};

// Adds an entry to a bundle's bytes: its length, prev, the entry.
void AppendBundled(const Hash& prev, const Entry& entry, std::string& bundle);

// Checks a bundle, whose first entry has index `first`: each length, each leaf hash with that in
// the tile, and that each entry but the first names the hash of the one before it. Fills in the leaf
// hashes, the hash that the first entry names and, unless `entries` is empty, the entries' bytes.
// Entries themselves are looked into by the rules alone.
absl::Status CheckBundle(const BundleAndTile& published, uint64_t first, absl::Span<Hash> leaves,
                         Hash& named, absl::Span<Entry> entries, Finding& finding);

// What an entry that breaks the chain is found as.
Finding BrokenChain(uint64_t index);

}  // namespace hourbook

#endif  // LEDGER_AUDIT_BUNDLE_H_
