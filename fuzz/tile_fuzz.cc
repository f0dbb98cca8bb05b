// Tiles: where they lie, how many there are, what they hold. A path is read back by a plain reader,
// and hashes, roots and proofs made from tiles are those of the plain tree.
#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "fuzz/fuzz_input.h"
#include "ledger/audit/tile_rows.h"
#include "ledger/base/error.h"
#include "ledger/chain/prove.h"
#include "ledger/chain/verify.h"
#include "ledger/format/tile_path.h"
#include "tests/chain/kept_hashes.h"
#include "tests/chain/plain_tree.h"

namespace hourbook::fuzz {
namespace {

struct Place {
  std::string level;
  uint64_t index = 0;
  uint64_t width = kTileWidth;
};

// Digits without anything before or after them.
std::optional<uint64_t> ToNumber(absl::string_view digits) {
  uint64_t number = 0;
  const bool is_plain = absl::SimpleAtoi(digits, &number) && digits == absl::StrCat(number);
  return is_plain ? std::optional<uint64_t>(number) : std::nullopt;
}

// C2SP tlog-tiles: tile/<L>/<N>[.p/<W>], N in elements of three digits, all but the last behind an
// x.
std::optional<Place> ReadPath(absl::string_view path) {
  std::vector<std::string> parts = absl::StrSplit(path, '/');
  if (parts.size() < 3 || parts[0] != "tile") return std::nullopt;
  Place place{.level = parts[1]};
  if (absl::EndsWith(parts[parts.size() - 2], ".p")) {
    const std::optional<uint64_t> width = ToNumber(parts.back());
    if (!width || *width == 0 || *width >= kTileWidth) return std::nullopt;
    place.width = *width;
    parts.pop_back();
    parts.back().resize(parts.back().size() - 2);
  }
  for (size_t i = 2; i < parts.size(); ++i) {
    absl::string_view digits = parts[i];
    const bool has_x = absl::ConsumePrefix(&digits, "x");
    const bool is_last = i + 1 == parts.size();
    if (has_x == is_last || digits.size() != 3) return std::nullopt;
    if (!std::all_of(digits.begin(), digits.end(), [](char c) { return '0' <= c && c <= '9'; })) {
      return std::nullopt;
    }
    if (i == 2 && !is_last && digits == "000") return std::nullopt;  // only one way to say a number
    uint64_t element = 0;
    if (!absl::SimpleAtoi(digits, &element)) return std::nullopt;
    place.index = place.index * 1'000 + element;
  }
  return place;
}

void CheckPath(int level, uint64_t index, uint64_t width) {
  const auto tile = ReadPath(TilePath(level, index, width));
  FUZZ_CHECK(tile && tile->level == absl::StrCat(level));
  FUZZ_CHECK(tile->index == index && tile->width == width);
  const auto bundle = ReadPath(BundlePath(index, width));
  FUZZ_CHECK(bundle && bundle->level == "entries");
  FUZZ_CHECK(bundle->index == index && bundle->width == width);
}

// The tiles of a level hold its hashes, each once, for every size that a checkpoint may say.
void CheckCounts(int level, uint64_t size) {
  const uint64_t hashes = HashesAt(level, size);
  const uint64_t tiles = TilesFor(hashes);
  FUZZ_CHECK(HashesAt(level + 1, size) == hashes / kTileWidth);
  FUZZ_CHECK(tiles * kTileWidth >= hashes && (tiles == 0) == (hashes == 0));
  FUZZ_CHECK(WidthAt(tiles, hashes) == 0);
  if (tiles == 0) return;
  const uint64_t last = WidthAt(tiles - 1, hashes);
  FUZZ_CHECK(last >= 1 && (tiles - 1) * kTileWidth + last == hashes);
  FUZZ_CHECK(tiles == 1 || WidthAt(tiles - 2, hashes) == kTileWidth);
}

// A log of tiles in memory, with one hash that may be another.
class SpoiltTiles : public Publication {
 public:
  SpoiltTiles(const KeptHashes& kept, uint64_t spoilt, uint8_t by)
      : kept_(kept), spoilt_(spoilt), by_(by) {}

