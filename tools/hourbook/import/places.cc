#include "tools/hourbook/import/places.h"

#include <algorithm>
#include <cstring>
#include <functional>
#include <set>
#include <utility>

#include "tools/hourbook/command_error.h"
#include "tools/hourbook/import/anchors.h"
#include "tools/hourbook/import/pseudonym.h"

namespace hourbook::cli {
namespace {

constexpr uint64_t kNone = Places::kNone;

// The index of the row's own entry. Another row of the same key, or the same row once more, is none
// of this row's: `met` tells what other rows took.
uint64_t Find(hbk_snapshot* snapshot, const hbk_entry& wanted, std::set<Id>& met) {
  hbk_entry found;
  hbk_error error = HBK_ERROR_INIT;
  const hbk_status status = hbk_entry_by_id(snapshot, wanted.id, &found, nullptr, &error);
  if (status == HBK_NOT_FOUND) return kNone;
  Check(status, error);
  const bool is_same_row =
      std::memcmp(found.evidence, wanted.evidence, sizeof(found.evidence)) == 0;
  Id id;
  std::memcpy(id.data(), wanted.id, id.size());
  return is_same_row && met.insert(id).second ? found.index : kNone;
}

std::vector<uint64_t> FindAll(hbk_snapshot* snapshot, const Plan& plan) {
  std::set<Id> met;
  std::vector<uint64_t> index(plan.rows.size(), kNone);
  for (size_t row = 0; row < plan.rows.size(); ++row) {
    const std::vector<hbk_entry>& entries = plan.rows[row].entries;
    if (!entries.empty()) index[row] = Find(snapshot, entries.front(), met);
  }
  return index;
}

// For each row that has no index, the least of those of later rows which are at least `from`.
std::vector<uint64_t> LeastOfLater(const std::vector<uint64_t>& index, uint64_t from) {
  std::vector<uint64_t> least(index.size(), kNone);
  uint64_t later = kNone;
  for (size_t row = index.size(); row-- > 0;) {
    if (index[row] == kNone) least[row] = later;
    if (index[row] >= from) later = std::min(later, index[row]);
  }
  return least;
}

// The least index from which on the ledger holds rows in the order of the plan.
uint64_t BeginOfOrder(const std::vector<uint64_t>& index) {
  std::vector<std::pair<uint64_t, size_t>> standing;
  for (size_t row = 0; row < index.size(); ++row) {
    if (index[row] != kNone) standing.emplace_back(index[row], row);
  }
  std::sort(standing.begin(), standing.end());
  const auto follows = [](const auto& later, const auto& earlier) {
    return later.second > earlier.second;
  };
  const auto last_break =
      std::adjacent_find(standing.rbegin(), standing.rend(), std::not_fn(follows));
  return last_break == standing.rend() ? 0 : last_break->first;
}

// The least index behind the anchors of other sheets than the plan's.
uint64_t BehindOtherAnchors(hbk_snapshot* snapshot, const Plan& plan) {
  const hbk_entry& own = plan.rows.back().entries.front();
  uint64_t behind = 0;
  for (const hbk_entry& anchor : ImportAnchors(snapshot)) {
    if (std::memcmp(anchor.id, own.id, sizeof(own.id)) != 0) behind = anchor.index + 1;
  }
  return behind;
}

}  // namespace

Places::Places(hbk_snapshot* snapshot, const Plan& plan) {
  const std::vector<uint64_t> index = FindAll(snapshot, plan);
  first_ = LeastOfLater(index, 0);
  of_last_run_ =
      LeastOfLater(index, std::max(BeginOfOrder(index), BehindOtherAnchors(snapshot, plan)));
  const auto events = index.begin() + static_cast<ptrdiff_t>(plan.setup_rows);
  const uint64_t first_event = *std::min_element(events, index.end());  // the anchor is always one
  for (size_t row = 0; row < plan.setup_rows; ++row) {
    if (first_event != kNone && index[row] > first_event) late_setup_.push_back(row);
  }
}

}  // namespace hourbook::cli
