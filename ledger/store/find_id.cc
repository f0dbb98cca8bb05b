// Looking up an id in the runs of the index.
#include <algorithm>

#include "absl/numeric/int128.h"
#include "ledger/base/error.h"
#include "ledger/store/id_filter.h"
#include "ledger/store/id_pages.h"
#include "ledger/store/store.h"

namespace hourbook {
namespace {

// Hashes are even, so two guesses nearly always end on the page or beside it. Whoever chose ids to
// make them uneven gets halving after these.
constexpr int kGuesses = 4;

struct Bound {
  uint64_t page;
  uint64_t hash;
};

// Where between two pages a hash should stand, were hashes spread evenly between theirs.
uint64_t GuessPage(const Bound& low, const Bound& high, uint64_t hash) {
  const uint64_t span = std::max<uint64_t>(high.hash - low.hash, 1);
  const absl::uint128 share = absl::uint128(hash - low.hash) * (high.page - low.page);
  return low.page + absl::Uint128Low64(share / span);
}

struct Place {
  uint64_t number;
  IdPage page;
};

// The first page that may hold the hash: the last one whose first hash is less, or page 0.
absl::StatusOr<Place> FirstPageFor(MDB_txn* txn, const StoreParts& parts, const IdRun& run,
                                   uint64_t hash) {
  Bound low{0, 0};                                // its first hash is less, or it is page 0
  Bound high{IdPagesFor(run.pairs), UINT64_MAX};  // its first hash is not, or it is past the end
  for (int step = 0; high.page - low.page > 1; ++step) {
    uint64_t probe = low.page + (high.page - low.page) / 2;
    if (step < kGuesses) probe = GuessPage(low, high, hash);
    probe = std::clamp(probe, low.page + 1, high.page - 1);
    const absl::StatusOr<IdPage> page = ReadIdPage(txn, parts, run.number, probe);
    if (!page.ok()) return page.status();
    const uint64_t last = (*page)[page->size() - 1].hash;
    if ((*page)[0].hash >= hash) {
      high = {probe, (*page)[0].hash};
    } else if (last < hash) {
      low = {probe, last};
    } else {
      return Place{probe, *page};
    }
  }
  const absl::StatusOr<IdPage> page = ReadIdPage(txn, parts, run.number, low.page);
  if (!page.ok()) return page.status();
  return Place{low.page, *page};
}

absl::Status FillFilter(MDB_txn* txn, const StoreParts& parts, const IdRun& run, IdFilter& filter) {
  for (uint64_t number = 0; number < IdPagesFor(run.pairs); ++number) {
    const absl::StatusOr<IdPage> page = ReadIdPage(txn, parts, run.number, number);
    if (!page.ok()) return page.status();
    for (size_t i = 0; i < page->size(); ++i) filter.Add((*page)[i].hash);
  }
  return absl::OkStatus();
}

}  // namespace

void ReadTxn::LoadFilters() const {
  run_filters_.clear();
  for (uint64_t i = 0; i < ids_.run_count; ++i) {
    const IdRun& run = ids_.runs[i];
    const auto own = new_filters_.find(run.number);
    run_filters_.push_back(own != new_filters_.end() ? own->second
                                                     : parts_.filters->Get(run.number, run.pairs));
    const auto& filter = run_filters_.back();
    if (filter != nullptr && filter->added() != run.pairs) run_filters_.back() = nullptr;
  }
  filters_loaded_ = true;
}

absl::StatusOr<bool> ReadTxn::MayHold(uint64_t place, uint64_t hash) const {
  std::shared_ptr<const IdFilter>& filter = run_filters_[place];
  if (filter == nullptr) {
    const IdRun& run = ids_.runs[place];
    if (!parts_.filters->IsWorthMaking(run)) return true;
    const std::shared_ptr<IdFilter> made = parts_.filters->New(run.pairs);
    if (made == nullptr) return true;
    absl::Status filled = FillFilter(txn_.get(), parts_, run, *made);
    if (!filled.ok()) return filled;
    parts_.filters->Put(run.number, made);
    filter = made;
  }
  return filter->MayHold(hash);
}

absl::StatusOr<std::optional<uint64_t>> ReadTxn::FindInRun(const IdRun& run, uint64_t hash,
                                                           const Id& id) const {
  absl::StatusOr<Place> at = FirstPageFor(txn_.get(), parts_, run, hash);
  if (!at.ok()) return at.status();
  for (;;) {
    const IdPage& page = at->page;
    size_t i = page.LowerBound(hash);
    for (; i < page.size() && page[i].hash == hash; ++i) {
      const absl::StatusOr<Record> record = At(page[i].index);
      if (!record.ok()) return Fail(Failure::kCorrupt, record.status().message());
      if (record->entry.id == id) return std::optional<uint64_t>(page[i].index);
    }
    // Equal hashes may go on over several pages.
    if (i < page.size() || ++at->number == IdPagesFor(run.pairs)) break;
    const absl::StatusOr<IdPage> next = ReadIdPage(txn_.get(), parts_, run.number, at->number);
    if (!next.ok()) return next.status();
    at->page = *next;
  }
  return std::optional<uint64_t>();
}

void ReadTxn::PrefetchId(const Id& id) const {
  if (!filters_loaded_) LoadFilters();
  const uint64_t hash = HashOf(id);
  for (const auto& filter : run_filters_) {
    if (filter != nullptr) filter->Prefetch(hash);
  }
}

absl::StatusOr<std::optional<uint64_t>> ReadTxn::FindId(const Id& id) const {
  if (!filters_loaded_) LoadFilters();
  const uint64_t hash = HashOf(id);
  for (uint64_t i = ids_.run_count; i-- > 0;) {
    if (run_filters_[i] != nullptr && !run_filters_[i]->MayHold(hash)) continue;  // nearly always
    const absl::StatusOr<bool> may_hold = MayHold(i, hash);
    if (!may_hold.ok()) return may_hold.status();
    if (!*may_hold) continue;
    absl::StatusOr<std::optional<uint64_t>> found = FindInRun(ids_.runs[i], hash, id);
    if (!found.ok() || *found) return found;
  }
  return std::optional<uint64_t>();
}

}  // namespace hourbook