  absl::StatusOr<std::string> ReadTile(int level, uint64_t index, uint64_t width,
                                       Finding&) const override {
    std::string tile;
    for (uint64_t i = 0; i < width; ++i) {
      const uint64_t at = index * kTileWidth + i;
      Hash hash = *kept_(level, at);
      if (level == 1 && at == spoilt_) hash[by_ % hash.size()] ^= by_;
      tile.append(hash.begin(), hash.end());
    }
    return tile;
  }
  absl::StatusOr<std::string> ReadCheckpoint() const override {
    return absl::UnimplementedError("");
  }
  absl::Status FindBundle(uint64_t, Finding&) const override {
    return absl::UnimplementedError("");
  }
  absl::StatusOr<BundleAndTile> ReadBundle(uint64_t, uint64_t, Finding&) const override {
    return absl::UnimplementedError("");
  }

 private:
  const KeptHashes& kept_;
  const uint64_t spoilt_;
  const uint8_t by_;
};

// An audit's rows take full tiles, and find the published hash that is another.
void CheckRows(FuzzInput& input, const std::vector<Hash>& leaves, const KeptHashes& kept) {
  const uint64_t full = leaves.size() / kTileWidth;
  const auto spoilt = uint64_t{input.Below(8)};
  const auto by = input.Take<uint8_t>();
  const SpoiltTiles published(kept, spoilt, by);
  TileRows rows(published);
  Finding finding;
  for (uint64_t tile = 0; tile < full; ++tile) {
    FUZZ_CHECK(rows.TakeTile(*kept(1, tile), finding).ok());
  }
  const absl::Status finished = rows.Finish(finding);
  const bool is_spoilt = spoilt < full && by != 0;
  FUZZ_CHECK(finished.ok() == !is_spoilt);
  if (is_spoilt)
    FUZZ_CHECK(finding.kind == FindingKind::kTile && FailureOf(finished) == Failure::kUnsound);
  const auto root = rows.RootWith(Leaves(leaves).subspan(full * kTileWidth));
  FUZZ_CHECK(root.ok() && *root == PlainRoot(leaves));
}

void CheckHashes(FuzzInput& input, const std::vector<Hash>& leaves) {
  const KeptHashes kept(leaves);
  const Leaves all(leaves);
  for (size_t i = 0; i < all.size() / kTileWidth; ++i) {
    const Leaves tile = all.subspan(i * kTileWidth, kTileWidth);
    FUZZ_CHECK(*kept(1, i) == PlainRoot(tile) && CompleteRoot(tile) == PlainRoot(tile));
  }
  const size_t size = input.Take<uint16_t>() % (leaves.size() + 1);
  const auto frontier = FrontierAt(size, kept.reader());
  FUZZ_CHECK(frontier.ok() && frontier->Root() == PlainRoot(all.first(size)));
  if (leaves.size() >= kTileWidth) CheckRows(input, leaves, kept);
  if (size == 0) return;
  NodeCache nodes = kept.Nodes();
  const size_t index = input.Take<uint16_t>() % size;
  const auto path = ProveInclusion(index, size, nodes);
  FUZZ_CHECK(path.ok() && *path == PlainPath(index, all.first(size)));
  const size_t old_size = 1 + input.Take<uint16_t>() % size;
  const auto proof = ProveConsistency(old_size, size, nodes);
  FUZZ_CHECK(proof.ok() && *proof == PlainProof(old_size, all.first(size)));
}

void Check(FuzzInput input) {
  const auto level = static_cast<int>(input.Below(8));
  const auto index = input.Take<uint64_t>();
  CheckPath(level, index, 1 + input.Below(kTileWidth));
  CheckCounts(level, input.Take<uint64_t>() >> 1);  // sizes are below 2^63 (checkpoint.h)

  constexpr size_t kMostLeaves = 600;
  std::vector<Hash> leaves(input.Take<uint16_t>() % kMostLeaves);
  const auto kinds = static_cast<uint8_t>(1 + input.Below(8));
  for (size_t i = 0; i < leaves.size(); ++i) {
    const uint8_t data[] = {input.Take<uint8_t>(), static_cast<uint8_t>(i % kinds)};
    leaves[i] = LeafHash(data);
  }
  CheckHashes(input, leaves);
}

}  // namespace
}  // namespace hourbook::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  hourbook::fuzz::Check(hourbook::fuzz::FuzzInput(data, size));
  return 0;
}
