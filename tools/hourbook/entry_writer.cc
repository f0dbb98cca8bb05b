#include "tools/hourbook/entry_writer.h"

#include <algorithm>

#include "tools/hourbook/command_error.h"
#include "tools/hourbook/reader.h"

namespace hourbook::cli {

EntryWriter::EntryWriter(const std::string& directory, bool dry_run)
    : ledger_(OpenLedger(directory)), snapshot_(OpenSnapshot(ledger_.get())) {
  if (!dry_run) return;
  hbk_error error = HBK_ERROR_INIT;
  hbk_trial* trial = nullptr;
  Check(hbk_trial_open(ledger_.get(), &trial, &error), error);
  trial_.reset(trial);
  Check(hbk_trial_advance(trial, ReadStat(snapshot_.get()).size, &error), error);
}

std::vector<hbk_result> EntryWriter::Send(absl::Span<const hbk_entry> entries) const {
  std::vector<hbk_result> results(entries.size());
  for (size_t begin = 0; begin < entries.size(); begin += HBK_BATCH_MAX) {
    const auto count =
        static_cast<uint32_t>(std::min<size_t>(entries.size() - begin, HBK_BATCH_MAX));
    hbk_error error = HBK_ERROR_INIT;
    const hbk_entry* const batch = entries.data() + begin;
    hbk_result* const given = results.data() + begin;
    Check(trial_ != nullptr ? hbk_trial_judge(trial_.get(), batch, count, 1, given, &error)
                            : hbk_append(ledger_.get(), batch, count, HBK_FOREVER, given, &error),
          error);
  }
  return results;
}

}  // namespace hourbook::cli
