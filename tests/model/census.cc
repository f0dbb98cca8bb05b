#include "tests/model/census.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "api/hourbook.h"

namespace hourbook {
namespace {

constexpr const char* kEventNames[] = {"process begun",
                                       "taken in from another process",
                                       "snapshot asked later",
                                       "cursor read later",
                                       "map growth",
                                       "opened from a stored state",
                                       "whole state",
                                       "killed at rest",
                                       "killed at work",
                                       "written by one killed",
                                       "backup gone on with",
                                       "behind its publication",
                                       "fork found by an audit"};
static_assert(std::size(kEventNames) == static_cast<size_t>(kLastEvent) + 1);

// What calls are answered with, each for a reason that the steps are to make now and then.
constexpr std::pair<hbk_status, const char*> kStatuses[] = {
    {HBK_OK, "ok"},
    {HBK_END, "end"},
    {HBK_INVALID_ARGUMENT, "invalid_argument"},
    {HBK_NOT_FOUND, "not_found"},
    {HBK_CLOSED, "closed"},
    {HBK_BATCH_EMPTY, "batch_empty"},
    {HBK_BATCH_TOO_LARGE, "batch_too_large"},
    {HBK_ALREADY_OPEN, "already_open"},
    {HBK_LEDGER_EXISTS, "ledger_exists"},
    {HBK_READ_ONLY, "read_only"},
    {HBK_BEHIND, "behind"},
    {HBK_TOO_SMALL, "too_small"},
};

uint64_t CountOf(const std::map<uint32_t, uint64_t>& statuses, uint32_t status) {
  const auto found = statuses.find(status);
  return found == statuses.end() ? 0 : found->second;
}

// Verdicts have three digits.
constexpr uint32_t kVerdictsEnd = 1'000;

template <size_t kSize>
void AddAll(std::array<uint64_t, kSize>& to, const std::array<uint64_t, kSize>& from) {
  for (size_t i = 0; i < kSize; ++i) to[i] += from[i];
}

template <size_t kSize, class Name>
void AppendMissing(const std::array<uint64_t, kSize>& counts, const char* what, Name name,
                   std::vector<std::string>& missing) {
  for (size_t i = 0; i < kSize; ++i) {
    if (counts[i] == 0) missing.push_back(absl::StrCat(what, name(i)));
  }
}

template <size_t kSize, class Name>
void AppendCounts(const std::array<uint64_t, kSize>& counts, const char* what, Name name, std::string& text) {
  absl::StrAppend(&text, what);
  for (size_t i = 0; i < kSize; ++i) absl::StrAppend(&text, i == 0 ? " " : ", ", name(i), " ", counts[i]);
  absl::StrAppend(&text, "\n");
}

absl::string_view OpName(size_t i) { return NameOf(static_cast<Op>(i)); }
absl::string_view WhatName(size_t i) { return NameOf(static_cast<What>(i)); }
absl::string_view EventName(size_t i) { return kEventNames[i]; }

}  // namespace

std::vector<Verdict> AllVerdicts() {
  std::vector<Verdict> all;
  const absl::string_view none = NameOf(static_cast<Verdict>(kVerdictsEnd));
  for (uint32_t number = 0; number < kVerdictsEnd; ++number) {
    if (NameOf(static_cast<Verdict>(number)) != none) all.push_back(static_cast<Verdict>(number));
  }
  return all;
}

void Census::Add(const Census& other) {
  steps += other.steps;
  compared += other.compared;
  entries += other.entries;
  refused += other.refused;
  for (const auto& [what, count] : other.tally) tally[what] += count;
  for (const auto& [status, count] : other.statuses) statuses[status] += count;
  AddAll(ops, other.ops);
  AddAll(asked, other.asked);
  AddAll(events, other.events);
}

std::vector<std::string> Census::Missing() const {
  std::vector<std::string> missing;
  for (auto kind = static_cast<uint16_t>(Kind::kOpen); kind <= static_cast<uint16_t>(kLastKind); ++kind) {
    if (tally.count({kind, Verdict::kOk}) == 0)
      missing.push_back(absl::StrCat("an accepted entry of kind ", kind));
  }
  std::set<Verdict> seen;
  for (const auto& [what, count] : tally) seen.insert(what.second);
  for (const Verdict verdict : AllVerdicts()) {
    if (seen.count(verdict) == 0) missing.push_back(absl::StrCat("verdict ", NameOf(verdict)));
  }
  for (const auto& [status, name] : kStatuses) {
    if (CountOf(statuses, status) == 0) missing.push_back(absl::StrCat("status ", name));
  }
  AppendMissing(ops, "call ", OpName, missing);
  AppendMissing(asked, "question ", WhatName, missing);
  AppendMissing(events, "event ", EventName, missing);
  return missing;
}

size_t Census::Verdicts() const {
  std::set<Verdict> seen;
  for (const auto& [what, count] : tally) seen.insert(what.second);
  return seen.size();
}

std::string Census::Rarest() const {
  std::map<Verdict, uint64_t> given;
  for (const auto& [what, count] : tally) given[what.second] += count;
  const auto rarest = std::min_element(given.begin(), given.end(),
                                       [](const auto& a, const auto& b) { return a.second < b.second; });
  return rarest == given.end() ? "none" : absl::StrCat(NameOf(rarest->first), ":", rarest->second);
}

std::string Census::Table() const {
  std::string text;
  uint16_t kind = 0;
  for (const auto& [what, count] : tally) {
    if (what.first != kind) absl::StrAppend(&text, text.empty() ? "" : "\n", "kind ", what.first, ":");
    kind = what.first;
    absl::StrAppend(&text, " ", NameOf(what.second), " ", count);
  }
  absl::StrAppend(&text, "\n");
  absl::StrAppend(&text, "statuses:");
  for (const auto& [status, name] : kStatuses) {
    absl::StrAppend(&text, " ", name, " ", CountOf(statuses, status));
  }
  absl::StrAppend(&text, "\n");
  AppendCounts(ops, "calls:", OpName, text);
  AppendCounts(asked, "questions:", WhatName, text);
  AppendCounts(events, "events:", EventName, text);
  return text;
}

}  // namespace hourbook
