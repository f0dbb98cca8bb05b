// Writing and merging the runs of the index of ids.
#include <algorithm>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "ledger/base/check.h"
#include "ledger/base/error.h"
#include "ledger/store/id_filter.h"
#include "ledger/store/id_pages.h"
#include "ledger/store/store.h"

namespace hourbook {
namespace {

// Reads the pairs of a run in order, from one of them on.
class RunReader {
 public:
  RunReader(MDB_txn* txn, const StoreParts& parts, const IdRun& run, uint64_t taken)
      : txn_(txn), parts_(parts), run_(run), taken_(taken) {}

  uint64_t taken() const { return taken_; }
  bool AtEnd() const { return taken_ == run_.pairs; }

  // The next pair; not at the end.
  absl::StatusOr<IdPair> Peek() {
    const uint64_t page = taken_ / kIdPairsPerPage;
    if (page != page_number_) {
      const absl::StatusOr<IdPage> read = ReadIdPage(txn_, parts_, run_.number, page);
      if (!read.ok()) return read.status();
      // Copied: the transaction writes between two reads.
      page_.clear();
      for (size_t i = 0; i < read->size(); ++i) page_.push_back((*read)[i]);
      page_number_ = page;
    }
    const size_t place = taken_ % kIdPairsPerPage;
    if (place >= page_.size()) {
      return Fail(Failure::kCorrupt, absl::StrCat("run ", run_.number,
                                                  " of the index of ids is shorter than it says"));
    }
    return page_[place];
  }

  void Take() { ++taken_; }

