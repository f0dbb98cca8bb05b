#include "ledger/audit/bundle.h"

#include <cstring>

#include "absl/strings/str_cat.h"
#include "ledger/base/big_endian.h"
#include "ledger/base/check.h"
#include "ledger/chain/hasher.h"
#include "ledger/format/tile_path.h"

namespace hourbook {

void AppendBundled(const Hash& prev, const Entry& entry, std::string& bundle) {
  AppendBigEndian(uint16_t{kLeafDataSize}, bundle);
  AppendLeafData(prev, entry, bundle);
}

Finding BrokenChain(uint64_t index) {
  return {.kind = FindingKind::kChain,
          .what = absl::StrCat("entry ", index, " does not name the hash of the entry before it"),
          .index = index};
}

absl::Status CheckBundle(const BundleAndTile& published, uint64_t first, absl::Span<Hash> leaves,
                         Hash& named, absl::Span<Entry> entries, Finding& finding) {
  const absl::string_view bundle = published.bundle, tile = published.tile;
  HOURBOOK_CHECK(bundle.size() == leaves.size() * kBundledSize &&
                     tile.size() == leaves.size() * sizeof(Hash) &&
                     (entries.empty() || entries.size() == leaves.size()),
                 "a bundle and its tile have been read whole");
  for (size_t i = 0; i < leaves.size(); ++i) {
    const uint64_t index = first + i;
    const absl::string_view bundled = bundle.substr(i * kBundledSize, kBundledSize);
    if (const auto length = ReadBigEndian<uint16_t>(bundled); length != kLeafDataSize) {
      finding = {.kind = FindingKind::kMalformed,
                 .what = absl::StrCat("entry ", index, " is published with a length of ", length,
                                      " bytes, not ", kLeafDataSize),
                 .index = index};
      return ToStatus(finding);
    }
    const auto* const data = reinterpret_cast<const uint8_t*>(bundled.data()) + 2;
    leaves[i] = LeafHash(Bytes(data, kLeafDataSize));
    if (std::memcmp(leaves[i].data(), tile.data() + i * sizeof(Hash), sizeof(Hash)) != 0) {
      finding = {.kind = FindingKind::kTile,
                 .what = absl::StrCat("entry ", index, " does not hash to what ",
                                      TilePath(0, first / kTileWidth, leaves.size()), " says"),
                 .index = index};
      return ToStatus(finding);
    }
    if (i == 0) {
      std::memcpy(named.data(), data, sizeof(Hash));
    } else if (std::memcmp(data, leaves[i - 1].data(), sizeof(Hash)) != 0) {
      finding = BrokenChain(index);
      return ToStatus(finding);
    }
    if (!entries.empty()) std::memcpy(&entries[i], data + sizeof(Hash), sizeof(Entry));
  }
  return absl::OkStatus();
}

}  // namespace hourbook
