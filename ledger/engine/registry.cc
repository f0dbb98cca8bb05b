#include "ledger/engine/registry.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <set>
#include <system_error>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "ledger/base/error.h"

namespace hourbook {
namespace {

struct Open {
  absl::Mutex lock;
  std::set<Registry::Key> keys ABSL_GUARDED_BY(lock);
};

Open& TheOpen() {
  static Open* const open = new Open;  // never destroyed: used until the last static object ends
  return *open;
}

}  // namespace

void Registry::Release::operator()(const Key* key) const {
  Open& open = TheOpen();
  {
    absl::MutexLock lock(&open.lock);
    open.keys.erase(*key);
  }
  delete key;
}

absl::StatusOr<Registry::Entry> Registry::Register(const std::string& directory) {
  struct stat file;
  if (::stat(directory.c_str(), &file) != 0) {
    const Failure failure = errno == EACCES ? Failure::kPermissionDenied : Failure::kNotFound;
    return Fail(failure, absl::StrCat("looking at ", directory, ": ",
                                      std::generic_category().message(errno)));
  }
  auto key = std::make_unique<Key>(Key{file.st_dev, file.st_ino, ::getpid()});
  Open& open = TheOpen();
  absl::MutexLock lock(&open.lock);
  if (!open.keys.insert(*key).second) {
    return Fail(Failure::kAlreadyOpen,
                absl::StrCat(directory, " is open in this process; share that handle, or close it"));
  }
  return Entry(key.release());
}

}  // namespace hourbook
