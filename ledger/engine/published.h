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

// Compares the snapshot with the last checkpoint remembered and, where it can be read and is signed
// by the same key, with that in the publication. kBehind; kCorrupt.
absl::Status CheckPublished(const Snapshot& snapshot, const std::string& ledger_directory);

// Ends the memory, if there is one.
absl::Status ForgetPublished(const std::string& ledger_directory);

}  // namespace hourbook

#endif  // LEDGER_ENGINE_PUBLISHED_H_
