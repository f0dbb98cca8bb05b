#include "ledger/format/statement.h"

#include <algorithm>
#include <cstring>
#include <optional>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "ledger/format/base64.h"
#include "ledger/format/proof.h"

namespace hourbook {
namespace {

constexpr absl::string_view kHeader = "hourbook-statement@v1";
constexpr absl::string_view kParty = "party ";
constexpr absl::string_view kEntry = "entry ";

absl::Status Refuse(size_t line, absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("line ", line, ": ", what));
}

size_t LinesIn(absl::string_view text) {
  return static_cast<size_t>(std::count(text.begin(), text.end(), '\n'));
}

// One text for each party: digits in lower case only.
std::optional<Id> ParseParty(absl::string_view digits) {
  Id party;
  if (!HexDecode(digits, party.data(), party.size()) || HexEncode(party) != digits) {
    return std::nullopt;
  }
  return party;
}

}  // namespace

std::string FormatStatementHead(const Id& party) {
  return absl::StrCat(kHeader, "\n", kParty, HexEncode(party), "\n");
}

std::string FormatStatementEntry(const Hash& prev, const Entry& entry,
                                 absl::Span<const Hash> proof) {
  std::string leaf_data;
  AppendLeafData(prev, entry, leaf_data);
  return absl::StrCat(kEntry, Base64Encode(ToBytes(leaf_data)), "\n", FormatHashes(proof));
}

std::string FormatStatementEnd(absl::string_view checkpoint) {
  return absl::StrCat("\n", checkpoint);
}

absl::StatusOr<StatementReader> StatementReader::Open(absl::string_view text) {
  if (text.size() > kStatementMaxSize) {
    return Refuse(1, absl::StrCat("the statement has ", text.size(), " bytes, more than ",
                                  kStatementMaxSize));
  }
  const absl::string_view whole = text;
  absl::string_view line;
  if (!TakeLine(text, line) || line != kHeader) {
    return Refuse(1, absl::StrCat("a statement begins with ", kHeader));
  }
  StatementReader reader;
  const bool has_party = TakeLine(text, line) && absl::ConsumePrefix(&line, kParty);
  const std::optional<Id> party = has_party ? ParseParty(line) : std::nullopt;
  if (!party) return Refuse(2, "not a party: 32 hexadecimal digits in lower case");
  reader.party_ = *party;
  if (!absl::StartsWith(text, kEntry)) return Refuse(reader.line_, "no entry");
  const size_t end = text.find("\n\n");
  if (end == absl::string_view::npos) {
    return Refuse(reader.line_ + LinesIn(text), "missing; an empty line ends the entries");
  }
  reader.entries_ = text.substr(0, end + 1);
  reader.checkpoint_ = text.substr(end + 2);
  reader.checkpoint_offset_ = whole.size() - reader.checkpoint_.size();
  return reader;
}

absl::Status StatementReader::TakeEntry(absl::string_view line, StatementEntry& entry) const {
  if (!absl::ConsumePrefix(&line, kEntry)) return Refuse(line_, "no entry");
  const std::optional<std::string> leaf_data = Base64Decode(line);
  if (!leaf_data || leaf_data->size() != kLeafDataSize) {
    return Refuse(line_, absl::StrCat("not an entry: ", kLeafDataSize, " bytes in base64"));
  }
  const Bytes bytes = ToBytes(*leaf_data);
  const absl::StatusOr<Entry> decoded = DecodeEntry(bytes.subspan(sizeof(Hash)));
  if (!decoded.ok()) return Refuse(line_, decoded.status().message());
  entry.line = line_;
  entry.entry = *decoded;
  std::memcpy(entry.prev.data(), bytes.data(), sizeof(Hash));
  return absl::OkStatus();
}

absl::StatusOr<bool> StatementReader::Next(StatementEntry& entry) {
  absl::string_view line;
  if (!TakeLine(entries_, line)) return false;
  if (absl::Status taken = TakeEntry(line, entry); !taken.ok()) return taken;
  ++line_;
  entry.proof.clear();
  for (; !entries_.empty() && !absl::StartsWith(entries_, kEntry); ++line_) {
    TakeLine(entries_, line);
    const std::optional<Hash> hash = Base64DecodeHash(line);
    if (!hash) return Refuse(line_, "neither an entry nor a hash, 32 bytes in base64");
    if (entry.proof.size() == kProofMaxHashes) {
      return Refuse(line_, absl::StrCat("more than ", kProofMaxHashes, " hashes"));
    }
    entry.proof.push_back(*hash);
  }
  return true;
}

}  // namespace hourbook
