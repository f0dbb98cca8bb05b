// What a thread is by the pipeline's order of things and not by a mutex of its own, named so that clang's
// thread-safety analysis can tell who may touch what. Nothing of it is left when the program runs.
#ifndef LEDGER_ENGINE_ROLE_H_
#define LEDGER_ENGINE_ROLE_H_

#include "absl/base/thread_annotations.h"

namespace hourbook {

class ABSL_LOCKABLE Role {
 public:
  Role() = default;
  Role(const Role&) = delete;
  Role& operator=(const Role&) = delete;

  void Begin() ABSL_EXCLUSIVE_LOCK_FUNCTION() {}
  void End() ABSL_UNLOCK_FUNCTION() {}
};

}  // namespace hourbook

#endif  // LEDGER_ENGINE_ROLE_H_
