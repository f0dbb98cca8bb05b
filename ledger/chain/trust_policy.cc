#include "ledger/chain/trust_policy.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <set>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "ledger/format/proof.h"
#include "ledger/format/text.h"

namespace hourbook {
namespace {

using Member = TrustPolicy::Member;
using Items = absl::Span<const absl::string_view>;

constexpr absl::string_view kNone = "none";

bool IsAllowed(char c) {
  const auto octet = static_cast<uint8_t>(c);
  return octet == '\t' || (octet >= 0x20 && octet != 0x7f);
}

absl::Status Refuse(absl::string_view what) { return absl::InvalidArgumentError(what); }

// Empty where the line has none.
std::string UrlAt(Items items, size_t index) {
  return index < items.size() ? std::string(items[index]) : "";
}

class Parser {
 public:
  absl::Status TakeLine(absl::string_view line);
  absl::StatusOr<TrustPolicy> Finish();

 private:
  absl::Status TakeLog(Items items);
  absl::Status TakeWitness(Items items);
  absl::Status TakeGroup(Items items);
  absl::Status TakeQuorum(Items items);

  absl::Status CheckRoom(size_t count, absl::string_view what) const;
  absl::Status CheckNew(absl::string_view name) const;
  absl::StatusOr<Verifier> TakeKey(absl::string_view vkey, SignatureType type);
  absl::StatusOr<Member> Find(absl::string_view name) const;

