// Reading a publication (format/FORMAT.md) that nobody vouches for yet.
#ifndef LEDGER_AUDIT_PUBLICATION_H_
#define LEDGER_AUDIT_PUBLICATION_H_

#include <cstdint>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "ledger/audit/bundle.h"
#include "ledger/audit/finding.h"

namespace hourbook {

// What an audit reads, wherever it comes from. Thread-safe. A part that is not there, or not as long
// as it must be, is found missing or malformed (kUnsound); one that the system cannot read is
// another failure.
class Publication {
 public:
  virtual ~Publication() = default;

  // The signed note. kNotFound where there is none.
  virtual absl::StatusOr<std::string> ReadCheckpoint() const = 0;

  // That a full bundle is there, and no shorter: without reading it.
  virtual absl::Status FindBundle(uint64_t index, Finding& finding) const = 0;

  // The first `width` hashes of a tile.
  virtual absl::StatusOr<std::string> ReadTile(int level, uint64_t index, uint64_t width,
                                               Finding& finding) const = 0;

  // The first `width` entries of a bundle: 226 bytes each, whose first two are read as said in
  // FORMAT.md by the caller; and as many hashes of the tile of level 0 beside it.
  virtual absl::StatusOr<BundleAndTile> ReadBundle(uint64_t index, uint64_t width,
                                                   Finding& finding) const = 0;
};

// A directory as FORMAT.md has it. Where a partial file is not there, but the full one is, that is
// read (C2SP tlog-tiles lets partial ones go). No file is read beyond what it may have.
class PublishedDirectory : public Publication {
 public:
  explicit PublishedDirectory(std::string directory) : directory_(std::move(directory)) {}

  absl::StatusOr<std::string> ReadCheckpoint() const override;
  absl::Status FindBundle(uint64_t index, Finding& finding) const override;
  absl::StatusOr<std::string> ReadTile(int level, uint64_t index, uint64_t width,
                                       Finding& finding) const override;
  absl::StatusOr<BundleAndTile> ReadBundle(uint64_t index, uint64_t width,
                                           Finding& finding) const override;

 private:
  absl::StatusOr<std::string> Read(const std::string& partial, const std::string& full,
                                   size_t size, size_t full_size, Finding& finding) const;

  const std::string directory_;
};

}  // namespace hourbook

#endif  // LEDGER_AUDIT_PUBLICATION_H_
