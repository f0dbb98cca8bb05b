// A publication, read and hashed as plainly as the C2SP texts say it, to judge the code that is
// neither plain nor slow.
#ifndef TESTS_AUDIT_PLAIN_PUBLICATION_H_
#define TESTS_AUDIT_PLAIN_PUBLICATION_H_

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "gtest/gtest.h"
#include "ledger/chain/hasher.h"
#include "ledger/chain/verifier.h"
#include "tests/chain/plain_tree.h"

namespace hourbook {

inline std::string Contents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file.good()) << path;
  return {std::istreambuf_iterator<char>(file), {}};
}

// Paths of the files below a directory.
inline std::set<std::string> FilesBelow(const std::string& directory) {
  std::set<std::string> files;
  for (const auto& item : std::filesystem::recursive_directory_iterator(directory)) {
    if (item.is_regular_file()) {
      files.insert(std::filesystem::relative(item.path(), directory).string());
    }
  }
  return files;
}

// "x001/x234/067" for 1234067.
inline std::string PlainIndexPath(uint64_t index) {
  std::string path = absl::StrFormat("%03d", index % 1'000);
  while ((index /= 1'000) > 0) path = absl::StrFormat("x%03d/%s", index % 1'000, path);
  return path;
}

// The files that a publication of this size must have, tiles and bundles.
inline std::set<std::string> PlainFiles(uint64_t size) {
  std::set<std::string> files = {"checkpoint"};
  uint64_t hashes = size;
  for (int level = 0; hashes > 0; ++level, hashes /= 256) {
    for (uint64_t i = 0; i * 256 < hashes; ++i) {
      const uint64_t width = std::min<uint64_t>(256, hashes - i * 256);
      const std::string index =
          absl::StrCat(PlainIndexPath(i), width < 256 ? absl::StrCat(".p/", width) : "");
      files.insert(absl::StrCat("tile/", level, "/", index));
      if (level == 0) files.insert(absl::StrCat("tile/entries/", index));
    }
  }
  return files;
}

// What is there and should not be (+), or is not and should (-). Narrower partial tiles may be there
// beside a wider one: who holds an earlier checkpoint still asks for them.
inline std::string Difference(const std::set<std::string>& there,
                              const std::set<std::string>& should) {
  std::set<std::string> may;
  for (const std::string& file : should) {
    if (const size_t at = file.find(".p/"); at != std::string::npos) may.insert(file.substr(0, at));
  }
  std::string difference;
  for (const std::string& file : there) {
    if (should.count(file) != 0 || may.count(file.substr(0, file.find(".p/"))) != 0) continue;
    absl::StrAppend(&difference, " +", file);
  }
  for (const std::string& file : should) {
    if (there.count(file) == 0) absl::StrAppend(&difference, " -", file);
  }
  return difference;
}

// Checks every file that the checkpoint calls for, and returns the checkpoint.
inline Checkpoint CheckPublication(const std::string& directory, const Verifier& log) {
  const absl::StatusOr<Checkpoint> checkpoint =
      OpenCheckpoint(Contents(directory + "/checkpoint"), log);
  EXPECT_TRUE(checkpoint.ok()) << checkpoint.status();
  if (!checkpoint.ok()) return {};
  std::vector<Hash> row;  // of the level
  for (uint64_t i = 0; i * 256 < checkpoint->size; ++i) {
    const uint64_t width = std::min<uint64_t>(256, checkpoint->size - i * 256);
    const std::string bundle =
        Contents(absl::StrCat(directory, "/tile/entries/", PlainIndexPath(i),
                              width < 256 ? absl::StrCat(".p/", width) : ""));
    EXPECT_EQ(bundle.size(), width * 226) << i;
    for (size_t at = 0; at + 226 <= bundle.size(); at += 226) {
      EXPECT_EQ(bundle.substr(at, 2), absl::string_view("\0\xe0", 2));
      row.push_back(LeafHash(Bytes(reinterpret_cast<const uint8_t*>(&bundle[at + 2]), 224)));
    }
  }
  EXPECT_EQ(PlainRoot(row), checkpoint->root);
  for (int level = 0; !row.empty(); ++level) {
    std::vector<Hash> above;
    for (uint64_t i = 0; i * 256 < row.size(); ++i) {
      const uint64_t width = std::min<uint64_t>(256, row.size() - i * 256);
      const auto hashes = absl::MakeConstSpan(row).subspan(i * 256, width);
      std::string tile;
      for (const Hash& hash : hashes) tile.append(hash.begin(), hash.end());
      EXPECT_EQ(Contents(absl::StrCat(directory, "/tile/", level, "/", PlainIndexPath(i),
                                      width < 256 ? absl::StrCat(".p/", width) : "")),
                tile);
      if (width == 256) above.push_back(PlainRoot(hashes));
    }
    row = std::move(above);
  }
  return *checkpoint;
}

}  // namespace hourbook

#endif  // TESTS_AUDIT_PLAIN_PUBLICATION_H_
