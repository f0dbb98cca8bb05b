// Whether the index of ids has just the pages that its directory names, and the directory is one that
// can be.
#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "ledger/base/error.h"
#include "ledger/store/checked_value.h"
#include "ledger/store/cursor.h"
#include "ledger/store/id_pages.h"
#include "ledger/store/store.h"

namespace hourbook {
namespace {

bool IsSound(const IdMerge& merge, const IdRun* inputs) {
  uint64_t taken = 0;
  for (size_t i = 0; i < kIdFanout; ++i) {
    if (merge.taken[i] > inputs[i].pairs) return false;
    taken += merge.taken[i];
  }
  return merge.written == taken;
}

// A run that has pages, whatever it is for.
struct Named {
  uint64_t number;
  uint64_t pages;
  uint64_t pairs;  // 0 where nobody knows any more
  bool is_live;    // and so has the entries from `first` on, and no others
  uint64_t first;
};

std::vector<Named> AllNamed(const IdDirectory& ids) {
  std::vector<Named> named;
  uint64_t first = 0;
  for (uint64_t i = 0; i < ids.run_count; ++i) {
    const IdRun& run = ids.runs[i];
    named.push_back({run.number, IdPagesFor(run.pairs), run.pairs, true, first});
    first += run.pairs;
  }
  for (uint64_t i = 0; i < ids.doomed_count; ++i)
    named.push_back({ids.doomed[i].number, ids.doomed[i].pairs, 0, false, 0});
  for (const IdMerge& merge : ids.merges) {  // CheckMerges looks at what is in them
    if (merge.written > 0)
      named.push_back({merge.output, IdPagesFor(merge.written), merge.written, false, 0});
  }
  std::sort(named.begin(), named.end(), [](const Named& a, const Named& b) { return a.number < b.number; });
  return named;
}

absl::Status Corrupt(absl::string_view what) {
  return Fail(Failure::kCorrupt, absl::StrCat("the index of ids ", what, "; restore a backup"));
}

// Takes the pages of all that is named, in the order of their keys.
class Walk {
 public:
  explicit Walk(std::vector<Named> named) : named_(std::move(named)) {}

  absl::Status Take(absl::string_view key, absl::string_view value) {
    if (AtEnd()) return Corrupt("has a page too many");
    const Named& run = named_[run_];
    if (key != AsBytes(IdPageKey(run.number, page_))) return Corrupt("lacks a page, or has one too many");
    const absl::StatusOr<absl::string_view> bytes = CheckedBytes(value, "a page of the index of ids");
    if (!bytes.ok()) return bytes.status();
    const uint64_t pairs = run.pairs == 0 ? bytes->size() / sizeof(IdPair) : PairsOn(run);
    if (bytes->size() != pairs * sizeof(IdPair)) return Corrupt("has a page of the wrong size");
    if (absl::Status checked = CheckPairs(IdPage(*bytes), run); !checked.ok()) return checked;
    Next();
    return absl::OkStatus();
  }

  bool AtEnd() const { return run_ == named_.size(); }

 private:
  uint64_t PairsOn(const Named& run) const {
    return std::min<uint64_t>(kIdPairsPerPage, run.pairs - page_ * kIdPairsPerPage);
  }

  absl::Status CheckPairs(const IdPage& page, const Named& run) {
    for (size_t i = 0; i < page.size(); ++i) {
      const IdPair pair = page[i];
      const bool is_first = page_ == 0 && i == 0;
      if (!is_first && pair <= last_) return Corrupt("is out of order");
      if (run.is_live && pair.index - run.first >= run.pairs) return Corrupt("has an entry in the wrong run");
      last_ = pair;
    }
    return absl::OkStatus();
  }

  void Next() {
    if (++page_ < named_[run_].pages) return;
    ++run_;
    page_ = 0;
  }

  const std::vector<Named> named_;
  size_t run_ = 0;
  uint64_t page_ = 0;
  IdPair last_{};  // of the run that was read last
};

}  // namespace

uint64_t InputsOf(const IdDirectory& ids, uint64_t level) {
  uint64_t first = 0;
  while (first < ids.run_count && ids.runs[first].level > level) ++first;
  const uint64_t last = first + kIdFanout - 1;
  return last < ids.run_count && ids.runs[last].level == level ? first : ids.run_count;
}

bool IsSound(const IdDirectory& ids, uint64_t size) {
  if (ids.run_count > kMostIdRuns || ids.doomed_count > kMostDoomedRuns || ids.covered > size) return false;
  const auto is_given = [&](uint64_t number) { return number > 0 && number <= ids.last_number; };
  uint64_t left = ids.covered;
  uint64_t level = kIdLevels - 1;
  for (uint64_t i = 0; i < ids.run_count; ++i) {
    const IdRun& run = ids.runs[i];
    if (!is_given(run.number) || run.pairs == 0 || run.pairs > left || run.level > level) return false;
    left -= run.pairs;
    level = run.level;
  }
  for (uint64_t i = 0; i < ids.doomed_count; ++i) {
    const IdRun& run = ids.doomed[i];
    if (!is_given(run.number) || run.pairs == 0 || run.pairs > size) return false;
  }
  for (level = 0; level < kIdLevels; ++level) {
    const IdMerge& merge = ids.merges[level];
    if (merge.output == 0) continue;
    const uint64_t first = InputsOf(ids, level);
    if (!is_given(merge.output) || first == ids.run_count || !IsSound(merge, ids.runs + first)) return false;
  }
  return left == 0;
}

absl::Status ReadTxn::CheckIds(MayGoOn may_go_on) const {
  Pace pace(may_go_on);
  const std::vector<Named> named = AllNamed(ids_);
  for (size_t i = 1; i < named.size(); ++i) {
    if (named[i - 1].number == named[i].number) return Corrupt("names a run twice");
  }
  Walk walk(named);
  const absl::Status walked =
      ForEach(txn_.get(), parts_.ids, "looking through the index of ids",
              [&](absl::string_view key, absl::string_view value) {
                const absl::Status taken = walk.Take(key, value);
                return taken.ok() ? pace.Step() : taken;
              });
  if (!walked.ok() || walk.AtEnd()) return walked;
  return Corrupt("lacks its last pages");
}

}  // namespace hourbook
