#include "tools/hourbook/witness/ask_witnesses.h"

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "tools/hourbook/command_error.h"
#include "tools/hourbook/given_text.h"
#include "tools/hourbook/policy_argument.h"
#include "tools/hourbook/reader.h"
#include "tools/hourbook/text_file.h"
#include "tools/hourbook/witness/client.h"

namespace hourbook::cli {
namespace {

constexpr int kTries = 3;  // another publisher may have been faster

std::string StepFrom(uint64_t size, hbk_snapshot* snapshot, const std::string& note) {
  return TextOf([&](char* buffer, size_t capacity, size_t* length, hbk_error* error) {
    return hbk_prove_consistency(snapshot, size, note.data(), note.size(), buffer, capacity,
                                 length, error);
  });
}

// The size that a witness saw last.
uint64_t SizeIn(const Answer& answer) {
  uint64_t size = 0;
  if (!absl::SimpleAtoi(absl::StripSuffix(answer.body, "\n"), &size)) {
    throw CommandError(kExitError, "it has seen another size, but does not say which");
  }
  return size;
}

// Words of another party, on one line of a terminal.
std::string OnOneLine(std::string words) {
  constexpr size_t kMost = 400;
  if (words.size() > kMost) words.resize(kMost);
  for (char& c : words) {
    if (!absl::ascii_isprint(static_cast<unsigned char>(c))) c = '?';
  }
  return words;
}

// The cosignature lines. Throws CommandError where it does not cosign.
std::string Ask(const PolicyWitness& witness, hbk_snapshot* snapshot, const std::string& note) {
  Answer answer{.code = kOtherSize, .body = "0\n"};
  for (int i = 0; i < kTries && answer.code == kOtherSize; ++i) {
    answer = PostTo(witness.url, StepFrom(SizeIn(answer), snapshot, note));
  }
  if (answer.code == kCosigned) return answer.body;
  throw CommandError(kExitError, absl::StrCat("refused with ", answer.code, ": ",
                                              absl::StripSuffix(answer.body, "\n")));
}

void Add(const std::string& publication, const std::string& lines, const std::string& policy) {
  hbk_error error = HBK_ERROR_INIT;
  Check(hbk_add_cosignatures(publication.c_str(), lines.data(), lines.size(), policy.data(),
                             policy.size(), nullptr, &error),
        error);
}

}  // namespace

std::vector<AskedWitness> AskWitnesses(hbk_ledger* ledger, const std::string& publication,
                                       const std::string& policy) {
  const SnapshotHandle snapshot = OpenSnapshot(ledger);
  const std::string note = ReadFile(publication + "/checkpoint", kRequestMaxSize);
  std::vector<AskedWitness> asked;
  for (const PolicyWitness& witness : WitnessesOf(policy)) {
    if (witness.url.empty()) continue;
    asked.push_back({.name = witness.name, .cosigned = true, .why_not = ""});
    try {
      Add(publication, Ask(witness, snapshot.get(), note), policy);
    } catch (const std::exception& error) {  // the others are asked all the same
      asked.back() = {.name = witness.name, .cosigned = false, .why_not = OnOneLine(error.what())};
    }
  }
  return asked;
}

}  // namespace hourbook::cli
