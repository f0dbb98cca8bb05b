#include "ledger/audit/chain_check.h"

#include <algorithm>
#include <cstring>
#include <new>

#include "absl/strings/str_cat.h"
#include "ledger/audit/bundle.h"
#include "ledger/base/error.h"
#include "ledger/chain/tiles.h"
#include "ledger/format/tile_path.h"

namespace hourbook {

Window::Window(const Publication& publication, uint64_t size, uint64_t first)
    : publication_(publication),
      size_(size),
      first_(first),
      bundles_(std::min(kBundles, TilesFor(size) - first)) {
  leaves_.resize(end_entry() - first_entry());
}

uint64_t Window::first_entry() const { return first_ * kTileWidth; }

uint64_t Window::end_entry() const {
  return std::min(size_, (first_ + bundles_.size()) * kTileWidth);
}

absl::Span<const Hash> Window::LeavesOf(uint64_t bundle) const {
  return absl::MakeConstSpan(leaves_).subspan(bundle * kTileWidth, kTileWidth);
}

void Window::Work(Room entries) {
  for (uint64_t i = next_++; i < bundles_.size(); i = next_++) {
    try {
      CheckOne(i, entries, bundles_[i]);
    } catch (const std::bad_alloc&) {  // which would end the process if it left a thread
      bundles_[i].out_of_memory = true;
    }
  }
}

void Window::CheckOne(uint64_t bundle, Room entries, CheckedBundle& checked) {
  const uint64_t number = first_ + bundle;
  const uint64_t width = WidthAt(number, size_);
  const absl::StatusOr<BundleAndTile> published =
      publication_.ReadBundle(number, width, checked.finding);
  if (!published.ok()) {
    checked.status = published.status();
    return;
  }
  const absl::Span<Hash> leaves =
      absl::MakeSpan(leaves_).subspan(bundle * kTileWidth, width);
  checked.status = CheckBundle(*published, number * kTileWidth, leaves, checked.named,
                               entries(number * kTileWidth, width), checked.finding);
  if (checked.status.ok() && width == kTileWidth) checked.root = CompleteRoot(leaves);
}

absl::Status ChainCheck::CompareSeen(uint64_t first, absl::Span<const Hash> leaves,
                                     Finding& finding) const {
  if (seen_.size == 0 || seen_.size < first) return absl::OkStatus();
  const uint64_t beyond = seen_.size - first;
  // What ends with a full tile is compared once that is in the rows, with none beyond it.
  if (beyond == kTileWidth || beyond > leaves.size()) return absl::OkStatus();
  const absl::StatusOr<Hash> root = rows_.RootWith(leaves.first(beyond));
  if (!root.ok()) return root.status();
  if (*root == seen_.root) return absl::OkStatus();
  finding = {.kind = FindingKind::kForked,
             .what = absl::StrCat("the first ", seen_.size, " entries have the root ",
                                  HexEncode(*root), ", but you were shown ", HexEncode(seen_.root)),
             .index = std::nullopt};
  return ToStatus(finding);
}

absl::Status ChainCheck::Take(const Window& window, Finding& finding) {
  for (uint64_t i = 0; i < window.bundles().size(); ++i) {
    const CheckedBundle& checked = window.bundles()[i];
    const absl::Span<const Hash> leaves = window.LeavesOf(i);
    const uint64_t first = window.first_entry() + i * kTileWidth;
    if (checked.out_of_memory) return Fail(Failure::kOutOfMemory, "out of memory");
    finding = checked.finding;
    if (!checked.status.ok()) return checked.status;
    if (checked.named != last_leaf_) {
      finding = BrokenChain(first);
      return ToStatus(finding);
    }
    last_leaf_ = leaves.back();
    if (absl::Status same = CompareSeen(first, leaves, finding); !same.ok()) return same;
    if (leaves.size() < kTileWidth) {
      rest_.assign(leaves.begin(), leaves.end());
    } else if (absl::Status taken = rows_.TakeTile(checked.root, finding); !taken.ok()) {
      return taken;
    }
  }
  return absl::OkStatus();
}

absl::Status ChainCheck::Finish(Finding& finding) {
  const uint64_t full = checkpoint_.size - rest_.size();
  if (absl::Status same = CompareSeen(full, rest_, finding); !same.ok()) return same;
  if (absl::Status same = rows_.Finish(finding); !same.ok()) return same;
  const absl::StatusOr<Hash> root = rows_.RootWith(rest_);
  if (!root.ok()) return root.status();
  if (*root == checkpoint_.root) return absl::OkStatus();
  finding = {.kind = FindingKind::kRoot,
             .what = absl::StrCat("the ", checkpoint_.size, " entries have the root ",
                                  HexEncode(*root), ", but ", HexEncode(checkpoint_.root),
                                  " was signed"),
             .index = std::nullopt};
  return ToStatus(finding);
}

}  // namespace hourbook
