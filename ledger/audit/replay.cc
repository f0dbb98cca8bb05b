#include "ledger/audit/replay.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "ledger/base/check.h"
#include "ledger/format/genesis.h"

namespace hourbook {
namespace {

FindingKind KindFor(Difference difference) {
  switch (difference) {
    case Difference::kIndex:
    case Difference::kRecordedAt:
      return FindingKind::kOrder;
    case Difference::kPrevDebit:
    case Difference::kPrevCredit:
      return FindingKind::kAccountLink;
    default:
      return FindingKind::kRules;
  }
}

}  // namespace

absl::StatusOr<Entry> ReplayedEntries::At(uint64_t index) {
  HOURBOOK_CHECK(index < size_, "only what was replayed is read back");
  return scratch_.At(index);
}

absl::StatusOr<std::optional<uint64_t>> ReplayedEntries::Find(const Id& id) {
  return scratch_.Find(id);
}

void ReplayedEntries::Append(const Entry& entry) {
  scratch_.AddId(entry.index);
  ++size_;
}

void ReplayedEntries::Truncate(uint64_t) {
  HOURBOOK_CHECK(false, "a replay takes nothing back");
}

absl::Status Replay::Take(uint64_t begin, uint64_t end, Finding& finding) {
  constexpr uint64_t kAhead = 16;  // entries; enough for memory to answer
  for (uint64_t i = begin; i < end; ++i) {
    if (i + kAhead < end) Prefetch(history_.scratch().At(i + kAhead));
    if (absl::Status taken = TakeOne(history_.scratch().At(i), i, finding); !taken.ok()) {
      return taken;
    }
  }
  return absl::OkStatus();
}

void Replay::Prefetch(const Entry& entry) const {
  history_.scratch().Prefetch(entry.id);
  history_.scratch().Prefetch(entry.ref);
  machine_.state().accounts.PrefetchParty(entry.debit);
  machine_.state().accounts.PrefetchParty(entry.credit);
}

absl::Status Replay::TakeOne(const Entry& entry, uint64_t index, Finding& finding) {
  Difference difference = Difference::kNone;
  const absl::Status replayed = machine_.Replay(entry, &difference);
  if (replayed.ok()) return index == 0 ? CheckOrigin(entry, finding) : replayed;
  finding = {.kind = KindFor(difference),
             .what = std::string(replayed.message()),
             .index = index};
  if (finding.kind == FindingKind::kAccountLink) {
    finding.party = difference == Difference::kPrevDebit ? entry.debit : entry.credit;
    finding.unit = static_cast<Unit>(entry.unit);
    absl::StrAppend(&finding.what, ", of party ", HexEncode(finding.party));
  }
  return ToStatus(finding);
}

absl::Status Replay::CheckOrigin(const Entry& genesis, Finding& finding) const {
  const absl::StatusOr<Genesis> decoded = DecodeGenesis(genesis);
  HOURBOOK_CHECK(decoded.ok(), "the machine took it as a genesis");
  if (decoded->origin == origin_) return absl::OkStatus();
  finding = {.kind = FindingKind::kRules,
             .what = absl::StrCat("entry 0 names the ledger ", decoded->origin,
                                  ", but the checkpoint is of ", origin_),
             .index = 0};
  return ToStatus(finding);
}

}  // namespace hourbook
