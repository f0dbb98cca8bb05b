#include "ledger/audit/publication.h"

#include "absl/strings/str_cat.h"
#include "ledger/base/error.h"
#include "ledger/base/file.h"
#include "ledger/format/note.h"
#include "ledger/format/tile_path.h"

namespace hourbook {
namespace {

// A file that is missing or no file is found in the publication; another failure is this machine's.
absl::Status NotRead(const absl::Status& status, absl::string_view path, Finding& finding) {
  const Failure failure = FailureOf(status);
  if (failure == Failure::kNotFound) {
    finding = {.kind = FindingKind::kMissing,
               .what = absl::StrCat("the file ", path, " is missing"),
               .index = std::nullopt};
    return ToStatus(finding);
  }
  if (failure == Failure::kInvalidArgument) {
    finding = {.kind = FindingKind::kMalformed,
               .what = std::string(status.message()),
               .index = std::nullopt};
    return ToStatus(finding);
  }
  return status;
}

absl::Status CheckSize(absl::string_view path, uint64_t size, uint64_t expected,
                       Finding& finding) {
  if (size == expected) return absl::OkStatus();
  finding = {.kind = FindingKind::kMalformed,
             .what = absl::StrCat("the file ", path, " has ", size, " bytes of ", expected),
             .index = std::nullopt};
  return ToStatus(finding);
}

}  // namespace

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

absl::Status PublishedDirectory::FindBundle(uint64_t index, Finding& finding) const {
  const std::string path = BundlePath(index, kTileWidth);
  const absl::StatusOr<uint64_t> size = FileSize(absl::StrCat(directory_, "/", path));
  if (!size.ok()) return NotRead(size.status(), path, finding);
  return CheckSize(path, *size, kTileWidth * kBundledSize, finding);
}

absl::StatusOr<std::string> PublishedDirectory::Read(const std::string& partial,
                                                     const std::string& full, size_t size,
                                                     size_t full_size, Finding& finding) const {
  absl::StatusOr<std::string> bytes = ReadFile(absl::StrCat(directory_, "/", partial), size);
  size_t expected = size;
  if (!bytes.ok() && FailureOf(bytes.status()) == Failure::kNotFound && partial != full) {
    bytes = ReadFile(absl::StrCat(directory_, "/", full), full_size);
    expected = full_size;
  }
  if (!bytes.ok()) return NotRead(bytes.status(), partial, finding);
  const std::string& path = expected == size ? partial : full;
  if (absl::Status right = CheckSize(path, bytes->size(), expected, finding); !right.ok()) {
    return right;
  }
  bytes->resize(size);
  return bytes;
}

}  // namespace hourbook
