// What a ledger was published as, remembered beside it: a file `published` in its directory, which
// says where, under which key, and holds the last checkpoint signed.
//
// A ledger restored from an old backup lacks entries that others have seen. Were it appended to, it
// would be a fork of what was signed; so it is compared with the checkpoint that it remembers and
// with the one in the publication, which may know better.
#ifndef LEDGER_ENGINE_PUBLISHED_H_
#define LEDGER_ENGINE_PUBLISHED_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "ledger/chain/verifier.h"
#include "ledger/engine/snapshot.h"

namespace hourbook {

struct Published {
  std::string directory;   // of the publication; absolute
  uint64_t previous_size;  // of the checkpoint before the last; 0 for none
  Verifier log;            // who signs it
  std::string note;        // the last checkpoint, signed
  Checkpoint checkpoint;   // what the note says
};

// What the ledger's directory remembers, or nothing where it was never published. kCorrupt where
// the file is damaged.
absl::StatusOr<std::optional<Published>> ReadPublished(const std::string& ledger_directory);

// Durably. published.checkpoint need not be set. kInvalidArgument where the directory's path has a
// newline.
absl::Status WritePublished(const std::string& ledger_directory, const Published& published);

// Ok where the snapshot holds all that the checkpoint covers, with that root; else kBehind.
absl::Status CheckHolds(const Snapshot& snapshot, const Checkpoint& checkpoint,
                        absl::string_view where);

// What is signed of a ledger, and where.
struct SignedCheckpoint {
  Checkpoint checkpoint;
  std::string where;
};

// The last checkpoint remembered, if there is one, and where it can be read and is signed by the same key
// that in the publication. kCorrupt.
absl::StatusOr<std::vector<SignedCheckpoint>> ReadSigned(const std::string& ledger_directory);

// Compares a snapshot with what was read before it was opened: what another process signs meanwhile may not
// be in it. kBehind.
absl::Status CheckSigned(const Snapshot& snapshot, const std::vector<SignedCheckpoint>& signed_before);

// Ends the memory, if there is one.
absl::Status ForgetPublished(const std::string& ledger_directory);

}  // namespace hourbook

#endif  // LEDGER_ENGINE_PUBLISHED_H_
