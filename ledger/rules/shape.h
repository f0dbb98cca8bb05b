// What can be judged of an entry by itself, before who and what it concerns is looked at.
#ifndef LEDGER_RULES_SHAPE_H_
#define LEDGER_RULES_SHAPE_H_

#include "ledger/format/entry.h"
#include "ledger/rules/verdict.h"

namespace hourbook {

// kOk, or the first thing wrong with an entry as a caller hands it in: id, kind, flags and unit
// known and right for each other, the fields that the kind needs present, those that it does not
// use zero, and those that the ledger gives (index, recorded_at unless imported, back links) zero.
Verdict CheckShape(const Entry& entry);

// kExists where the two say the same, else the first field that differs. Fields that the ledger
// gives are not compared, nor those that the caller of a post or void may leave to the ledger.
Verdict CompareWithExisting(const Entry& entry, const Entry& existing);

}  // namespace hourbook

#endif  // LEDGER_RULES_SHAPE_H_
