// Writing new runs of the index of ids. merge_ids.cc merges them.
#include <algorithm>
#include <array>
#include <cstddef>
#include <numeric>
#include <vector>

#include "ledger/base/check.h"
#include "ledger/store/id_filter.h"
#include "ledger/store/id_pages.h"
#include "ledger/store/store.h"

namespace hourbook {
namespace {

// More than AddIds is ever given: a merge for which it waits is over after one round.
constexpr uint64_t kRoomBudget = uint64_t{1} << 20;

absl::Status WriteRun(MDB_txn* txn, const StoreParts& parts, uint64_t run,
                      absl::Span<const IdPair> pairs) {
  for (uint64_t page = 0; !pairs.empty(); ++page) {
    const auto front = pairs.subspan(0, kIdPairsPerPage);
    if (absl::Status put = WriteIdPage(txn, parts, run, page, front); !put.ok()) return put;
    pairs.remove_prefix(front.size());
  }
  return absl::OkStatus();
}

// Hashes are even, so that pairs with the same first byte are few and sorted soon: twice as fast as
// all at once. Whoever chose ids to make them uneven gets what sorting all at once costs.
std::vector<IdPair> Sorted(absl::Span<const IdPair> pairs) {
  const auto bucket = [](const IdPair& pair) { return pair.hash >> 56; };
  std::array<size_t, 257> ends{};  // at first each bucket's begin, one further on
  for (const IdPair& pair : pairs) ++ends[bucket(pair) + 1];
  std::partial_sum(ends.begin(), ends.end(), ends.begin());
  std::vector<IdPair> sorted(pairs.size());
  for (const IdPair& pair : pairs) sorted[ends[bucket(pair)]++] = pair;
  auto begin = sorted.begin();
  for (size_t i = 0; i < 256; ++i) {
    const auto end = sorted.begin() + static_cast<ptrdiff_t>(ends[i]);
    std::sort(begin, end);
    begin = end;
  }
  return sorted;
}

}  // namespace

void WriteTxn::IdsChange() {
  if (!ids_changed_) ++ids_.changes;
  ids_changed_ = true;
  filters_loaded_ = false;
}

IdFilter* WriteTxn::FilterOf(const IdMerge& merge, uint64_t pairs) {
  const auto [found, is_new] = new_filters_.try_emplace(merge.output);
  if (is_new && merge.written == 0) {
    found->second = parts_.filters->New(pairs);
  } else if (is_new) {
    // None where another process wrote what there is of the run.
    found->second = parts_.filters->Take(merge.output, merge.written);
  }
  return found->second.get();
}

absl::Status WriteTxn::AddIds(absl::Span<const IdAt> ids) {
  if (ids.empty()) return absl::OkStatus();
  HOURBOOK_CHECK(ids_.covered + ids.size() <= head_.size, "ids are of entries in the log");
  // Only where MergeIds was not called, or with too small a budget.
  while (ids_.run_count == kMostIdRuns) {
    if (absl::Status merged = MergeIds(kRoomBudget); !merged.ok()) return merged;
  }
  IdsChange();
  std::vector<IdPair> pairs;
  pairs.reserve(ids.size());
  for (const IdAt& id : ids) {
    HOURBOOK_CHECK(id.index - ids_.covered < ids.size(), "ids are of the next entries");
    pairs.push_back({HashOf(id.id), id.index});
  }
  pairs = Sorted(pairs);
  const uint64_t number = ++ids_.last_number;
  if (absl::Status put = WriteRun(txn_.get(), parts_, number, pairs); !put.ok()) return put;
  const std::shared_ptr<IdFilter> filter = parts_.filters->New(pairs.size());
  if (filter != nullptr)
    for (const IdPair& pair : pairs) filter->Add(pair.hash);
  new_filters_[number] = filter;
  ids_.runs[ids_.run_count++] = {number, 0, pairs.size()};
  ids_.covered += pairs.size();
  return absl::OkStatus();
}

}  // namespace hourbook
