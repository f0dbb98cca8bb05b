// Which ledgers this process has open: LMDB's locks do not survive a file opened twice.
#ifndef LEDGER_ENGINE_REGISTRY_H_
#define LEDGER_ENGINE_REGISTRY_H_

#include <sys/types.h>

#include <memory>
#include <string>
#include <tuple>

#include "absl/status/statusor.h"

namespace hourbook {

// Thread-safe.
class Registry {
 public:
  // Which file, and of which process: a child after fork() starts with none open.
  using Key = std::tuple<dev_t, ino_t, pid_t>;

  struct Release {
    void operator()(const Key* key) const;
  };
  // Held as long as the ledger is open.
  using Entry = std::unique_ptr<const Key, Release>;

  // kAlreadyOpen where this process has the ledger in the directory open. The directory must exist.
  static absl::StatusOr<Entry> Register(const std::string& directory);
};

}  // namespace hourbook

#endif  // LEDGER_ENGINE_REGISTRY_H_
