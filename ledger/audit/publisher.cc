#include "ledger/audit/publisher.h"

#include <filesystem>
#include <memory>
#include <optional>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "ledger/audit/cosignatures.h"
#include "ledger/audit/ledger_tiles.h"
#include "ledger/base/error.h"
#include "ledger/base/file.h"
#include "ledger/chain/hasher.h"
#include "ledger/chain/tiles.h"
#include "ledger/engine/published.h"
#include "ledger/engine/snapshot.h"
#include "ledger/format/tile_path.h"

namespace hourbook {
namespace {

constexpr char kScratch[] = ".new";
constexpr uint64_t kProgressEvery = 16 * kTileWidth;

// Levels of tiles that a tree of this size has.
int LevelsOf(uint64_t size) {
  int levels = 0;
  while (HashesAt(levels, size) > 0) ++levels;
  return levels;
}

class Publisher {
 public:
  Publisher(Ledger& ledger, const Signer& signer, PublishProgress progress)
      : ledger_(ledger), signer_(signer), progress_(progress) {}

  absl::StatusOr<Checkpoint> Run(const std::string& directory);

 private:
  absl::Status Prepare(const std::string& directory);
  absl::StatusOr<Checkpoint> ReadOld();
  absl::Status Recompute() const;
  absl::Status Remember() const;
  absl::Status WriteTiles(FileWriter& files) const;
  absl::Status WriteTile(int level, uint64_t index, FileWriter& files) const;
  absl::Status WriteBundle(uint64_t index, FileWriter& files) const;
  absl::Status PlaceCheckpoint(FileWriter& files) const;
  void RemovePartials(uint64_t earlier, uint64_t published) const;
  absl::Status Report(uint64_t done, uint64_t total) const;

  uint64_t size() const { return snapshot_->size(); }
  // The entry from which on something is new, at the begin of a tile.
  uint64_t first_new() const { return old_.size / kTileWidth * kTileWidth; }

