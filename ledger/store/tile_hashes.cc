// The kept hashes of the tree, in pages of 32.
#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "ledger/base/check.h"
#include "ledger/base/error.h"
#include "ledger/format/tile_path.h"
#include "ledger/store/checked_value.h"
#include "ledger/store/cursor.h"
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

// The pages that a tree has, in the order of their keys.
class PagesOfTree {
 public:
  explicit PagesOfTree(uint64_t size) : size_(size) {}

  bool AtEnd() const { return HashesAt(level_, size_) <= first_; }
  void Next() {
    first_ += kHashesPerPage;
    if (!AtEnd()) return;
    ++level_;
    first_ = 0;
  }

  uint64_t key() const { return KeyOf(level_, first_); }
  std::string name() const { return NameOf(level_, first_); }
  uint64_t hashes() const { return std::min(kHashesPerPage, HashesAt(level_, size_) - first_); }

 private:
  const uint64_t size_;
  int level_ = 1;
  uint64_t first_ = 0;  // hash of the page
};

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

absl::Status ReadTxn::CheckTiles(MayGoOn may_go_on) const {
  Pace pace(may_go_on);
  PagesOfTree pages(head_.size);
  const absl::Status walked = ForEach(
      txn_.get(), parts_.tiles, "looking through the kept hashes",
      [&](absl::string_view key, absl::string_view value) -> absl::Status {
        if (pages.AtEnd()) return Fail(Failure::kCorrupt, "the tree has more kept hashes than it can");
        if (key != AsBytes(pages.key()))
          return Fail(Failure::kCorrupt, absl::StrCat(pages.name(), " is missing"));
        const absl::StatusOr<absl::string_view> page = CheckedBytes(value, pages.name());
        if (!page.ok()) return page.status();
        if (page->size() != pages.hashes() * sizeof(Hash)) {
          return Fail(Failure::kCorrupt, absl::StrCat(pages.name(), " is on a page of the wrong size"));
        }
        pages.Next();
        return pace.Step();
      });
  if (!walked.ok() || pages.AtEnd()) return walked;
  return Fail(Failure::kCorrupt, absl::StrCat(pages.name(), " is missing"));
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
      if (page.size() != first % kHashesPerPage * sizeof(Hash)) {
        return Fail(Failure::kCorrupt, absl::StrCat(NameOf(level, first), " comes after a page of the wrong "
                                                    "size; restore a backup"));
      }
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