  TrustPolicy policy_;
  bool has_quorum_ = false;
  std::map<std::string, Member, std::less<>> names_;
  std::set<std::string, std::less<>> members_;  // the names that are in a group
  std::set<std::pair<SignatureType, std::array<uint8_t, 32>>> keys_;
  std::set<std::pair<std::string, uint32_t>> key_ids_;
};

absl::Status Parser::CheckRoom(size_t count, absl::string_view what) const {
  if (count < kTrustPolicyMaxOfEach) return absl::OkStatus();
  return Refuse(absl::StrCat("more than ", kTrustPolicyMaxOfEach, " ", what));
}

absl::Status Parser::CheckNew(absl::string_view name) const {
  if (name == kNone) return Refuse("none is not a name that can be given");
  if (names_.find(name) == names_.end()) return absl::OkStatus();
  return Refuse(absl::StrCat("the name ", name, " is given twice"));
}

absl::StatusOr<Verifier> Parser::TakeKey(absl::string_view vkey, SignatureType type) {
  absl::StatusOr<Verifier> key = ParseVkey(vkey);
  if (!key.ok()) return key;
  if (key->type != type) {
    return Refuse(type == SignatureType::kEd25519
                      ? "a log's key has type 1; this is a witness's, of type 4"
                      : "a witness's key has type 4; this is a log's, of type 1");
  }
  if (!keys_.emplace(type, key->public_key).second) return Refuse("the key is given twice");
  if (!key_ids_.emplace(key->name, key->key_id()).second) {
    return Refuse("another key has the same name and key id; signatures could be of either");
  }
  return key;
}

absl::StatusOr<Member> Parser::Find(absl::string_view name) const {
  const auto found = names_.find(name);
  if (found != names_.end()) return found->second;
  return Refuse(absl::StrCat("no witness or group above has the name ", name));
}

absl::Status Parser::TakeLog(Items items) {
  if (items.size() < 2 || items.size() > 3) return Refuse("not of the form: log VKEY [URL]");
  if (absl::Status room = CheckRoom(policy_.logs.size(), "logs"); !room.ok()) return room;
  absl::StatusOr<Verifier> key = TakeKey(items[1], SignatureType::kEd25519);
  if (!key.ok()) return key.status();
  policy_.logs.push_back({.key = *std::move(key), .url = UrlAt(items, 2)});
  return absl::OkStatus();
}

absl::Status Parser::TakeWitness(Items items) {
  if (items.size() < 3 || items.size() > 4) {
    return Refuse("not of the form: witness NAME VKEY [URL]");
  }
  if (absl::Status room = CheckRoom(policy_.witnesses.size(), "witnesses"); !room.ok()) return room;
  if (absl::Status fresh = CheckNew(items[1]); !fresh.ok()) return fresh;
  absl::StatusOr<Verifier> key = TakeKey(items[2], SignatureType::kCosignature);
  if (!key.ok()) return key.status();
  names_.emplace(items[1], Member{Member::kWitness, policy_.witnesses.size()});
  policy_.witnesses.push_back({.name = std::string(items[1]),
                               .key = *std::move(key),
                               .url = UrlAt(items, 3)});
  return absl::OkStatus();
}

// "all", "any" or a number, for a group of so many members.
absl::StatusOr<size_t> ThresholdOf(absl::string_view word, size_t members) {
  if (word == "all") return members;
  if (word == "any") return size_t{1};
  const std::optional<uint64_t> number = ParseDecimal(word);
  if (number && *number >= 1 && *number <= members) return static_cast<size_t>(*number);
  return Refuse(absl::StrCat("after the group's name comes all, any, or how many of its ", members,
                             " members, from 1"));
}

absl::Status Parser::TakeGroup(Items items) {
  if (items.size() < 4) return Refuse("not of the form: group NAME all|any|K MEMBER...");
  if (absl::Status room = CheckRoom(policy_.groups.size(), "groups"); !room.ok()) return room;
  if (absl::Status fresh = CheckNew(items[1]); !fresh.ok()) return fresh;
  const Items names = items.subspan(3);
  const absl::StatusOr<size_t> threshold = ThresholdOf(items[2], names.size());
  if (!threshold.ok()) return threshold.status();
  TrustPolicy::Group group{.name = std::string(items[1]), .threshold = *threshold, .members = {}};
  for (const absl::string_view name : names) {
    const absl::StatusOr<Member> member = Find(name);
    if (!member.ok()) return member.status();
    if (!members_.emplace(name).second) {
      return Refuse(absl::StrCat(name, " is in a group already; it counts once"));
    }
    group.members.push_back(*member);
  }
  names_.emplace(items[1], Member{Member::kGroup, policy_.groups.size()});
  policy_.groups.push_back(std::move(group));
  return absl::OkStatus();
}

absl::Status Parser::TakeQuorum(Items items) {
  if (items.size() != 2) return Refuse("not of the form: quorum NAME|none");
  if (has_quorum_) return Refuse("a second quorum");
  has_quorum_ = true;
  if (items[1] == kNone) return absl::OkStatus();
  const absl::StatusOr<Member> member = Find(items[1]);
  if (!member.ok()) return member.status();
  policy_.quorum = *member;
  return absl::OkStatus();
}

absl::Status Parser::TakeLine(absl::string_view line) {
  if (!std::all_of(line.begin(), line.end(), IsAllowed)) return Refuse("a control character");
  const std::vector<absl::string_view> items =
      absl::StrSplit(line, absl::ByAnyChar(" \t"), absl::SkipEmpty());
  if (items.empty() || items[0].front() == '#') return absl::OkStatus();
  if (items[0] == "log") return TakeLog(items);
  if (items[0] == "witness") return TakeWitness(items);
  if (items[0] == "group") return TakeGroup(items);
  if (items[0] == "quorum") return TakeQuorum(items);
  return Refuse("a line begins with log, witness, group, quorum or #");
}

absl::StatusOr<TrustPolicy> Parser::Finish() {
  if (!has_quorum_) return Refuse("no quorum; write `quorum none` to ask for no cosignatures");
  return std::move(policy_);
}

}  // namespace

absl::StatusOr<TrustPolicy> ParseTrustPolicy(absl::string_view text) {
  size_t number = 1;
  const auto at_line = [&number](const absl::Status& status) {
    return absl::InvalidArgumentError(
        absl::StrCat("policy, line ", number, ": ", status.message()));
  };
  if (text.size() > kTrustPolicyMaxSize) {
    return at_line(Refuse(absl::StrCat("the policy has ", text.size(), " bytes, more than ",
                                       kTrustPolicyMaxSize)));
  }
  Parser parser;
  absl::string_view line;
  for (; TakeLine(text, line); ++number) {
    if (absl::Status taken = parser.TakeLine(line); !taken.ok()) return at_line(taken);
  }
  if (!text.empty()) return at_line(Refuse("the last line does not end in a newline"));
  absl::StatusOr<TrustPolicy> policy = parser.Finish();
  if (!policy.ok()) return at_line(policy.status());
  return policy;
}

absl::string_view NameOf(const TrustPolicy& policy, const std::optional<Member>& member) {
  if (!member) return kNone;
  if (member->kind == Member::kGroup) return policy.groups[member->index].name;
  return policy.witnesses[member->index].name;
}

}  // namespace hourbook
