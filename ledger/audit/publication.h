// Reading a publication (format/FORMAT.md) that nobody vouches for yet.
#ifndef LEDGER_AUDIT_PUBLICATION_H_
#define LEDGER_AUDIT_PUBLICATION_H_

#include <cstdint>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "ledger/audit/finding.h"

namespace hourbook {

// Thread-safe. A file that is not there, or not as long as it must be, is found missing or malformed
// (kUnsound); one that the system cannot read is another failure. No file is read beyond what it may
// have.
class Publication {
 public:
  explicit Publication(std::string directory) : directory_(std::move(directory)) {}

  const std::string& directory() const { return directory_; }

  // The signed note. kNotFound where the directory has none.
  absl::StatusOr<std::string> ReadCheckpoint() const;

  // The first `width` hashes of a tile. Where the partial tile is not there, but the full one is,
  // that is read (C2SP tlog-tiles lets partial ones go).
  absl::StatusOr<std::string> ReadTile(int level, uint64_t index, uint64_t width,
                                       Finding& finding) const;

  // The first `width` entries of a bundle: 226 bytes each, whose first two are read as said in
  // FORMAT.md by the caller.
  absl::StatusOr<std::string> ReadBundle(uint64_t index, uint64_t width, Finding& finding) const;

 private:
  absl::StatusOr<std::string> Read(const std::string& partial, const std::string& full,
                                   size_t size, size_t full_size, Finding& finding) const;

  std::string directory_;
};

}  // namespace hourbook

#endif  // LEDGER_AUDIT_PUBLICATION_H_
