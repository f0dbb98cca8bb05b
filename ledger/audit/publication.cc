#include "ledger/audit/publication.h"

#include "absl/strings/str_cat.h"
#include "ledger/base/error.h"
#include "ledger/base/file.h"
#include "ledger/format/note.h"
#include "ledger/format/tile_path.h"

namespace hourbook {

absl::StatusOr<std::string> PublishedDirectory::ReadCheckpoint() const {
  return ReadFile(absl::StrCat(directory_, "/checkpoint"), kNoteMaxSize);
}

absl::StatusOr<std::string> PublishedDirectory::ReadTile(int level, uint64_t index,
                                                         uint64_t width,
                                                         Finding& finding) const {
  return Read(TilePath(level, index, width), TilePath(level, index, kTileWidth),
              width * sizeof(Hash), kTileWidth * sizeof(Hash), finding);
}

absl::StatusOr<BundleAndTile> PublishedDirectory::ReadBundle(uint64_t index, uint64_t width,
                                                             Finding& finding) const {
  absl::StatusOr<std::string> bundle =
      Read(BundlePath(index, width), BundlePath(index, kTileWidth), width * kBundledSize,
           kTileWidth * kBundledSize, finding);
  if (!bundle.ok()) return bundle.status();
  absl::StatusOr<std::string> tile = ReadTile(0, index, width, finding);
  if (!tile.ok()) return tile.status();
  return BundleAndTile{.bundle = *std::move(bundle), .tile = *std::move(tile)};
}

absl::StatusOr<std::string> PublishedDirectory::Read(const std::string& partial,
                                                     const std::string& full, size_t size,
                                                     size_t full_size, Finding& finding) const {
  const auto found = [&](FindingKind kind, const std::string& what) {
    finding = {.kind = kind, .what = what, .index = std::nullopt};
    return ToStatus(finding);
  };
  absl::StatusOr<std::string> bytes = ReadFile(absl::StrCat(directory_, "/", partial), size);
  size_t expected = size;
  if (!bytes.ok() && FailureOf(bytes.status()) == Failure::kNotFound && partial != full) {
    bytes = ReadFile(absl::StrCat(directory_, "/", full), full_size);
    expected = full_size;
  }
  if (!bytes.ok()) {
    const Failure failure = FailureOf(bytes.status());
    if (failure == Failure::kNotFound) {
      return found(FindingKind::kMissing, absl::StrCat("the file ", partial, " is missing"));
    }
    if (failure == Failure::kInvalidArgument) {
      return found(FindingKind::kMalformed, std::string(bytes.status().message()));
    }
    return bytes.status();
  }
  if (bytes->size() != expected) {
    return found(FindingKind::kMalformed,
                 absl::StrCat("the file ", expected == size ? partial : full, " has ",
                              bytes->size(), " bytes of ", expected));
  }
  bytes->resize(size);
  return bytes;
}

}  // namespace hourbook
