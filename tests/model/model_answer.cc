#include "tests/model/model_answer.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tests/chain/plain_tree.h"
#include "tests/model/text.h"

namespace hourbook {
namespace {

bool IsOpening(const Entry& entry) { return entry.kind == static_cast<uint16_t>(Kind::kOpen); }

bool IsIn(const Filter& filter, int64_t at) {
  return at >= filter.from && (at < filter.until || filter.until == std::numeric_limits<int64_t>::max());
}

// As hourbook.h has it.
bool Fits(const Filter& filter, const Entry& entry) {
  if (filter.kind != 0 && filter.kind != entry.kind) return false;
  if (filter.unit != 0 && filter.unit != entry.unit) return false;
  if (filter.code != 0 && filter.code != entry.code) return false;
  if (filter.activity != kNoId && filter.activity != entry.activity) return false;
  return IsIn(filter, entry.occurred_at);
}

}  // namespace

const std::vector<Hash>& ModelAnswers::Leaves() {
  for (size_t i = leaves_.size(); i < log_.size(); ++i) {
    leaves_.push_back(EntryLeafHash(i == 0 ? Hash{} : leaves_[i - 1], log_[i]));
  }
  return leaves_;
}

Hash ModelAnswers::RootAt(uint64_t size) { return PlainRoot(absl::MakeConstSpan(Leaves()).first(size)); }

bool ModelAnswers::Holds(const LastSigned& it) {
  return it.size <= log_.size() && RootAt(it.size) == it.root;
}

std::string ModelAnswers::SignedText() const {
  return absl::StrCat(published_->size, " ", LineOf(published_->root));
}

std::string ModelAnswers::Stat() {
  Id authority;
  std::memcpy(authority.data(), &log_[0].prev_debit, authority.size());
  const std::string origin(reinterpret_cast<const char*>(log_[0].debit.data()));
  return absl::StrCat(origin, " ", static_cast<int32_t>(log_[0].timeout), " ", log_[0].recorded_at, " ",
                      log_.back().recorded_at, " size ", log_.size(), " parties ",
                      std::count_if(log_.begin(), log_.end(), IsOpening), " accounts ",
                      model_.Accounts().size(), " holds ", model_.Holds(), " root ",
                      LineOf(RootAt(log_.size())), " authority ", NameOfId(authority));
}

std::string ModelAnswers::Units(const Question& question) const {
  if (model_.PartyOf(question.id) == nullptr) return Failed(HBK_NOT_FOUND);
  std::vector<uint16_t> units;
  for (const auto& [party, unit] : model_.Accounts()) {
    if (party == question.id) units.push_back(unit);
  }
  if (units.size() > question.capacity) return absl::StrCat(Failed(HBK_TOO_SMALL), " ", units.size());
  return absl::StrCat("units ", absl::StrJoin(units, " "));
}

std::string ModelAnswers::OneEntry(const Entry* entry) {
  if (entry == nullptr) return Failed(HBK_NOT_FOUND);
  return absl::StrCat(Line(*entry), " ", LineOf(Leaves()[entry->index]));
}

std::string ModelAnswers::Parties(const Question& question) const {
  std::string text = "parties";
  uint64_t number = 0, given = 0;
  for (const Entry& entry : log_) {
    if (!IsOpening(entry) || number++ < question.number || given == question.capacity) continue;
    ++given;
    int standing = HBK_STANDING_OPEN;
    if (model_.IsFrozen(entry.credit)) standing = HBK_STANDING_FROZEN;
    if (model_.PersonOf(entry.credit) != entry.credit) standing = HBK_STANDING_LINKED;
    if (model_.IsClosed(entry.credit)) standing = HBK_STANDING_CLOSED;
    absl::StrAppend(&text, " ", NameOfId(entry.credit), ":", entry.index, ":", entry.code, ":", standing);
  }
  return text;
}

std::optional<std::vector<std::string>> ModelAnswers::Listed(const Question& question) const {
  std::vector<std::string> lines;
  if (question.what == What::kEntries) {
    for (uint64_t i = question.number; i < log_.size(); ++i) {
      if (Fits(question.filter, log_[i])) lines.push_back(Line(log_[i]));
    }
    return lines;
  }
  if (model_.PartyOf(question.id) == nullptr) return std::nullopt;
  std::vector<uint64_t> indexes = model_.PersonStatementOf(question.id, static_cast<Unit>(question.unit));
  std::reverse(indexes.begin(), indexes.end());
  for (const uint64_t index : indexes) {
    if (Fits(question.filter, log_[index])) lines.push_back(Line(log_[index]));
  }
  return lines;
}

std::string ModelAnswers::ListOf(const Question& question) const {
  const auto lines = Listed(question);
  if (!lines) return Failed(HBK_NOT_FOUND);
  if (question.capacity == 0) return Failed(HBK_INVALID_ARGUMENT);
  std::string text;
  for (const std::string& line : *lines) absl::StrAppend(&text, " ", line);
  return text + Failed(HBK_END);
}

std::string ModelAnswers::Inclusion(const Question& question) {
  if (!published_) return absl::StrCat("unpublished ", Failed(HBK_NOT_FOUND));
  if (published_->size > log_.size()) return Failed(HBK_BEHIND);
  if (question.number >= published_->size) return Failed(HBK_NOT_FOUND);
  if (!Holds(*published_)) return Failed(HBK_BEHIND);
  return absl::StrCat(Line(log_[question.number]), " at ", question.number, " of ", SignedText());
}

std::string ModelAnswers::Consistency(const Question& question) {
  if (!published_) return absl::StrCat("unpublished ", Failed(HBK_NOT_FOUND));
  if (published_->size > log_.size()) return Failed(HBK_BEHIND);
  if (question.number > published_->size) return Failed(HBK_NOT_FOUND);
  if (!Holds(*published_)) return Failed(HBK_BEHIND);
  return absl::StrCat("from ", question.number, " to ", SignedText());
}

std::string ModelAnswers::ProvenStatement(const Question& question) {
  if (!published_) return absl::StrCat("unpublished ", Failed(HBK_NOT_FOUND));
  if (!Holds(*published_)) return Failed(HBK_BEHIND);
  const Entry* const opened = model_.PartyOf(question.id);
  if (opened == nullptr) return Failed(HBK_NOT_FOUND);
  std::set<uint64_t> shown = {opened->index};
  uint64_t beyond = 0;  // counted for each account
  for (const Entry& entry : log_) {
    const bool closes = entry.kind == static_cast<uint16_t>(Kind::kClose) && entry.credit == question.id;
    if (closes) shown.insert(entry.index);
  }
  for (const uint64_t index : shown) beyond += index >= published_->size;
  for (const auto& [party, unit] : model_.Accounts()) {
    if (party != question.id || (question.unit != 0 && unit != question.unit)) continue;
    const std::vector<uint64_t> all = model_.StatementOf(party, static_cast<Unit>(unit));
    const auto fits = [&](uint64_t index) { return IsIn(question.filter, log_[index].occurred_at); };
    const auto first = std::find_if(all.begin(), all.end(), fits);
    const auto last = std::find_if(all.rbegin(), all.rend(), fits).base();
    for (auto at = first; at < last; ++at) {
      beyond += *at >= published_->size;
      shown.insert(*at);
    }
  }
  std::string lines;
  for (const uint64_t index : shown) {
    if (index < published_->size) absl::StrAppend(&lines, " ", Line(log_[index]));
  }
  if (lines.empty()) return Failed(HBK_NOT_FOUND);
  return absl::StrCat("of ", SignedText(), " beyond ", beyond, " entries", lines);
}

std::string ModelAnswers::AuditLedger() {
  if (!published_) return Failed(HBK_NOT_FOUND);
  if (!Holds(*published_)) return "";
  return SoundAudit(model_.AsOf(published_->size), *published_, 0);
}

std::string ModelAnswers::Answer(const Question& question) {
  switch (question.what) {
    case What::kStat:
      return Stat();
    case What::kRoot:
      return question.number > log_.size() ? Failed(HBK_NOT_FOUND) : LineOf(RootAt(question.number));
    case What::kBalance:
      return model_.PartyOf(question.id) == nullptr
                 ? Failed(HBK_NOT_FOUND)
                 : ToText(model_.BalanceOf(question.id, static_cast<Unit>(question.unit)));
    case What::kUnits:
      return Units(question);
    case What::kEntryByIndex:
      return OneEntry(question.number < log_.size() ? &log_[question.number] : nullptr);
    case What::kEntryById:
      return OneEntry(model_.Find(question.id));
    case What::kParties:
      return Parties(question);
    case What::kEntries:
    case What::kStatement:
      return ListOf(question);
    case What::kInclusion:
      return Inclusion(question);
    case What::kConsistency:
      return Consistency(question);
    case What::kProvenStatement:
      return ProvenStatement(question);
    case What::kAuditLedger:
      return AuditLedger();
    case What::kVerify:
      return Failed(HBK_OK);
  }
  return "no such question";
}

std::string AccountsText(const Model& model) {
  std::vector<std::string> accounts;
  for (const auto& [party, unit] : model.Accounts()) {
    accounts.push_back(absl::StrCat(NameOfId(party), ":", unit, " ",
                                    ToText(model.BalanceOf(party, static_cast<Unit>(unit)))));
  }
  std::sort(accounts.begin(), accounts.end());
  return absl::StrJoin(accounts, "\n");
}

std::string SoundAudit(const Model& model, const LastSigned& it, uint64_t seen) {
  return absl::StrCat(Failed(HBK_OK), " ", hbk_finding_name(HBK_FINDING_NONE), " ", it.size, " ",
                      LineOf(it.root), " seen ", seen, " parties ",
                      std::count_if(model.log().begin(), model.log().end(), IsOpening), " accounts ",
                      model.Accounts().size(), "\n", AccountsText(model));
}

}  // namespace hourbook
