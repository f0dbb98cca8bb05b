// What an auditor was shown last: the checkpoint of a sound audit, kept verbatim in a file, so that
// it can be shown to others as proof of a fork.
#ifndef LEDGER_AUDIT_SEEN_H_
#define LEDGER_AUDIT_SEEN_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "ledger/chain/verifier.h"
#include "ledger/format/checkpoint.h"

namespace hourbook {

// The checkpoint in the file; one of size 0 where the path is empty or there is no file.
// kInvalidArgument where it is not signed by the log.
absl::StatusOr<Checkpoint> ReadSeen(const std::string& path, const Verifier& log);

// Puts a note in the place of what the file held when it was read: kTimeout where another audit has
// changed it since, against which this one was not held. Durable. Makes the directories above the
// file. Does nothing where the path is empty.
absl::Status RememberSeen(const std::string& path, const Verifier& log, absl::string_view note,
                          const Checkpoint& seen);

}  // namespace hourbook

#endif  // LEDGER_AUDIT_SEEN_H_
