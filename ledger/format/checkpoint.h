// The text of a checkpoint (C2SP tlog-checkpoint): which log, how many leaves, which root. The log
// signs it as a note.
#ifndef LEDGER_FORMAT_CHECKPOINT_H_
#define LEDGER_FORMAT_CHECKPOINT_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "ledger/base/bytes.h"

namespace hourbook {

struct Checkpoint {
  std::string origin;  // the log's name; not empty, without newlines
  uint64_t size;       // leaves; up to 2^63 - 1
  Hash root;           // of the tree at size

  friend bool operator==(const Checkpoint& a, const Checkpoint& b) = default;
};

// Three lines, no extension lines: a ledger has nothing to say in them that an auditor could check.
std::string FormatCheckpoint(const Checkpoint& checkpoint);

// Reads the text of a note. Extension lines of other logs are allowed and left out. InvalidArgument
// says which line is wrong.
absl::StatusOr<Checkpoint> ParseCheckpoint(absl::string_view text);

}  // namespace hourbook

#endif  // LEDGER_FORMAT_CHECKPOINT_H_
