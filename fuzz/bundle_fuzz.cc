// A bundle and the tile beside it: 1 to 4 entries, whose tile is the input's own or, so that more than
// the hashes is reached, made from the bundle. What is accepted is what FORMAT.md says a bundle is.
#include <algorithm>
#include <string>
#include <vector>

#include "fuzz/fuzz_input.h"
#include "ledger/audit/bundle.h"
#include "ledger/base/error.h"
#include "ledger/chain/hasher.h"

namespace hourbook::fuzz {
namespace {

std::string TakeText(FuzzInput& input, size_t size) {
  std::string text(size, '\0');
  input.TakeBytes(text.data(), size);
  return text;
}

Bytes LeafDataAt(const BundleAndTile& published, size_t i) {
  return ToBytes(published.bundle).subspan(i * kBundledSize + 2, kLeafDataSize);
}

std::vector<Hash> LeavesOf(const BundleAndTile& published, size_t width) {
  std::vector<Hash> leaves;
  for (size_t i = 0; i < width; ++i) leaves.push_back(LeafHash(LeafDataAt(published, i)));
  return leaves;
}

std::string TileOf(const std::vector<Hash>& leaves) {
  std::string tile;
  for (const Hash& leaf : leaves) tile.append(leaf.begin(), leaf.end());
  return tile;
}

// Said as plainly as can be.
bool IsBundle(const BundleAndTile& published, const std::vector<Hash>& leaves) {
  if (published.tile != TileOf(leaves)) return false;
  for (size_t i = 0; i < leaves.size(); ++i) {
    if (published.bundle.substr(i * kBundledSize, 2) != absl::string_view("\x00\xe0", 2)) return false;
    const Bytes named = LeafDataAt(published, i).first(sizeof(Hash));
    if (i > 0 && !std::equal(named.begin(), named.end(), leaves[i - 1].begin())) return false;
  }
  return true;
}

void Check(FuzzInput input) {
  const size_t width = input.Below(4) + 1;
  const bool own_tile = input.Below(2) == 1;
  BundleAndTile published{.bundle = TakeText(input, width * kBundledSize), .tile = {}};
  const std::vector<Hash> expected = LeavesOf(published, width);
  published.tile = own_tile ? TakeText(input, width * sizeof(Hash)) : TileOf(expected);

  std::vector<Hash> leaves(width);
  std::vector<Entry> entries(width);
  Hash named{};
  Finding finding;
  const absl::Status checked = CheckBundle(published, 0, absl::MakeSpan(leaves), named,
                                           absl::MakeSpan(entries), finding);
  FUZZ_CHECK(checked.ok() == IsBundle(published, expected));
  if (!checked.ok()) {
    FUZZ_CHECK(FailureOf(checked) == Failure::kUnsound && finding.index && *finding.index < width);
    return;
  }
  FUZZ_CHECK(leaves == expected);
  std::string again;
  for (size_t i = 0; i < width; ++i) {
    AppendBundled(i == 0 ? named : leaves[i - 1], entries[i], again);
  }
  FUZZ_CHECK(again == published.bundle);
}

}  // namespace
}  // namespace hourbook::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  hourbook::fuzz::Check(hourbook::fuzz::FuzzInput(data, size));
  return 0;
}
