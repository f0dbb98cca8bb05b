// The questions put to a snapshot, through the C API; model_answer.h puts them to the model.
#ifndef TESTS_MODEL_ANSWER_H_
#define TESTS_MODEL_ANSWER_H_

#include <string>

#include "api/hourbook.h"
#include "tests/model/call.h"

namespace hourbook {

struct Asked {
  hbk_ledger* ledger;
  hbk_snapshot* snapshot;
  std::string vkey;
  std::string home;
};

std::string Answer(const Asked& asked, const Question& question);

// All that a cursor still gives, page by page.
std::string ReadToEnd(hbk_cursor* cursor, uint32_t capacity);
std::string ReadPage(hbk_cursor* cursor, uint32_t capacity);

hbk_status OpenCursor(hbk_snapshot* snapshot, const Question& question, hbk_cursor** cursor);

// What an audit reports of a publication, or, where there is none, of the snapshot; every balance too.
std::string AuditText(const Asked& asked, const std::string& publication, bool remembers);

}  // namespace hourbook

#endif  // TESTS_MODEL_ANSWER_H_
