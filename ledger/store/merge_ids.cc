// Merging the runs of the index of ids, a little with each commit.
#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "ledger/base/error.h"
#include "ledger/store/cursor.h"
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

// Puts the finished output in the inputs' place. They stay until their pages can be remembered as
// doomed: a later call ends the merge then.
void EndMerge(IdDirectory& ids, uint64_t level, uint64_t first) {
  if (ids.doomed_count + kIdFanout > kMostDoomedRuns) return;
  IdMerge& merge = ids.merges[level];
  IdRun* const inputs = ids.runs + first;
  for (size_t i = 0; i < kIdFanout; ++i) {
    ids.doomed[ids.doomed_count++] = {inputs[i].number, level, IdPagesFor(inputs[i].pairs)};
  }
  inputs[0] = {merge.output, level + 1, merge.written};
  std::copy(inputs + kIdFanout, ids.runs + ids.run_count, inputs + 1);
  ids.run_count -= kIdFanout - 1;
  merge = {};
}

// Fills a page with the smallest pairs left; an empty one where none are.
absl::Status TakePage(std::vector<RunReader>& readers, std::vector<IdPair>& page) {
  page.clear();
  while (page.size() < kIdPairsPerPage) {
    IdPair pair{};
    const absl::StatusOr<bool> taken = TakeSmallest(readers, pair);
    if (!taken.ok()) return taken.status();
    if (!*taken) break;
    page.push_back(pair);
  }
  return absl::OkStatus();
}

// Merges again what a merge has written so far, and compares it with that.
absl::Status CheckMerge(MDB_txn* txn, const StoreParts& parts, const IdRun* inputs, const IdMerge& merge,
                        MayGoOn may_go_on) {
  Pace pace(may_go_on);
  const auto corrupt = [&] {
    return Fail(Failure::kCorrupt, absl::StrCat("run ", merge.output, " of the index of ids is not what its "
                                                "runs make; restore a backup"));
  };
  std::vector<RunReader> readers;
  for (size_t i = 0; i < kIdFanout; ++i) readers.emplace_back(txn, parts, inputs[i], 0);
  std::vector<IdPair> expected;
  for (uint64_t written = 0; written < merge.written; written += expected.size()) {
    if (absl::Status taken = TakePage(readers, expected); !taken.ok()) return taken;
    const absl::StatusOr<IdPage> page = ReadIdPage(txn, parts, merge.output, written / kIdPairsPerPage);
    if (!page.ok()) return page.status();
    if (expected.empty() || page->size() != expected.size()) return corrupt();
    for (size_t i = 0; i < expected.size(); ++i) {
      if ((*page)[i] != expected[i]) return corrupt();
    }
    if (absl::Status asked = pace.Step(); !asked.ok()) return asked;
  }
  for (size_t i = 0; i < kIdFanout; ++i) {
    if (readers[i].taken() != merge.taken[i]) return corrupt();
  }
  return absl::OkStatus();
}

// Drops pages of merged runs, the last page of a run first. Their number is bounded.
absl::Status DropDoomed(MDB_txn* txn, const StoreParts& parts, IdDirectory& ids, uint64_t pages) {
  for (; pages > 0 && ids.doomed_count > 0; --pages) {
    IdRun& run = ids.doomed[ids.doomed_count - 1];
    const absl::StatusOr<bool> dropped = DropIdPage(txn, parts, run.number, --run.pairs);
    if (!dropped.ok()) return dropped.status();
    if (run.pairs > 0) continue;
    run = {};
    --ids.doomed_count;
  }
  return absl::OkStatus();
}

}  // namespace

// Goes on with the merge of a level, from `first` on, until the budget is spent or it is over.
absl::Status WriteTxn::MergeLevel(uint64_t level, uint64_t first, uint64_t& budget) {
  IdMerge& merge = ids_.merges[level];
  if (merge.output == 0) merge.output = ++ids_.last_number;
  std::vector<RunReader> readers;
  uint64_t pairs = 0;
  for (size_t i = 0; i < kIdFanout; ++i) {
    readers.emplace_back(txn_.get(), parts_, ids_.runs[first + i], merge.taken[i]);
    pairs += ids_.runs[first + i].pairs;
  }
  IdFilter* const filter = FilterOf(merge, pairs);
  std::vector<IdPair> page;
  while (merge.written < pairs && budget > 0) {
    if (absl::Status taken = TakePage(readers, page); !taken.ok()) return taken;
    const uint64_t number = merge.written / kIdPairsPerPage;
    const absl::Status put = WriteIdPage(txn_.get(), parts_, merge.output, number, page);
    if (!put.ok()) return put;
    if (filter != nullptr)
      for (const IdPair& pair : page) filter->Add(pair.hash);
    merge.written += page.size();
    budget -= std::min<uint64_t>(budget, page.size());
  }
  for (size_t i = 0; i < kIdFanout; ++i) merge.taken[i] = readers[i].taken();
  if (merge.written == pairs) EndMerge(ids_, level, first);
  return absl::OkStatus();
}

absl::Status ReadTxn::CheckMerges(MayGoOn may_go_on) const {
  for (uint64_t level = 0; level < kIdLevels; ++level) {
    const IdMerge& merge = ids_.merges[level];
    if (merge.output == 0) continue;
    const IdRun* const inputs = ids_.runs + InputsOf(ids_, level);
    const absl::Status checked = CheckMerge(txn_.get(), parts_, inputs, merge, may_go_on);
    if (!checked.ok()) return checked;
  }
  return absl::OkStatus();
}

// The lowest levels first: theirs are the runs that every lookup pays for, and their merges are
// short. What they leave of the budget is the higher levels'.
absl::Status WriteTxn::MergeIds(uint64_t budget) {
  // As many pairs as are merged are doomed; twice that, so that none are left over for long.
  const uint64_t dropped_pages = kIdFanout + 2 * budget / kIdPairsPerPage;
  for (uint64_t level = 0; level + 1 < kIdLevels && budget > 0; ++level) {
    for (uint64_t first = InputsOf(ids_, level); budget > 0 && first < ids_.run_count;
         first = InputsOf(ids_, level)) {
      IdsChange();
      if (absl::Status merged = MergeLevel(level, first, budget); !merged.ok()) return merged;
      if (ids_.merges[level].output != 0) break;  // it waits for the budget, or for room
    }
  }
  if (ids_.doomed_count == 0) return absl::OkStatus();
  IdsChange();
  return DropDoomed(txn_.get(), parts_, ids_, dropped_pages);
}

}  // namespace hourbook