 private:
  MDB_txn* txn_;
  const StoreParts& parts_;
  const IdRun run_;
  uint64_t taken_;
  uint64_t page_number_ = UINT64_MAX;
  std::vector<IdPair> page_;
};

// Takes the smallest pair of all readers; false where all are at their end.
absl::StatusOr<bool> TakeSmallest(std::vector<RunReader>& readers, IdPair& smallest) {
  RunReader* from = nullptr;
  for (RunReader& reader : readers) {
    if (reader.AtEnd()) continue;
    const absl::StatusOr<IdPair> pair = reader.Peek();
    if (!pair.ok()) return pair.status();
    if (from == nullptr || *pair < smallest) {
      smallest = *pair;
      from = &reader;
    }
  }
  if (from != nullptr) from->Take();
  return from != nullptr;
}

// Begins a merge where a level has enough runs. They follow each other: levels only fall from the
// oldest run to the newest.
bool BeginMerge(IdDirectory& ids) {
  // The inputs will have to be remembered until their pages are dropped.
  if (ids.doomed_count + kIdFanout > kMostDoomedRuns) return false;
  for (uint64_t first = 0; first + kIdFanout <= ids.run_count; ++first) {
    if (ids.runs[first].level != ids.runs[first + kIdFanout - 1].level) continue;
    ids.merge = {};
    ids.merge.first = first;
    ids.merge.output = ++ids.next_number;
    return true;
  }
  return false;
}

// Puts the finished output in the inputs' place.
void EndMerge(IdDirectory& ids) {
  const IdMerge merge = ids.merge;
  IdRun* const inputs = ids.runs + merge.first;
  const uint64_t level = inputs[0].level + 1;
  for (size_t i = 0; i < kIdFanout; ++i) {
    ids.doomed[ids.doomed_count++] = {inputs[i].number, inputs[i].level,
                                      IdPagesFor(inputs[i].pairs)};
  }
  inputs[0] = {merge.output, level, merge.written};
  std::copy(inputs + kIdFanout, ids.runs + ids.run_count, inputs + 1);
  ids.run_count -= kIdFanout - 1;
  ids.merge = {};
}

// Writes pages of the merge's output until the budget is spent or the inputs are.
absl::Status Merge(MDB_txn* txn, const StoreParts& parts, IdDirectory& ids, IdFilter& filter,
                   uint64_t& budget) {
  std::vector<RunReader> readers;
  for (size_t i = 0; i < kIdFanout; ++i) {
    readers.emplace_back(txn, parts, ids.runs[ids.merge.first + i], ids.merge.taken[i]);
  }
  std::vector<IdPair> page;
  bool more = true;
  while (more && budget > 0) {
    page.clear();
    while (page.size() < kIdPairsPerPage && more) {
      IdPair pair{};
      const absl::StatusOr<bool> taken = TakeSmallest(readers, pair);
      if (!taken.ok()) return taken.status();
      more = *taken;
      if (more) page.push_back(pair);
    }
    if (page.empty()) break;
    const uint64_t number = ids.merge.written / kIdPairsPerPage;
    const absl::Status written = WriteIdPage(txn, parts, ids.merge.output, number, page);
    if (!written.ok()) return written;
    for (const IdPair& pair : page) filter.Add(pair.hash);
    ids.merge.written += page.size();
    budget -= std::min<uint64_t>(budget, page.size());
  }
  for (size_t i = 0; i < kIdFanout; ++i) ids.merge.taken[i] = readers[i].taken();
  if (!more) EndMerge(ids);
  return absl::OkStatus();
}

// Drops pages of merged runs, the last page of a run first. The number of pages is bounded.
absl::Status DropDoomed(MDB_txn* txn, const StoreParts& parts, IdDirectory& ids, uint64_t pages) {
  for (; pages > 0 && ids.doomed_count > 0; --pages) {
    IdRun& run = ids.doomed[ids.doomed_count - 1];
    const absl::StatusOr<bool> dropped = DropIdPage(txn, parts, run.number, --run.pairs);
    if (!dropped.ok()) return dropped.status();
    if (run.pairs > 0) continue;
    parts.filters->Forget(run.number);
    run = {};
    --ids.doomed_count;
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status WriteTxn::AddIds(absl::Span<const IdAt> ids) {
  if (ids.empty()) return absl::OkStatus();
  HOURBOOK_CHECK(ids_.covered + ids.size() <= head_.size, "ids are of entries in the log");
  if (ids_.run_count == kMostIdRuns) {
    return Fail(Failure::kIoError, "the index of ids has too many runs; MergeIds was not called");
  }
  std::vector<IdPair> pairs;
  pairs.reserve(ids.size());
  for (const IdAt& id : ids) pairs.push_back({HashOf(id.id), id.index});
  std::sort(pairs.begin(), pairs.end());
  const uint64_t number = ++ids_.next_number;
  absl::Span<const IdPair> rest = pairs;
  for (uint64_t page = 0; !rest.empty(); ++page) {
    const auto front = rest.subspan(0, kIdPairsPerPage);
    const absl::Status written = WriteIdPage(txn_.get(), parts_, number, page, front);
    if (!written.ok()) return written;
    rest.remove_prefix(front.size());
  }
  auto filter = std::make_shared<IdFilter>(pairs.size());
  for (const IdPair& pair : pairs) filter->Add(pair.hash);
  new_filters_[number] = std::move(filter);
  ids_.runs[ids_.run_count++] = {number, 0, pairs.size()};
  ids_.covered += pairs.size();
  ids_changed_ = true;
  return absl::OkStatus();
}

std::shared_ptr<IdFilter> WriteTxn::MergeFilter() {
  const IdMerge& merge = ids_.merge;
  std::shared_ptr<IdFilter>& filter = new_filters_[merge.output];
  if (filter != nullptr) return filter;
  filter = parts_.filters->Take(merge.output, merge.written);
  if (filter != nullptr) return filter;
  // Where another process, or a transaction that was dropped, went on with the merge, the filter
  // lacks what it wrote; it is not used then but made anew from the run.
  uint64_t pairs = 0;
  for (size_t i = 0; i < kIdFanout; ++i) pairs += ids_.runs[merge.first + i].pairs;
  return filter = std::make_shared<IdFilter>(pairs);
}

absl::Status WriteTxn::MergeIds(uint64_t budget) {
  // More than a commit can doom in the long run, however small the runs.
  const uint64_t dropped_pages = kIdFanout + 2 * budget / kIdPairsPerPage;
  while (budget > 0) {
    if (ids_.merge.output == 0 && !BeginMerge(ids_)) break;
    ids_changed_ = true;
    const absl::Status merged = Merge(txn_.get(), parts_, ids_, *MergeFilter(), budget);
    if (!merged.ok()) return merged;
  }
  if (ids_.doomed_count == 0) return absl::OkStatus();
  ids_changed_ = true;
  return DropDoomed(txn_.get(), parts_, ids_, dropped_pages);
}

}  // namespace hourbook
