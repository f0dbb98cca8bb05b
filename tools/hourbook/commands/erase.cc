// hourbook erase: the payload behind an entry's evidence goes, and the ledger tells of it.
#include <algorithm>
#include <iterator>
#include <memory>
#include <optional>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "tools/hourbook/command_error.h"
#include "tools/hourbook/commands/commands.h"
#include "tools/hourbook/hex.h"
#include "tools/hourbook/import/pseudonym.h"
#include "tools/hourbook/output.h"
#include "tools/hourbook/reader.h"

namespace hourbook::cli {
namespace {

struct EraseArguments {
  std::string ledger, store, entry, evidence, recorder;
  uint16_t reason = 0;
};

bool HasEvidenceOfItsOwn(const hbk_entry& entry) {
  return entry.kind != HBK_KIND_GENESIS && entry.kind != HBK_KIND_ERASE &&
         !IsZero(entry.evidence);
}

template <class Bytes>
void Parse(const std::string& text, absl::string_view what, Bytes& bytes) {
  if (ParseHex(text, absl::MakeSpan(bytes))) return;
  throw CommandError(kExitUsage, absl::StrCat("'", text, "' is no ", what, " of ",
                                              2 * bytes.size(), " hexadecimal digits"));
}

hbk_entry ByItsId(hbk_snapshot* snapshot, const std::string& text) {
  Id id;
  Parse(text, "id", id);
  hbk_entry entry;
  hbk_error error = HBK_ERROR_INIT;
  Check(hbk_entry_by_id(snapshot, id.data(), &entry, nullptr, &error), error);
  if (HasEvidenceOfItsOwn(entry)) return entry;
  throw CommandError(kExitError, absl::StrCat("the entry ", text, " has no evidence"));
}

// The first entry that has the evidence, or nothing.
std::optional<hbk_entry> ByItsEvidence(hbk_snapshot* snapshot, const Hash& evidence) {
  hbk_error error = HBK_ERROR_INIT;
  hbk_cursor* cursor = nullptr;
  Check(hbk_entries_open(snapshot, 0, nullptr, &cursor, &error), error);
  const CursorHandle owner(cursor);
  std::vector<hbk_entry> page(kPage);
  uint32_t count = 0;
  hbk_status status;
  while ((status = hbk_cursor_next(cursor, page.data(), kPage, &count, &error)) != HBK_END) {
    Check(status, error);
    for (const hbk_entry& entry : absl::MakeConstSpan(page).first(count)) {
      if (!HasEvidenceOfItsOwn(entry)) continue;
      if (std::equal(evidence.begin(), evidence.end(), entry.evidence)) return entry;
    }
  }
  return std::nullopt;
}

class Eraser {
 public:
  explicit Eraser(const EraseArguments& arguments)
      : arguments_(arguments), ledger_(OpenLedger(arguments.ledger)), snapshot_(OpenSnapshot(ledger_.get())) {}

  // The payload goes first: then the ledger never tells of what is not done, and a run that was cut
  // off between the two is mended by another. But before anything goes the rules are asked, for
  // what is gone does not come back.
  void Run() {
    const std::optional<hbk_entry> of = Find();
    if (!of) {
      Remove(evidence_);
      Print("Erased. No entry has this evidence, so there is nothing to record.\n");
    } else if (const std::optional<uint64_t> index = IndexOf(EraseId())) {
      Remove(evidence_);
      Print(absl::StrCat("Erased; entry ", *index, " told of it before.\n"));
    } else {
      const hbk_entry erase = EraseEntry(*of);
      AskTheRules(erase);
      Remove(evidence_);
      Print(absl::StrCat("Erased; entry ", Record(erase), " tells of it.\n"));
    }
    Flush();
  }

 private:
  std::optional<hbk_entry> Find() {
    if (arguments_.entry.empty()) {
      Parse(arguments_.evidence, "evidence", evidence_);
      return ByItsEvidence(snapshot_.get(), evidence_);
    }
    const hbk_entry entry = ByItsId(snapshot_.get(), arguments_.entry);
    std::copy(std::begin(entry.evidence), std::end(entry.evidence), evidence_.begin());
    return entry;
  }

  // One for each commitment, so that running again finds what was recorded.
  Id EraseId() const {
    Id id;
    std::copy_n(evidence_.begin(), id.size(), id.begin());
    return id;
  }

