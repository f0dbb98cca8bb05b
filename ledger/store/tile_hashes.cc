// The kept hashes of the tree, in pages of 32.
#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "ledger/base/check.h"
#include "ledger/base/error.h"
#include "ledger/store/checked_value.h"
#include "ledger/store/store.h"

namespace hourbook {
namespace {

// Small enough to lie in LMDB's leaf pages: one page a level is rewritten by a commit.
constexpr uint64_t kHashesPerPage = 32;

uint64_t KeyOf(int level, uint64_t index) {
  return static_cast<uint64_t>(level) << 56 | index / kHashesPerPage;
}

std::string NameOf(int level, uint64_t index) {
  return absl::StrCat("hash ", index, " of level ", level, " of the tree");
}

}  // namespace

absl::StatusOr<absl::Span<const Hash>> ReadTxn::TilePage(int level, uint64_t index) const {
  const uint64_t key = KeyOf(level, index);
  const absl::StatusOr<absl::string_view> page =
      GetChecked(txn_.get(), parts_.tiles, AsBytes(key), NameOf(level, index));
  if (!page.ok()) return Fail(Failure::kCorrupt, page.status().message());
  const size_t skipped = index % kHashesPerPage;
  const size_t count = page->size() / sizeof(Hash);
  if (count <= skipped) {
    return Fail(Failure::kCorrupt, absl::StrCat(NameOf(level, index), " is missing"));
  }
  // A hash is an array of bytes: it lies at any address.
  return absl::MakeConstSpan(reinterpret_cast<const Hash*>(page->data()), count).subspan(skipped);
}

absl::StatusOr<Hash> ReadTxn::TileHash(int level, uint64_t index) const {
  const absl::StatusOr<absl::Span<const Hash>> page = TilePage(level, index);
  if (!page.ok()) return page.status();
  return page->front();
}

absl::Status ReadTxn::TileHashes(int level, uint64_t first, absl::Span<Hash> hashes) const {
  if (level == 0) return LeafHashes(first, hashes);
  while (!hashes.empty()) {
    const absl::StatusOr<absl::Span<const Hash>> page = TilePage(level, first);
    if (!page.ok()) return page.status();
    const size_t count = std::min(page->size(), hashes.size());
    std::copy_n(page->begin(), count, hashes.begin());
    hashes.remove_prefix(count);
    first += count;
  }
  return absl::OkStatus();
}

void WriteTxn::PutTileHash(int level, uint64_t index, const Hash& hash) {
  auto& hashes = new_tile_hashes_[level];
  HOURBOOK_CHECK(hashes.empty() || hashes.back().first + 1 == index, "hashes come in order");
  hashes.emplace_back(index, hash);
}

absl::Status WriteTxn::FlushTiles() {
  for (const auto& [level, hashes] : new_tile_hashes_) {
    for (size_t i = 0; i < hashes.size();) {
      const uint64_t first = hashes[i].first;
      const uint64_t key = KeyOf(level, first);
      std::string page;
      if (first % kHashesPerPage != 0) {
        const auto present =
            GetChecked(txn_.get(), parts_.tiles, AsBytes(key), NameOf(level, first));
        if (!present.ok()) return Fail(Failure::kCorrupt, present.status().message());
        page = std::string(*present);
      }
      HOURBOOK_CHECK(page.size() == first % kHashesPerPage * sizeof(Hash), "hashes come in order");
      for (; i < hashes.size() && KeyOf(level, hashes[i].first) == key; ++i) {
        page.append(reinterpret_cast<const char*>(hashes[i].second.data()), sizeof(Hash));
      }
      const absl::Status put =
          PutChecked(txn_.get(), parts_.tiles, AsBytes(key), page, NameOf(level, first));
      if (!put.ok()) return put;
    }
  }
  return absl::OkStatus();
}

}  // namespace hourbook
