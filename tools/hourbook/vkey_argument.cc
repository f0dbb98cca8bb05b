#include "tools/hourbook/vkey_argument.h"

#include "tools/hourbook/text_file.h"

namespace hourbook::cli {
namespace {

constexpr size_t kVkeyFileMaxSize = 10'000;

}  // namespace

void VkeyArgument::AddTo(CLI::App& command) {
  command
      .add_option("--vkey", given,
                  "The ledger's public key, as `hourbook keygen` printed it, or @FILE")
      ->required();
}

std::string VkeyArgument::Read() const {
  if (given.empty() || given.front() != '@') return given;
  std::string vkey = ReadFile(given.substr(1), kVkeyFileMaxSize);
  if (!vkey.empty() && vkey.back() == '\n') vkey.pop_back();
  return vkey;
}

}  // namespace hourbook::cli
