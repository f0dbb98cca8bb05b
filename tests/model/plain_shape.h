// What an entry must look like by itself, written from FORMAT.md once more and read field by field.
#ifndef TESTS_MODEL_PLAIN_SHAPE_H_
#define TESTS_MODEL_PLAIN_SHAPE_H_

#include "ledger/format/entry.h"
#include "ledger/rules/verdict.h"

namespace hourbook {

// kOk, or the first thing wrong with an entry as a caller hands it in.
Verdict PlainShape(const Entry& entry);

// kExists, or the first field in which an entry differs from the one that has its id.
Verdict PlainComparison(const Entry& given, const Entry& there);

// kOk, or the first thing wrong with a policy entry.
Verdict PlainPolicyShape(const Entry& entry);

}  // namespace hourbook

#endif  // TESTS_MODEL_PLAIN_SHAPE_H_
