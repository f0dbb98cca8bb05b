#include "tools/hourbook/command_error.h"

#include "absl/strings/str_cat.h"

namespace hourbook::cli {

ExitCode ExitCodeOf(hbk_status status) {
  switch (status) {
    case HBK_OK:
      return kExitOk;
    case HBK_CORRUPT:
    case HBK_TRUNCATED:
    case HBK_UNSOUND:
      return kExitDamaged;
    case HBK_INVALID_ARGUMENT:  // the commands hand in nothing invalid of their own
      return kExitUsage;
    default:
      return kExitError;
  }
}

std::string MessageOf(hbk_status status, const hbk_error& error) {
  const char* const message =
      error.message[0] != '\0' ? error.message : hbk_status_message(status);
  return absl::StrCat(message, " (", hbk_status_name(status), ")");
}

void Check(hbk_status status, const hbk_error& error) {
  if (status != HBK_OK) throw CommandError(ExitCodeOf(status), MessageOf(status, error));
}

}  // namespace hourbook::cli
