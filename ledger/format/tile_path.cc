#include "ledger/format/tile_path.h"

#include "absl/strings/str_cat.h"

namespace hourbook {
namespace {

// Three digits a path element, so that no directory has more than a thousand of each form; all but
// the last begin with an x, so that no file is also a directory. Not by absl::StrFormat, which ends the
// process where memory ends.
std::string IndexPath(uint64_t index) {
  const auto digits = [](uint64_t part) { return absl::Dec(part % 1'000, absl::kZeroPad3); };
  std::string path = absl::StrCat(digits(index));
  for (index /= 1'000; index > 0; index /= 1'000) path = absl::StrCat("x", digits(index), "/", path);
  return path;
}

std::string WidthSuffix(uint64_t width) {
  return width == kTileWidth ? "" : absl::StrCat(".p/", width);
}

}  // namespace

std::string TilePath(int level, uint64_t index, uint64_t width) {
  return absl::StrCat("tile/", level, "/", IndexPath(index), WidthSuffix(width));
}

std::string BundlePath(uint64_t index, uint64_t width) {
  return absl::StrCat("tile/entries/", IndexPath(index), WidthSuffix(width));
}

}  // namespace hourbook
