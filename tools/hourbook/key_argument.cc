#include "tools/hourbook/key_argument.h"

#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "tools/hourbook/command_error.h"
#include "tools/hourbook/given_text.h"
#include "tools/hourbook/text_file.h"

namespace hourbook::cli {
namespace {

constexpr size_t kPassphraseFileMaxSize = 10'000;

std::string WithoutNewline(std::string text) {
  if (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

}  // namespace

void PassphraseArgument::AddTo(CLI::App& command) {
  CLI::Option* const from_file =
      command.add_option("--passphrase-file", file, "A file with the key's passphrase");
  command
      .add_option("--passphrase-env", variable,
                  "An environment variable with the key's passphrase")
      ->excludes(from_file);
}

std::string PassphraseArgument::Read() const {
  if (file.empty() && variable.empty()) return "";
  std::string passphrase;
  if (!file.empty()) {
    passphrase = WithoutNewline(ReadFile(file, kPassphraseFileMaxSize));
  } else {
    // NOLINTNEXTLINE(concurrency-mt-unsafe): nothing changes the environment
    const char* const value = std::getenv(variable.c_str());
    if (value == nullptr) {
      throw CommandError(kExitError,
                         absl::StrCat("the environment variable ", variable, " is not set"));
    }
    passphrase = WithoutNewline(value);
  }
  const std::string& where = file.empty() ? variable : file;
  if (passphrase.empty()) {
    throw CommandError(kExitError, absl::StrCat(where, ": the passphrase is empty"));
  }
  if (passphrase.find('\0') != std::string::npos) {
    throw CommandError(kExitError, absl::StrCat(where, ": a passphrase cannot have a zero byte"));
  }
  return passphrase;
}

void KeyArgument::AddTo(CLI::App& command) {
  command.add_option("--key", path, "The secret key, a file that `hourbook keygen` made")
      ->required();
  passphrase.AddTo(command);
}

KeyHandle KeyArgument::Load() const {
  const std::string opens = passphrase.Read();
  hbk_error error = HBK_ERROR_INIT;
  hbk_key* key = nullptr;
  const hbk_status status = hbk_key_load(path.c_str(), opens.c_str(), &key, &error);
  if (status == HBK_INVALID_ARGUMENT) {  // the file is wrong, not the command line
    throw CommandError(kExitError, MessageOf(status, error));
  }
  Check(status, error);
  return KeyHandle(key);
}

std::string VkeyOf(hbk_key* key) {
  return TextOf([key](char* buffer, size_t capacity, size_t* length, hbk_error* error) {
    return hbk_key_vkey(key, buffer, capacity, length, error);
  });
}

}  // namespace hourbook::cli
