#include "ledger/audit/chain_check.h"

#include <algorithm>
#include <cstring>
#include <new>

#include "absl/strings/str_cat.h"
#include "ledger/audit/bundle.h"
#include "ledger/base/error.h"
#include "ledger/format/tile_path.h"

namespace hourbook {

Window::Window(const Publication& publication, uint64_t size, uint64_t first)
    : publication_(publication),
      size_(size),
      first_(first),
      results_(std::min(kBundles, TilesFor(size) - first)) {
  leaves_.resize(end_entry() - first_entry());
}

uint64_t Window::first_entry() const { return first_ * kTileWidth; }

uint64_t Window::end_entry() const {
  return std::min(size_, (first_ + results_.size()) * kTileWidth);
}

absl::Span<const Hash> Window::LeavesOf(uint64_t bundle) const {
  return absl::MakeConstSpan(leaves_).subspan(bundle * kTileWidth, kTileWidth);
}

void Window::Work(Room entries) {
  for (uint64_t i = next_++; i < results_.size(); i = next_++) {
    try {
      results_[i].status = CheckOne(i, entries, results_[i].finding);
    } catch (const std::bad_alloc&) {  // which would end the process if it left a thread
      results_[i].status = Fail(Failure::kOutOfMemory, "out of memory");
    }
  }
}

absl::Status Window::CheckOne(uint64_t bundle, Room entries, Finding& finding) {
  const uint64_t number = first_ + bundle;
  const uint64_t width = WidthAt(number, size_);
  const absl::StatusOr<std::string> bytes = publication_.ReadBundle(number, width, finding);
  if (!bytes.ok()) return bytes.status();
  const absl::StatusOr<std::string> tile = publication_.ReadTile(0, number, width, finding);
  if (!tile.ok()) return tile.status();
  // What the tile before says is held against its own bundle, here or in another thread.
  Hash prev{};
  if (number > 0) {
    const absl::StatusOr<std::string> before =
        publication_.ReadTile(0, number - 1, kTileWidth, finding);
    if (!before.ok()) return before.status();
    std::memcpy(prev.data(), before->data() + before->size() - sizeof(Hash), sizeof(Hash));
  }
  return CheckBundle(*bytes, *tile, number * kTileWidth, prev,
                     absl::MakeSpan(leaves_).subspan(bundle * kTileWidth, width),
                     entries(number * kTileWidth, width), finding);
}

absl::Status Window::Result(Finding& finding) const {
  for (const Checked& result : results_) {
    if (result.status.ok()) continue;
    finding = result.finding;
    return result.status;
  }
  return absl::OkStatus();
}

absl::Status ChainCheck::CompareSeen(uint64_t first, absl::Span<const Hash> leaves,
                                     Finding& finding) const {
  if (seen_.size <= first || seen_.size > first + leaves.size()) return absl::OkStatus();
  // A full tile is in the rows already.
  const size_t beyond = (seen_.size - first) % kTileWidth;
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
  for (uint64_t i = 0; i < window.bundles(); ++i) {
    const absl::Span<const Hash> leaves = window.LeavesOf(i);
    if (leaves.size() == kTileWidth) {
      if (absl::Status taken = rows_.TakeTile(RootOfFull(leaves), finding); !taken.ok()) {
        return taken;
      }
    } else {
      rest_.assign(leaves.begin(), leaves.end());
    }
    const uint64_t first = window.first_entry() + i * kTileWidth;
    if (absl::Status same = CompareSeen(first, leaves, finding); !same.ok()) return same;
  }
  return absl::OkStatus();
}

absl::Status ChainCheck::Finish(Finding& finding) {
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
