// hourbook evidence keep, show, check: payloads behind the evidence of entries.
#include <algorithm>
#include <iterator>
#include <memory>

#include "absl/strings/str_cat.h"
#include "tools/hourbook/command_error.h"
#include "tools/hourbook/commands/commands.h"
#include "tools/hourbook/given_text.h"
#include "tools/hourbook/hex.h"
#include "tools/hourbook/import/pseudonym.h"
#include "tools/hourbook/output.h"
#include "tools/hourbook/reader.h"
#include "tools/hourbook/text_file.h"

namespace hourbook::cli {
namespace {

constexpr size_t kOpeningMaxSize = HBK_PAYLOAD_MAX + 1'000;

struct EvidenceArguments {
  std::string store, file, evidence, ledger, entry, out;
};

Hash ParseCommitment(const std::string& text) {
  Hash commitment;
  if (ParseHex(text, absl::MakeSpan(commitment))) return commitment;
  throw CommandError(kExitUsage, absl::StrCat("'", text, "' is no evidence of 64 hexadecimal "
                                              "digits"));
}

void Keep(const EvidenceArguments& arguments) {
  const std::string payload = ReadFile(arguments.file, HBK_PAYLOAD_MAX);
  Hash commitment;
  hbk_error error = HBK_ERROR_INIT;
  Check(hbk_evidence_keep(arguments.store.c_str(), payload.data(), payload.size(),
                          commitment.data(), &error),
        error);
  Print(absl::StrCat(HexText(commitment), "\n"));
  Flush();
}

void Show(const EvidenceArguments& arguments) {
  const Hash commitment = ParseCommitment(arguments.evidence);
  const std::string opening =
      TextOf([&](char* text, size_t capacity, size_t* length, hbk_error* error) {
        return hbk_evidence_show(arguments.store.c_str(), commitment.data(), text, capacity,
                                 length, error);
      });
  WriteFileOrPrint(arguments.out, opening, Access::kOwner);
}

// The commitment given, or that of the entry named.
Hash Commitment(const EvidenceArguments& arguments) {
  if (!arguments.evidence.empty()) return ParseCommitment(arguments.evidence);
  Id id;
  if (!ParseHex(arguments.entry, absl::MakeSpan(id))) {
    throw CommandError(kExitUsage, "an entry is named by its id of 32 hexadecimal digits");
  }
  const Reader reader = OpenReader(arguments.ledger);
  hbk_entry entry;
  hbk_error error = HBK_ERROR_INIT;
  Check(hbk_entry_by_id(reader.snapshot.get(), id.data(), &entry, nullptr, &error), error);
  Hash commitment;
  std::copy(std::begin(entry.evidence), std::end(entry.evidence), commitment.begin());
  return commitment;
}

void CheckOpening(const EvidenceArguments& arguments) {
  const Hash commitment = Commitment(arguments);
  const std::string opening = ReadFile(arguments.file, kOpeningMaxSize);
  size_t offset = 0;
  hbk_error error = HBK_ERROR_INIT;
  Check(hbk_evidence_check(opening.data(), opening.size(), commitment.data(), &offset, &error),
        error);
  const absl::string_view payload = absl::string_view(opening).substr(offset);
  if (!arguments.out.empty()) WriteFile(arguments.out, payload, Access::kOwner);
  Print(absl::StrCat("The payload of ", payload.size(), " bytes is what ", HexText(commitment),
                     " commits to.\n"));
  Flush();
}

void AddKeep(CLI::App& evidence) {
  auto arguments = std::make_shared<EvidenceArguments>();
  CLI::App* const command = evidence.add_subcommand(
      "keep",
      "Keep a payload outside the ledger; prints the commitment for an entry's evidence.\n"
      "Example: hourbook evidence keep town.evidence sign-in-sheet.jpg");
  command->add_option("STORE", arguments->store, "The store; made where it does not exist")
      ->required();
  command->add_option("FILE", arguments->file, "The payload, 16 MiB at most")->required();
  command->callback([arguments] { Keep(*arguments); });
}

void AddShow(CLI::App& evidence) {
  auto arguments = std::make_shared<EvidenceArguments>();
  CLI::App* const command = evidence.add_subcommand(
      "show",
      "Write the opening of an entry's evidence: the salt and the payload, for whoever is to see\n"
      "it. It can be shown on to anyone.\n"
      "Example: hourbook evidence show town.evidence 5b3f...d047 --out sheet.opening");
  command->add_option("STORE", arguments->store, "The store")->required();
  command->add_option("EVIDENCE", arguments->evidence, "64 hexadecimal digits")->required();
  command->add_option("--out", arguments->out, "Write to this file (default: standard output)");
  command->callback([arguments] { Show(*arguments); });
}

void AddCheck(CLI::App& evidence) {
  auto arguments = std::make_shared<EvidenceArguments>();
  CLI::App* const command = evidence.add_subcommand(
      "check",
      "Check an opening against an entry's evidence. Exits with 3 where it is of another.\n"
      "Example: hourbook evidence check sheet.opening --evidence 5b3f...d047 --out sheet.jpg");
  command->add_option("OPENING", arguments->file, "The file")->required();
  CLI::Option* const evidence_option =
      command->add_option("--evidence", arguments->evidence, "64 hexadecimal digits");
  CLI::Option* const ledger =
      command->add_option("--ledger", arguments->ledger, "The ledger, with --entry");
  CLI::Option* const entry =
      command->add_option("--entry", arguments->entry, "The entry's id, of 32 hexadecimal digits");
  ledger->needs(entry)->excludes(evidence_option);
  entry->needs(ledger)->excludes(evidence_option);
  command->add_option("--out", arguments->out, "Write the payload to this file");
  command->callback([arguments] {
    if (arguments->evidence.empty() && arguments->entry.empty()) {
      throw CommandError(kExitUsage, "say against what: --evidence, or --ledger and --entry");
    }
    CheckOpening(*arguments);
  });
}

}  // namespace

void AddEvidenceCommand(CLI::App& app) {
  CLI::App* const command = app.add_subcommand(
      "evidence",
      "Payloads behind the evidence of entries, such as sign-in sheets: keep, show, check.\n"
      "Example: hourbook evidence keep town.evidence sign-in-sheet.jpg");
  command->require_subcommand(1);
  AddKeep(*command);
  AddShow(*command);
  AddCheck(*command);
}

}  // namespace hourbook::cli
