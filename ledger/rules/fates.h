// What later entries did to earlier ones.
#ifndef LEDGER_RULES_FATES_H_
#define LEDGER_RULES_FATES_H_

#include <cstdint>

#include "ledger/base/hash_map.h"
#include "ledger/rules/state.h"

namespace hourbook {

// Gathered while an account is walked newest first, so that what undoes an entry is met before it.
class Fates {
 public:
  // Notes the entry, if it posts, voids or reverses an earlier one.
  void Note(const Entry& entry);

  // How much of an earlier entry's amount stands: what was posted of it, or is still held; 0 once
  // it was reversed, voided or has lapsed. All later entries of its account must have been noted.
  uint64_t Standing(const State& state, const Entry& entry) const;

 private:
  HashSet<Id> undone_;
  HashMap<Id, uint64_t> posted_;  // by the pending entry's id
};

}  // namespace hourbook

#endif  // LEDGER_RULES_FATES_H_
