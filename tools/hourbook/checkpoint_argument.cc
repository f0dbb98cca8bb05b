#include "tools/hourbook/checkpoint_argument.h"

#include "tools/hourbook/given_text.h"
#include "tools/hourbook/text_file.h"

namespace hourbook::cli {
namespace {

constexpr size_t kCheckpointMaxSize = 1'000'000;  // what the library reads as a note

}  // namespace

void CheckpointArgument::AddTo(CLI::App& command) {
  command.add_option("--checkpoint", path,
                     "A file with the checkpoint to prove by (default: the last one signed)");
}

std::string CheckpointArgument::Read(hbk_ledger* ledger) const {
  if (!path.empty()) return ReadFile(path, kCheckpointMaxSize);
  return TextOf([ledger](char* note, size_t capacity, size_t* length, hbk_error* error) {
    return hbk_published_checkpoint(ledger, note, capacity, length, error);
  });
}

}  // namespace hourbook::cli