  std::optional<uint64_t> IndexOf(const Id& id) const {
    hbk_entry entry;
    hbk_error error = HBK_ERROR_INIT;
    const hbk_status status =
        hbk_entry_by_id(snapshot_.get(), id.data(), &entry, nullptr, &error);
    if (status == HBK_NOT_FOUND) return std::nullopt;
    Check(status, error);
    const bool tells = entry.kind == HBK_KIND_ERASE &&
                       std::equal(evidence_.begin(), evidence_.end(), entry.evidence);
    if (tells) return entry.index;
    throw CommandError(kExitError, absl::StrCat("the id ", HexText(id), ", which the erase entry "
                                                "would have, is that of entry ", entry.index));
  }

  hbk_entry EraseEntry(const hbk_entry& of) const {
    hbk_entry erase{};
    const Id id = EraseId();
    Id recorder;
    Parse(arguments_.recorder, "recorder", recorder);
    std::copy(id.begin(), id.end(), erase.id);
    std::copy(std::begin(of.id), std::end(of.id), erase.ref);
    std::copy(evidence_.begin(), evidence_.end(), erase.evidence);
    std::copy(recorder.begin(), recorder.end(), erase.recorder);
    erase.occurred_at = absl::GetCurrentTimeNanos();
    erase.kind = HBK_KIND_ERASE;
    erase.code = arguments_.reason;
    return erase;
  }

  static void Expect(hbk_status verdict) {
    if (verdict == HBK_OK) return;
    throw CommandError(kExitRefused, absl::StrCat("the rules refuse the erase entry: ",
                                                  hbk_status_message(verdict), " (",
                                                  hbk_status_name(verdict), ")"));
  }

  void AskTheRules(const hbk_entry& erase) const {
    hbk_error error = HBK_ERROR_INIT;
    hbk_trial* opened = nullptr;
    Check(hbk_trial_open(ledger_.get(), &opened, &error), error);
    const TrialHandle trial(opened);
    Check(hbk_trial_advance(opened, ReadStat(snapshot_.get()).size, &error), error);
    hbk_result result;
    Check(hbk_trial_judge(opened, &erase, 1, 0, &result, &error), error);
    Expect(result.status);
  }

  void Remove(const Hash& evidence) const {
    hbk_error error = HBK_ERROR_INIT;
    Check(hbk_evidence_erase(arguments_.store.c_str(), evidence.data(), &error), error);
  }

  uint64_t Record(const hbk_entry& erase) const {
    hbk_error error = HBK_ERROR_INIT;
    hbk_result result;
    const hbk_status status =
        hbk_append(ledger_.get(), &erase, 1, HBK_FOREVER, &result, &error);
    if (status != HBK_OK) {
      throw CommandError(ExitCodeOf(status),
                         absl::StrCat("the payload is erased, but the ledger does not tell of it "
                                      "yet; run this again: ", MessageOf(status, error)));
    }
    Expect(result.status);
    return result.index;
  }

  const EraseArguments& arguments_;
  LedgerHandle ledger_;
  SnapshotHandle snapshot_;
  Hash evidence_{};
};

}  // namespace

void AddEraseCommand(CLI::App& app) {
  auto arguments = std::make_shared<EraseArguments>();
  CLI::App* const command = app.add_subcommand(
      "erase",
      "Erase the payload behind an entry's evidence, with its salt, and record that it was\n"
      "erased. The entry stays, and what it commits to can no longer be shown from the store.\n"
      "Backups of the store, and openings that were handed out, are for you to see to. Running it\n"
      "again is safe.\n"
      "Example: hourbook erase town.ledger --store town.evidence --recorder 0505...0505\n"
      "  --entry 0000...0009 --reason 2");
  command->add_option("LEDGER", arguments->ledger, "The ledger")->required();
  command->add_option("--store", arguments->store, "The store that keeps the payload")->required();
  CLI::Option* const entry = command->add_option("--entry", arguments->entry,
                                                 "The entry's id, of 32 hexadecimal digits");
  CLI::Option* const evidence = command->add_option(
      "--evidence", arguments->evidence, "Or its evidence, of 64: the ledger is searched for it");
  entry->excludes(evidence);
  command->add_option("--recorder", arguments->recorder, "The id of the party that answers for it")
      ->required();
  command->add_option("--reason", arguments->reason, "A code of your own, 0 to 65535");
  command->callback([arguments] {
    if (arguments->entry.empty() && arguments->evidence.empty()) {
      throw CommandError(kExitUsage, "say which: --entry or --evidence");
    }
    Eraser(*arguments).Run();
  });
}

}  // namespace hourbook::cli