  Ledger& ledger_;
  const Signer& signer_;
  const PublishProgress progress_;
  std::string directory_;
  std::unique_ptr<Snapshot> snapshot_;
  std::optional<Published> remembered_;
  Checkpoint old_{};  // in the directory; of size 0 where there is none
  std::string note_;
};

absl::Status Publisher::Report(uint64_t done, uint64_t total) const {
  if (progress_(done, total)) return absl::OkStatus();
  return Fail(Failure::kEnd, "publishing was stopped; publish again to complete it");
}

absl::StatusOr<Checkpoint> Publisher::ReadOld() {
  const std::string path = directory_ + "/checkpoint";
  const absl::StatusOr<std::string> note = ReadFile(path, kNoteMaxSize);
  if (!note.ok() && FailureOf(note.status()) == Failure::kNotFound) {
    return Checkpoint{.origin = signer_.verifier().name, .size = 0, .root = EmptyRoot()};
  }
  if (!note.ok()) return note.status();
  absl::StatusOr<Checkpoint> old = OpenCheckpoint(*note, signer_.verifier());
  if (old.ok()) {
    note_ = *note;
    return old;
  }
  return Fail(Failure::kUnsound,
              absl::StrCat(path, " was not signed by this key (", old.status().message(),
                           "); publish into another directory, or with the key of this one"));
}

absl::Status Publisher::Prepare(const std::string& directory) {
  if (!ledger_.not_behind().ok()) return ledger_.not_behind();
  if (absl::Status made = MakeDirectories(directory); !made.ok()) return made;
  std::error_code error;
  directory_ = std::filesystem::canonical(directory, error).string();
  if (error) return SystemFailure(error.value(), absl::StrCat("looking at ", directory));
  absl::StatusOr<std::unique_ptr<Snapshot>> snapshot = ledger_.OpenSnapshot();
  if (!snapshot.ok()) return snapshot.status();
  snapshot_ = *std::move(snapshot);
  const absl::StatusOr<Genesis> genesis = snapshot_->ReadGenesis();
  if (!genesis.ok()) return genesis.status();
  const Verifier& key = signer_.verifier();
  if (key.type != SignatureType::kEd25519 || key.name != genesis->origin) {
    return Fail(Failure::kInvalidArgument,
                absl::StrCat("the key is that of ", key.name, "; the ledger is signed by a log's "
                             "key called ", genesis->origin));
  }
  absl::StatusOr<std::optional<Published>> remembered = ReadPublished(ledger_.directory());
  if (!remembered.ok()) return remembered.status();
  remembered_ = *std::move(remembered);
  absl::StatusOr<Checkpoint> old = ReadOld();
  if (!old.ok()) return old.status();
  old_ = *std::move(old);
  if (absl::Status holds = CheckHolds(*snapshot_, old_, directory_ + "/checkpoint"); !holds.ok()) {
    return holds;
  }
  return remembered_ ? CheckHolds(*snapshot_, remembered_->checkpoint, "its last checkpoint")
                     : absl::OkStatus();
}

// Everything new, and the tile in which it begins: each leaf hash from its bytes, each link, each
// kept hash, the root.
absl::Status Publisher::Recompute() const {
  const auto corrupt = [](const auto&... parts) {
    return Fail(Failure::kCorrupt,
                absl::StrCat(parts..., "; nothing was signed. Verify the ledger"));
  };
  const auto read = [this](int level, uint64_t index) { return snapshot_->TileHash(level, index); };
  absl::StatusOr<Frontier> frontier = FrontierAt(first_new(), read);
  if (!frontier.ok()) return frontier.status();
  const absl::StatusOr<Hash> named = snapshot_->NamedBy(first_new());
  if (!named.ok()) return named.status();
  Hash prev = *named;
  absl::Status kept;
  const auto compare = [&](int level, uint64_t index, const Hash& hash) {
    const absl::StatusOr<Hash> stored = snapshot_->TileHash(level, index);
    if (!stored.ok()) {
      kept = stored.status();
    } else if (*stored != hash) {
      kept = corrupt("the kept hash ", index, " of level ", level, " is wrong");
    }
  };
  for (uint64_t i = first_new(); i < size(); ++i) {
    if (i % kProgressEvery == 0) {
      if (absl::Status going = Report(i / 2, size()); !going.ok()) return going;
    }
    const absl::StatusOr<Record> record = snapshot_->At(i);
    if (!record.ok()) return record.status();
    if (EntryLeafHash(prev, record->entry) != record->leaf) {
      return corrupt("entry ", i, " and its leaf hash do not match");
    }
    prev = record->leaf;
    AppendLeaf(*frontier, record->leaf, compare);
    if (!kept.ok()) return kept;
  }
  if (frontier->Root() != snapshot_->root()) return corrupt("the entries hash to another root");
  return absl::OkStatus();
}

absl::Status Publisher::Remember() const {
  return WritePublished(ledger_.directory(), {.directory = directory_,
                                              .previous_size = old_.size,
                                              .log = signer_.verifier(),
                                              .note = note_,
                                              .checkpoint = {}});
}

absl::Status Publisher::WriteTile(int level, uint64_t index, FileWriter& files) const {
  const uint64_t width = WidthAt(index, HashesAt(level, size()));
  const absl::StatusOr<std::string> tile = MakeTile(*snapshot_, level, index, width);
  return tile.ok() ? files.Write(TilePath(level, index, width), *tile) : tile.status();
}

// The bundle and the tile of its leaf hashes.
absl::Status Publisher::WriteBundle(uint64_t index, FileWriter& files) const {
  const uint64_t width = WidthAt(index, size());
  const absl::StatusOr<BundleAndTile> made = MakeBundle(*snapshot_, index, width);
  if (!made.ok()) return made.status();
  if (absl::Status written = files.Write(BundlePath(index, width), made->bundle); !written.ok()) {
    return written;
  }
  return files.Write(TilePath(0, index, width), made->tile);
}

absl::Status Publisher::WriteTiles(FileWriter& files) const {
  for (uint64_t i = old_.size / kTileWidth; i < TilesFor(size()); ++i) {
    if (i % (kProgressEvery / kTileWidth) == 0) {
      if (absl::Status going = Report((size() + i * kTileWidth) / 2, size()); !going.ok()) {
        return going;
      }
    }
    if (absl::Status written = WriteBundle(i, files); !written.ok()) return written;
  }
  for (int level = 1; level < LevelsOf(size()); ++level) {
    const uint64_t hashes = HashesAt(level, size());
    const uint64_t before = HashesAt(level, old_.size);
    if (hashes == before) continue;
    for (uint64_t i = before / kTileWidth; i < TilesFor(hashes); ++i) {
      if (absl::Status written = WriteTile(level, i, files); !written.ok()) return written;
    }
  }
  return files.Flush();
}

// Those that were the last of their level at an earlier size and have a full one in their place at
// the size that is published. What cannot be removed does no harm.
void Publisher::RemovePartials(uint64_t earlier, uint64_t published) const {
  const auto remove = [this](const std::string& full_path) {
    std::error_code ignored;
    std::filesystem::remove_all(absl::StrCat(directory_, "/", full_path, ".p"), ignored);
  };
  for (int level = 0; level < LevelsOf(earlier); ++level) {
    const uint64_t last = HashesAt(level, earlier) / kTileWidth;
    if (WidthAt(last, HashesAt(level, published)) < kTileWidth) continue;
    remove(TilePath(level, last, kTileWidth));
    if (level == 0) remove(BundlePath(last, kTileWidth));
  }
}

// Not while somebody adds cosignatures to the old one, who would put it back.
absl::Status Publisher::PlaceCheckpoint(FileWriter& files) const {
  const absl::StatusOr<FileLock> lock = LockCheckpoint(directory_);
  if (!lock.ok() && FailureOf(lock.status()) != Failure::kNotFound) return lock.status();
  if (absl::Status written = files.Write("checkpoint", note_); !written.ok()) return written;
  return files.Flush();
}

absl::StatusOr<Checkpoint> Publisher::Run(const std::string& directory) {
  if (ledger_.read_only()) {
    return Fail(Failure::kReadOnly, "the ledger was opened read-only; open it for writing");
  }
  const absl::StatusOr<FileLock> lock = FileLock::Acquire(ledger_.directory() + "/publish.lock");
  if (!lock.ok()) return lock.status();
  if (absl::Status prepared = Prepare(directory); !prepared.ok()) return prepared;
  const Checkpoint checkpoint{
      .origin = signer_.verifier().name, .size = size(), .root = snapshot_->root()};
  // A publication that was cut off between its last two steps left partial tiles behind.
  if (remembered_) RemovePartials(std::min(remembered_->previous_size, old_.size), old_.size);
  if (old_.size == size()) {  // nothing is new, but the ledger may have forgotten it
    const bool known = remembered_ && remembered_->directory == directory_ &&
                       remembered_->checkpoint == old_;
    const absl::Status told = known ? absl::OkStatus() : Remember();
    if (!told.ok()) return told;
    return checkpoint;
  }
  if (absl::Status recomputed = Recompute(); !recomputed.ok()) return recomputed;
  const std::string text = FormatCheckpoint(checkpoint);
  note_ = FormatNote({.text = text, .signatures = {signer_.Sign(text)}});
  if (absl::Status remembered = Remember(); !remembered.ok()) return remembered;
  absl::StatusOr<FileWriter> files = FileWriter::Open(directory_, kScratch);
  if (!files.ok()) return files.status();
  if (absl::Status written = WriteTiles(*files); !written.ok()) return written;
  if (absl::Status placed = PlaceCheckpoint(*files); !placed.ok()) return placed;
  RemovePartials(old_.size, size());
  // A publication that was cut off before its last step left those of its own size.
  if (remembered_) RemovePartials(remembered_->checkpoint.size, size());
  std::error_code ignored;
  std::filesystem::remove_all(absl::StrCat(directory_, "/", kScratch), ignored);
  progress_(size(), size());
  return checkpoint;
}

}  // namespace

absl::StatusOr<Checkpoint> Publish(Ledger& ledger, const Signer& signer,
                                   const std::string& directory, PublishProgress progress) {
  return Publisher(ledger, signer, progress).Run(directory);
}

}  // namespace hourbook
