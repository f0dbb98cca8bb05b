#include "tools/hourbook/policy_argument.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "api/hourbook.h"
#include "tools/hourbook/command_error.h"
#include "tools/hourbook/given_text.h"
#include "tools/hourbook/text_file.h"

namespace hourbook::cli {
namespace {

constexpr size_t kPolicyFileMaxSize = 200'000;  // more than the library reads as one

}  // namespace

CLI::Option* PolicyArgument::AddTo(CLI::App& command) {
  return command.add_option("--policy", path,
                            "Whom to trust: a file with the lines of C2SP tlog-policy");
}

void PolicyArgument::CheckNote(const std::string& note, const std::string& vkey) const {
  if (!given()) return;
  const std::string policy = Read();
  hbk_error error = HBK_ERROR_INIT;
  Check(hbk_check_policy(note.data(), note.size(), policy.data(), policy.size(), vkey.c_str(),
                         nullptr, nullptr, &error),
        error);
}

std::string PolicyArgument::Read() const {
  std::string policy = ReadFile(path, kPolicyFileMaxSize);
  hbk_error error = HBK_ERROR_INIT;
  size_t length = 0;
  const hbk_status status =
      hbk_policy_witness(policy.data(), policy.size(), 0, nullptr, 0, &length, &error);
  if (status == HBK_INVALID_ARGUMENT) {  // the file is wrong, not the command line
    throw CommandError(kExitError, absl::StrCat(path, ": ", MessageOf(status, error)));
  }
  return policy;
}

std::vector<PolicyWitness> WitnessesOf(const std::string& policy) {
  std::vector<PolicyWitness> witnesses;
  hbk_error error = HBK_ERROR_INIT;
  for (uint32_t i = 0;; ++i) {
    size_t length = 0;
    if (hbk_policy_witness(policy.data(), policy.size(), i, nullptr, 0, &length, &error) !=
        HBK_TOO_SMALL) {
      return witnesses;
    }
    const std::string line =
        TextOf([&](char* buffer, size_t capacity, size_t* filled, hbk_error* failed) {
          return hbk_policy_witness(policy.data(), policy.size(), i, buffer, capacity, filled,
                                    failed);
        });
    const std::vector<std::string> items = absl::StrSplit(line, ' ');
    witnesses.push_back(
        {.name = items[1], .vkey = items[2], .url = items.size() > 3 ? items[3] : ""});
  }
}

}  // namespace hourbook::cli
