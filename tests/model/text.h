// Answers as text, the same whoever gives them, so that two are compared and read by a person.
#ifndef TESTS_MODEL_TEXT_H_
#define TESTS_MODEL_TEXT_H_

#include <string>

#include "api/hourbook.h"
#include "ledger/base/bytes.h"
#include "ledger/format/entry.h"
#include "ledger/rules/balance.h"

namespace hourbook {

// "V3" for one that Named() made, else its digits.
std::string NameOfId(const Id& id);

std::string ToText(const Balance& balance);

// As a caller hands it in.
std::string ToText(const Entry& entry);

// Its index and a sum over all of its bytes: for lists, where all of it would be too much to read.
std::string Line(const Entry& entry);

std::string LineOf(const Hash& hash);

// What a call that failed answers.
std::string Failed(hbk_status status);

}  // namespace hourbook

#endif  // TESTS_MODEL_TEXT_H_
