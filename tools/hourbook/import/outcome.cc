#include "tools/hourbook/import/outcome.h"

namespace hourbook::cli {
namespace {

bool IsOtherRowOfSameKey(hbk_status status) {
  return status > HBK_EXISTS && status <= HBK_EXISTS_WITH_DIFFERENT_EVIDENCE;
}

}  // namespace

bool Stands(hbk_status status) {
  return status == HBK_OK || status == HBK_EXISTS || status == HBK_PARTY_EXISTS;
}

RowOutcome OutcomeOf(absl::Span<const hbk_result> results) {
  bool is_new = false;
  for (const hbk_result& result : results) {
    is_new |= result.status == HBK_OK;
    if (Stands(result.status) || result.status == HBK_LINKED_ENTRY_FAILED) continue;
    const char* const reason = IsOtherRowOfSameKey(result.status) ? "exists_with_different"
                                                                  : hbk_status_name(result.status);
    return {RowOutcome::Fate::kRefused, reason, hbk_status_message(result.status)};
  }
  return {is_new ? RowOutcome::Fate::kAccepted : RowOutcome::Fate::kExists, "", ""};
}

}  // namespace hourbook::cli
