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

inline constexpr size_t kLeafDataSize = sizeof(Hash) + sizeof(Entry);
inline constexpr size_t kBundledSize = 2 + kLeafDataSize;  // an entry's bytes in a bundle

// Adds an entry to a bundle's bytes: its length, prev, the entry.
void AppendBundled(const Hash& prev, const Entry& entry, std::string& bundle);

// Checks a bundle, whose first entry has index `first`: each length, each leaf hash with that in
// the tile, and that each entry but the first names the hash of the one before it. Fills in the leaf
// hashes, the hash that the first entry names and, unless `entries` is empty, the entries' bytes.
// Entries themselves are looked into by the rules alone.
absl::Status CheckBundle(absl::string_view bundle, absl::string_view tile, uint64_t first,
                         absl::Span<Hash> leaves, Hash& named, absl::Span<Entry> entries,
                         Finding& finding);

// What an entry that breaks the chain is found as.
Finding BrokenChain(uint64_t index);

// The root over a full tile's 256 hashes, or any other power of two of them.
Hash RootOfFull(absl::Span<const Hash> hashes);

}  // namespace hourbook

#endif  // LEDGER_AUDIT_BUNDLE_H_
