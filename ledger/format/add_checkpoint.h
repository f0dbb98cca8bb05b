// A step of a log from one size to another (the request of C2SP tlog-witness's add-checkpoint): the
// old size, the hashes that prove the old tree a prefix of the new, and the checkpoint that signs
// the new. Whoever knows the old root can check it; a witness does.
#ifndef LEDGER_FORMAT_ADD_CHECKPOINT_H_
#define LEDGER_FORMAT_ADD_CHECKPOINT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "ledger/base/bytes.h"
#include "ledger/format/note.h"

namespace hourbook {

struct AddCheckpoint {
  uint64_t old_size;
  std::vector<Hash> hashes;  // of the consistency proof; none where old_size is 0
  std::string checkpoint;    // of the new size: a signed note, verbatim
};

inline constexpr size_t kAddCheckpointMaxSize = kNoteMaxSize + 10'000;  // bytes

std::string FormatAddCheckpoint(const AddCheckpoint& request);

// InvalidArgument says which line is wrong. Only the form is looked at: the checkpoint may be
// anything, and the hashes may prove nothing.
absl::StatusOr<AddCheckpoint> ParseAddCheckpoint(absl::string_view text);

}  // namespace hourbook

#endif  // LEDGER_FORMAT_ADD_CHECKPOINT_H_
