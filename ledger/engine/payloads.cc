#include "ledger/engine/payloads.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "ledger/base/error.h"
#include "ledger/base/file.h"
#include "ledger/chain/evidence.h"
#include "ledger/format/opening.h"

namespace hourbook {
namespace {

constexpr unsigned kOwnerOnly = 0600;
constexpr unsigned kOwnerOnlyDirectory = 0700;
constexpr absl::Duration kPatience = absl::Seconds(10);
constexpr absl::Duration kPause = absl::Milliseconds(5);

std::string PathIn(const std::string& store, const Hash& commitment) {
  return absl::StrCat(store, "/", HexEncode(commitment));
}

std::string MarkerIn(const std::string& store, const Hash& commitment) {
  return absl::StrCat(PathIn(store, commitment), ".erased");
}

// Where a payload is written first: one name for all, so that what a crash left is found again.
std::string IncomingIn(const std::string& store) { return store + "/incoming"; }

absl::Status MakeStore(const std::string& store) {
  if (::mkdir(store.c_str(), kOwnerOnlyDirectory) == 0) return SyncNames(store + "/..");
  if (errno == EEXIST) return absl::OkStatus();
  return SystemFailure(errno, absl::StrCat("making the store ", store));
}

absl::StatusOr<FileLock> LockStore(const std::string& store) {
  const absl::Time deadline = absl::Now() + kPatience;
  while (true) {
    absl::StatusOr<FileLock> lock = FileLock::Acquire(store + "/lock");
    const bool busy = !lock.ok() && FailureOf(lock.status()) == Failure::kTimeout;
    if (!busy || absl::Now() > deadline) return lock;
    absl::SleepFor(kPause);
  }
}

bool Exists(const std::string& path) {
  struct stat file;
  return ::lstat(path.c_str(), &file) == 0;
}

absl::Status Remove(const std::string& path) {
  if (::unlink(path.c_str()) == 0 || errno == ENOENT) return absl::OkStatus();
  return SystemFailure(errno, absl::StrCat("removing ", path));
}

// What a crash left of a payload that was being kept, under a lock.
absl::Status RemoveIncoming(const std::string& store) {
  for (const char* const suffix : {"", ".new"}) {
    if (absl::Status gone = Remove(IncomingIn(store) + suffix); !gone.ok()) return gone;
  }
  return absl::OkStatus();
}

absl::Status NotThere(const std::string& store, const Hash& commitment, absl::string_view why) {
  return Fail(Failure::kNotFound,
              absl::StrCat(store, " has no payload of ", HexEncode(commitment), why));
}

}  // namespace

absl::StatusOr<Hash> KeepPayload(const std::string& store, absl::string_view payload) {
  if (payload.size() > kPayloadMaxSize) {
    return Fail(Failure::kInvalidArgument, absl::StrCat("the payload has ", payload.size(),
                                                        " bytes, more than ", kPayloadMaxSize));
  }
  if (absl::Status made = MakeStore(store); !made.ok()) return made;
  const absl::StatusOr<FileLock> lock = LockStore(store);
  if (!lock.ok()) return lock.status();
  const absl::StatusOr<Hash> salt = NewSalt();
  if (!salt.ok()) return salt.status();
  const Hash commitment = Commit(*salt, payload);
  const std::string incoming = IncomingIn(store);
  absl::Status written = WriteFileDurably(
      incoming, FormatOpening({.salt = *salt, .payload = payload}), kOwnerOnly);
  if (!written.ok()) return written;
  if (::rename(incoming.c_str(), PathIn(store, commitment).c_str()) != 0) {
    return SystemFailure(errno, absl::StrCat("renaming ", incoming));
  }
  if (absl::Status synced = SyncNames(store); !synced.ok()) return synced;
  return commitment;
}

absl::StatusOr<std::string> ShowPayload(const std::string& store, const Hash& commitment) {
  if (Exists(MarkerIn(store, commitment))) return NotThere(store, commitment, ": it was erased");
  const std::string path = PathIn(store, commitment);
  absl::StatusOr<std::string> opening = ReadFile(path, kOpeningMaxSize);
  if (!opening.ok() && FailureOf(opening.status()) == Failure::kNotFound) {
    return NotThere(store, commitment, "");
  }
  if (!opening.ok()) return opening;
  const absl::StatusOr<absl::string_view> payload = OpenEvidence(*opening, commitment);
  if (payload.ok()) return opening;
  return Fail(Failure::kCorrupt, absl::StrCat(path, " is damaged: ", payload.status().message(),
                                              "; restore it from a backup of the store"));
}

// The marker comes first: a crash after it is mended by erasing again, and one before it changed
// nothing.
absl::Status ErasePayload(const std::string& store, const Hash& commitment) {
  if (!Exists(store)) return NotThere(store, commitment, ": there is no such directory");
  const absl::StatusOr<FileLock> lock = LockStore(store);
  if (!lock.ok()) return lock.status();
  const std::string path = PathIn(store, commitment);
  const std::string marker = MarkerIn(store, commitment);
  if (!Exists(marker)) {
    if (!Exists(path)) return NotThere(store, commitment, ", and never had one");
    if (absl::Status said = WriteFileDurably(marker, "", kOwnerOnly); !said.ok()) return said;
  }
  if (absl::Status gone = Remove(path); !gone.ok()) return gone;
  if (absl::Status gone = RemoveIncoming(store); !gone.ok()) return gone;
  return SyncNames(store);
}

}  // namespace hourbook
