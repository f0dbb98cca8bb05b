// Publications of whatever a test wants signed, made as plainly as FORMAT.md says it: what an operator
// who cheats, but hashes and signs with care, could publish.
#ifndef TESTS_AUDIT_FORGED_PUBLICATION_H_
#define TESTS_AUDIT_FORGED_PUBLICATION_H_

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "ledger/chain/hasher.h"
#include "ledger/chain/signer.h"
#include "tests/audit/plain_publication.h"
#include "tests/chain/plain_tree.h"

namespace hourbook {

inline void WriteContents(const std::string& path, absl::string_view bytes) {
  std::filesystem::create_directories(std::filesystem::path(path).parent_path());
  std::filesystem::remove(path);  // some file systems sync a file that is cut and written again
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  ASSERT_TRUE(file.good()) << path;
}

// The leaf hashes of entries in a chain.
inline std::vector<Hash> PlainLeaves(const std::vector<Entry>& entries) {
  std::vector<Hash> leaves;
  Hash prev{};
  for (const Entry& entry : entries) leaves.push_back(prev = EntryLeafHash(prev, entry));
  return leaves;
}

// "tile/0/001.p/44", "tile/entries/000": the path of a row's part.
inline std::string PlainPath(absl::string_view row, uint64_t index, uint64_t width) {
  return absl::StrCat("tile/", row, "/", PlainIndexPath(index),
                      width < 256 ? absl::StrCat(".p/", width) : "");
}

// Writes tiles over leaf hashes, bundles of entries, and a checkpoint with the root over the leaves.
inline void PublishForged(const std::string& directory, const std::vector<Entry>& entries,
                          const std::vector<Hash>& leaves, const Signer& signer) {
  std::filesystem::remove_all(directory);
  for (uint64_t begin = 0; begin < entries.size(); begin += 256) {
    const uint64_t end = std::min<uint64_t>(begin + 256, entries.size());
    std::string bundle;
    for (uint64_t i = begin; i < end; ++i) {
      const Hash prev = i == 0 ? Hash{} : leaves[i - 1];
      bundle.append("\0\xe0", 2);
      bundle.append(prev.begin(), prev.end());
      bundle.append(reinterpret_cast<const char*>(&entries[i]), sizeof(Entry));
    }
    WriteContents(directory + "/" + PlainPath("entries", begin / 256, end - begin), bundle);
  }
  std::vector<Hash> row = leaves;
  for (int level = 0; !row.empty(); ++level) {
    std::vector<Hash> above;
    for (uint64_t begin = 0; begin < row.size(); begin += 256) {
      const uint64_t width = std::min<uint64_t>(256, row.size() - begin);
      const auto hashes = absl::MakeConstSpan(row).subspan(begin, width);
      WriteContents(directory + "/" + PlainPath(absl::StrCat(level), begin / 256, width),
                    absl::string_view(reinterpret_cast<const char*>(hashes.data()),
                                      width * sizeof(Hash)));
      if (width == 256) above.push_back(PlainRoot(hashes));
    }
    row = std::move(above);
  }
  const std::string text = FormatCheckpoint(
      {.origin = signer.verifier().name, .size = entries.size(), .root = PlainRoot(leaves)});
  WriteContents(directory + "/checkpoint",
                FormatNote({.text = text, .signatures = {signer.Sign(text)}}));
}

inline void PublishForged(const std::string& directory, const std::vector<Entry>& entries,
                          const Signer& signer) {
  PublishForged(directory, entries, PlainLeaves(entries), signer);
}

}  // namespace hourbook

#endif  // TESTS_AUDIT_FORGED_PUBLICATION_H_
