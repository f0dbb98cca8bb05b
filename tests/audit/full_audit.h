// An audit of everything, with nothing remembered from before.
#ifndef TESTS_AUDIT_FULL_AUDIT_H_
#define TESTS_AUDIT_FULL_AUDIT_H_

#include <optional>

#include "ledger/audit/auditor.h"
#include "tests/base/temp_dir.h"

namespace hourbook {

inline AuditRequest FullAudit(const Verifier& log) {
  return {.log = log,
          .policy = std::nullopt,
          .state_file = {},
          .scratch_directory = TempDir::MemoryBase(),
          .threads = 1,
          .replay = true};
}

}  // namespace hourbook

#endif  // TESTS_AUDIT_FULL_AUDIT_H_
