#include "ledger/audit/seen.h"

#include <filesystem>

#include "absl/strings/str_cat.h"
#include "ledger/base/error.h"
#include "ledger/base/file.h"
#include "ledger/chain/hasher.h"
#include "ledger/format/note.h"

namespace hourbook {

absl::StatusOr<Checkpoint> ReadSeen(const std::string& path, const Verifier& log) {
  Checkpoint none{.origin = log.name, .size = 0, .root = EmptyRoot()};
  if (path.empty()) return none;
  const absl::StatusOr<std::string> note = ReadFile(path, kNoteMaxSize);
  if (!note.ok() && FailureOf(note.status()) == Failure::kNotFound) return none;
  if (!note.ok()) return note.status();
  absl::StatusOr<Checkpoint> seen = OpenCheckpoint(*note, log);
  if (seen.ok()) return seen;
  return Fail(Failure::kInvalidArgument,
              absl::StrCat("the state file ", path, " is not usable (", seen.status().message(),
                           "); it holds the last checkpoint of this log that you saw: restore it, "
                           "or remove it to begin anew"));
}

absl::Status RememberSeen(const std::string& path, const Verifier& log, absl::string_view note,
                          const Checkpoint& seen) {
  if (path.empty()) return absl::OkStatus();
  const std::string directory = std::filesystem::path(path).parent_path().string();
  if (!directory.empty()) {
    if (absl::Status made = MakeDirectories(directory); !made.ok()) return made;
  }
  const absl::StatusOr<FileLock> lock = FileLock::Acquire(path + ".lock");
  if (!lock.ok()) return lock.status();
  const absl::StatusOr<Checkpoint> now = ReadSeen(path, log);
  if (!now.ok()) return now.status();
  if (*now != seen) {
    return Fail(Failure::kTimeout, absl::StrCat("another audit has changed ", path,
                                                " meanwhile; audit again"));
  }
  return WriteFileDurably(path, note, 0644);
}

}  // namespace hourbook
