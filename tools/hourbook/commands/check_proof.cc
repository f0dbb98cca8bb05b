// hourbook check-proof: what somebody handed over, checked with a public key alone.
#include <memory>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tools/hourbook/amount.h"
#include "tools/hourbook/command_error.h"
#include "tools/hourbook/commands/commands.h"
#include "tools/hourbook/hex.h"
#include "tools/hourbook/json.h"
#include "tools/hourbook/output.h"
#include "tools/hourbook/policy_argument.h"
#include "tools/hourbook/table.h"
#include "tools/hourbook/text_file.h"
#include "tools/hourbook/vkey_argument.h"

namespace hourbook::cli {
namespace {

constexpr size_t kProofMaxSize = 4'000'000;  // more than the library reads as a proof

struct CheckProofArguments {
  std::string proof, old_checkpoint, leaf;
  VkeyArgument vkey;
  PolicyArgument policy;
  bool json = false;
};

// What a proof showed.
struct Shown {  // NOLINT(bugprone-exception-escape): Json's move is noexcept
  std::string sentence;
  Json facts;
  Json entry;  // or null
};

// The checkpoint in a proof that was found sound: what follows its first empty line.
std::string NoteIn(const std::string& proof) { return proof.substr(proof.find("\n\n") + 2); }

std::string OriginIn(const std::string& proof) {
  const std::string note = NoteIn(proof);
  return note.substr(0, note.find('\n'));
}

Json CheckpointJson(const std::string& origin, const hbk_checkpoint& checkpoint) {
  return {{"origin", origin}, {"size", checkpoint.size}, {"root", HexText(checkpoint.root)}};
}

Shown CheckInclusion(const CheckProofArguments& arguments, const std::string& proof,
                     const std::string& vkey) {
  if (!arguments.old_checkpoint.empty()) {
    throw CommandError(kExitUsage, "--old is for consistency proofs; this one is of an entry");
  }
  uint8_t leaf[32];
  const bool by_leaf = !arguments.leaf.empty();
  if (by_leaf && !ParseHex(arguments.leaf, absl::MakeSpan(leaf))) {
    throw CommandError(kExitUsage, "--leaf: a leaf hash has 64 hexadecimal digits");
  }
  hbk_error error = HBK_ERROR_INIT;
  hbk_entry entry;
  uint64_t index;
  hbk_checkpoint checkpoint;
  Check(hbk_check_inclusion(proof.data(), proof.size(), vkey.c_str(), by_leaf ? leaf : nullptr,
                            by_leaf ? nullptr : &entry, &index, &checkpoint, &error),
        error);
  const std::string origin = OriginIn(proof);
  Shown shown;
  shown.sentence = absl::StrCat("Sound: ", by_leaf ? "this leaf" : "this entry", " is number ",
                                GroupedText(index), " of the ", GroupedText(checkpoint.size),
                                " that ", origin, " has signed, counted from 0.\n");
  if (!by_leaf) shown.entry = EntryJson(entry, LocalClock());
  shown.facts = {{"sound", true},
                 {"proof", "inclusion"},
                 {"index", index},
                 {"checkpoint", CheckpointJson(origin, checkpoint)},
                 {"entry", shown.entry}};
  return shown;
}

Shown CheckConsistency(const CheckProofArguments& arguments, const std::string& proof,
                       const std::string& vkey) {
  if (!arguments.leaf.empty()) {
    throw CommandError(kExitUsage, "--leaf is for proofs of an entry; this one is of consistency");
  }
  const bool has_old = !arguments.old_checkpoint.empty();
  const std::string old_note =
      has_old ? ReadFile(arguments.old_checkpoint, kProofMaxSize) : std::string();
  hbk_error error = HBK_ERROR_INIT;
  hbk_checkpoint before, after;
  Check(hbk_check_consistency(proof.data(), proof.size(), vkey.c_str(),
                              has_old ? old_note.data() : nullptr, old_note.size(), nullptr,
                              &before, &after, &error),
        error);
  const std::string origin = OriginIn(proof);
  return {.sentence = absl::StrCat("Sound: the ", GroupedText(after.size), " entries that ", origin,
                                   " has signed begin with the ", GroupedText(before.size),
                                   " of before, unchanged.\n"),
          .facts = {{"sound", true},
                    {"proof", "consistency"},
                    {"old_checkpoint", CheckpointJson(origin, before)},
                    {"checkpoint", CheckpointJson(origin, after)}},
          .entry = nullptr};
}

// The entry's fields that say something, one a line.
std::string EntryText(const Json& entry) {
  Table table({{"field"}, {"value"}});
  for (const auto& [key, value] : entry.items()) {
    if (value.is_null() || (value.is_array() && value.empty())) continue;
    table.AddRow({key, value.is_string() ? value.get<std::string>() : value.dump()});
  }
  return table.TakeText();
}

void CheckProof(const CheckProofArguments& arguments) {
  const std::string proof = ReadFile(arguments.proof, kProofMaxSize);
  const std::string vkey = arguments.vkey.Read();
  const bool is_consistency = absl::StartsWith(proof, "old ");
  const Shown shown = is_consistency ? CheckConsistency(arguments, proof, vkey)
                                     : CheckInclusion(arguments, proof, vkey);
  arguments.policy.CheckNote(NoteIn(proof), vkey);
  if (arguments.json) {
    PrintJson(shown.facts);
  } else {
    Print(shown.sentence);
    if (!shown.entry.is_null()) Print(EntryText(shown.entry));
  }
  Flush();
}

}  // namespace

void AddCheckProofCommand(CLI::App& app) {
  auto arguments = std::make_shared<CheckProofArguments>();
  CLI::App* const command = app.add_subcommand(
      "check-proof",
      "Check what `hourbook prove` made, or any C2SP tlog-proof, with the ledger's public key and\n"
      "nothing else, and show the entry. Exits with 3 where it proves nothing.\n"
      "Example: hourbook check-proof entry-42.tlog-proof --vkey @town.vkey");
  command->add_option("PROOF", arguments->proof, "The proof's file")->required();
  arguments->vkey.AddTo(*command);
  arguments->policy.AddTo(*command)->description(
      "Also demand the cosignatures that this C2SP tlog-policy asks for");
  command->add_option("--old", arguments->old_checkpoint,
                      "For a consistency proof: the file of the checkpoint that it goes on from");
  command->add_option("--leaf", arguments->leaf,
                      "For a proof without an entry: the leaf hash, 64 hexadecimal digits");
  command->add_flag("--json", arguments->json, "Print as JSON");
  command->callback([arguments] { CheckProof(*arguments); });
}

}  // namespace hourbook::cli
