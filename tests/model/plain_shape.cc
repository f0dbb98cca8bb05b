#include "tests/model/plain_shape.h"

#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_split.h"

namespace hourbook {
namespace {

using Words = std::set<std::string>;

// The fields that a kind needs, those that it may have, the units it moves, the flags it takes.
struct Line {
  const char *needs, *may_have, *units, *flags;
};

const std::map<int, Line> kKinds = {
    {2, {"credit code", "recorder evidence", "0", "linked"}},                           // open
    {3, {"credit", "recorder evidence code", "0", "linked"}},                           // close
    {4, {"debit credit recorder ref", "activity evidence amount code", "1", "linked pending seen"}},
    {5, {"debit credit ref", "activity recorder evidence amount code", "2 3", "linked pending"}},
    {6, {"debit credit", "ref activity recorder evidence amount code", "2", "linked pending"}},
    {7, {"debit credit", "ref activity recorder evidence amount code", "2", "linked"}},  // settle
    {8, {"debit credit", "ref activity recorder evidence amount code", "2 3", "linked pending"}},
    {9, {"debit credit ref code", "activity recorder evidence amount", "1 2 3 own", "linked"}},
    {10, {"ref", "debit credit activity recorder evidence amount code", "0 1 2 3", "linked"}},
    {11, {"ref", "debit credit activity recorder evidence amount code", "0 1 2 3", "linked"}},
    {12, {"code", "credit ref activity recorder evidence amount", "0", ""}},            // policy
    {13, {"evidence code", "recorder", "0", "linked"}},                                 // anchor
    {14, {"ref recorder evidence", "code", "0", "linked"}},                             // erase
    {15, {"credit code", "recorder evidence amount", "0", "linked"}},                   // freeze
    {16, {"debit credit", "recorder evidence amount code", "2 3", "linked"}},           // expire
    {17, {"debit credit recorder", "ref activity evidence amount code", "own", "linked seen"}},
    {18, {"debit credit recorder", "activity evidence amount code", "own", "linked"}},  // legacy
    {19, {"debit credit recorder", "activity evidence amount code", "own", "linked seen"}},
    {20, {"debit credit", "activity recorder evidence amount code", "own", "linked"}},
    {21, {"debit credit recorder", "ref activity evidence amount code", "own", "linked"}},
    {22, {"credit ref recorder code", "evidence", "0", "linked"}},                      // link
};

Words Split(const char* text) {
  const std::vector<std::string> words = absl::StrSplit(text, ' ', absl::SkipEmpty());
  return Words(words.begin(), words.end());
}

Words FlagsOf(const Entry& entry) {
  static const char* const kNames[] = {"linked", "pending", "imported", "seen", "seen", "seen"};
  Words flags;
  for (int bit = 0; bit < 16; ++bit) {
    if ((entry.flags >> bit & 1) == 0) continue;
    // Seen in two ways at once is no flag that there is.
    const std::string name = bit < 6 ? kNames[bit] : "unknown";
    if (!flags.insert(name).second) flags.insert("unknown");
  }
  return flags;
}

// In the order in which a caller is told of them.
std::vector<std::pair<std::string, bool>> FieldsOf(const Entry& entry) {
  return {{"debit", entry.debit != kNoId},       {"credit", entry.credit != kNoId},
          {"ref", entry.ref != kNoId},           {"activity", entry.activity != kNoId},
          {"recorder", entry.recorder != kNoId}, {"evidence", entry.evidence != Hash{}},
          {"amount", entry.amount != 0},         {"code", entry.code != 0}};
}

}  // namespace

Verdict PlainShape(const Entry& entry) {
  if (entry.id == kNoId) return Verdict::kIdZero;
  if (kKinds.count(entry.kind) == 0) return Verdict::kUnknownKind;
  const Line& line = kKinds.at(entry.kind);
  const Words flags = FlagsOf(entry);
  for (const std::string& flag : flags) {
    if (flag != "imported" && Split(line.flags).count(flag) == 0) return Verdict::kUnknownFlag;
  }
  const bool is_imported = flags.count("imported") > 0;
  if (entry.index != 0 || entry.prev_debit != 0 || entry.prev_credit != 0 || entry.reserved != 0 ||
      (entry.recorded_at != 0 && !is_imported)) {
    return Verdict::kReservedNotZero;
  }
  const std::string unit = entry.unit >= 16 ? "own" : std::to_string(entry.unit);
  if (Split(line.units).count(unit) == 0) return Verdict::kUnknownUnit;
  const bool is_pending = flags.count("pending") > 0;
  if (entry.timeout != 0 && !is_pending) return Verdict::kTimeoutNotAllowed;
  Words needs = Split(line.needs);
  if (entry.kind == 4 && is_pending) needs.erase("ref");  // nobody has verified it yet
  for (const auto& [name, is_set] : FieldsOf(entry)) {
    const bool needed = needs.count(name) > 0;
    if (is_set && !needed && Split(line.may_have).count(name) == 0) return Verdict::kFieldNotAllowed;
    if (!is_set && needed) return Verdict::kFieldMissing;
  }
  return Verdict::kOk;
}

Verdict PlainComparison(const Entry& given, const Entry& there) {
  const bool is_second = given.kind == 10 || given.kind == 11;
  const bool is_computed = given.kind == 5 || given.kind == 16;
  const auto left_out = [&](bool is_zero) { return is_second && is_zero; };
  if (given.kind != there.kind) return Verdict::kExistsWithDifferentKind;
  if (given.flags % 64 != there.flags % 64) return Verdict::kExistsWithDifferentFlags;
  if (given.debit != there.debit && !left_out(given.debit == kNoId)) {
    return Verdict::kExistsWithDifferentDebit;
  }
  if (given.credit != there.credit && !left_out(given.credit == kNoId)) {
    return Verdict::kExistsWithDifferentCredit;
  }
  if (given.unit != there.unit && !left_out(given.unit == 0)) {
    return Verdict::kExistsWithDifferentUnit;
  }
  if (given.amount != there.amount && !(given.amount == 0 && (is_second || is_computed))) {
    return Verdict::kExistsWithDifferentAmount;
  }
  if (given.code != there.code) return Verdict::kExistsWithDifferentCode;
  if (given.ref != there.ref) return Verdict::kExistsWithDifferentRef;
  if (given.activity != there.activity) return Verdict::kExistsWithDifferentActivity;
  if (given.recorder != there.recorder) return Verdict::kExistsWithDifferentRecorder;
  if (given.occurred_at != there.occurred_at) return Verdict::kExistsWithDifferentOccurredAt;
  if (given.timeout != there.timeout) return Verdict::kExistsWithDifferentTimeout;
  if (given.evidence != there.evidence) return Verdict::kExistsWithDifferentEvidence;
  return Verdict::kExists;
}

Verdict PlainPolicyShape(const Entry& entry) {
  constexpr uint64_t kAny = UINT64_MAX;
  struct Topic {
    bool about_a_party;
    std::string key;  // what ref holds
    uint64_t least, most;
  };
  static const std::map<int, Topic> kTopics = {
      {1, {false, "", 0, kAny}},
      {2, {false, "", 1, 1'440}},
      {3, {false, "", 1, 1'440}},
      {4, {true, "category", 0, kAny / 1'440}},
      {5, {true, "", 0, kAny}},
      {6, {true, "grant", 0, kAny}},
      {7, {false, "unit 2 or 3", 0, kAny}},
      {8, {true, "", 0, 1}},
      {9, {false, "", 1, 44'640}},
      {10, {false, "", 0, kAny}},
      {11, {false, "", 0, kAny}},
      {12, {false, "unit 2 or 3", 0, kAny}},
      {13, {false, "", 0, kAny}},
      {14, {false, "", 0, 1'440}},
      {15, {false, "", 0, 250}},
      {16, {false, "day", 0, 2}},
      {17, {true, "category", 0, 2}},
      {18, {true, "", 0, kAny}},
      {19, {true, "", 0, kAny}},
      {20, {true, "grant", 0, 1}},
      {21, {false, "unit 2 or 3", 1, 36'525}},
      {22, {false, "unit 2 or 3", 0, kAny}},
      {23, {false, "unit from 16", 0, 1}},
      {24, {false, "category", 0, 1}},
      {25, {true, "person", 0, kAny}},
      {26, {false, "unit 2 or 3", 0, kAny}},
      {27, {false, "category", 0, kAny / 1'440}},
      {28, {true, "", 0, kAny}},
      {29, {false, "", 0, 1}},
      {30, {false, "", 1, 1'440}},
      {31, {false, "", 0, 1}},
  };
  if (kTopics.count(entry.code) == 0) return Verdict::kUnknownTopic;
  const Topic& topic = kTopics.at(entry.code);
  if (topic.about_a_party == (entry.credit == kNoId)) return Verdict::kWrongScope;

  const uint32_t number = entry.ref[0] + 256U * entry.ref[1];
  Id plain_number{};
  plain_number[0] = entry.ref[0];
  plain_number[1] = entry.ref[1];
  bool key_fits = entry.ref == plain_number && number != 0;
  if (topic.key.empty()) key_fits = entry.ref == kNoId;
  if (topic.key == "unit 2 or 3") key_fits = key_fits && (number == 2 || number == 3);
  if (topic.key == "unit from 16") key_fits = key_fits && number >= 16;
  if (topic.key == "person") key_fits = entry.ref != kNoId;
  if (!key_fits) return Verdict::kWrongKey;

  // The driver names units and categories in ASCII alone.
  const bool is_named = entry.code == 23 || entry.code == 24;
  bool has_name = true, ended = false;
  for (const uint8_t byte : entry.activity) {
    ended |= byte == 0;
    has_name &= ended == (byte == 0) && byte < 0x7f && (byte >= ' ' || byte == 0);
  }
  if (is_named ? entry.activity == kNoId || !has_name : entry.activity != kNoId) {
    return Verdict::kWrongName;
  }

  if (entry.code == 1) {
    const auto seconds = static_cast<int64_t>(entry.amount);
    return seconds < -86'400 || seconds > 86'400 ? Verdict::kValueOutOfRange : Verdict::kOk;
  }
  const bool in_range = entry.amount >= topic.least && entry.amount <= topic.most;
  return in_range ? Verdict::kOk : Verdict::kValueOutOfRange;
}

}  // namespace hourbook
