// Looking up an id in the runs of the index.
#include <algorithm>

#include "absl/numeric/int128.h"
#include "ledger/store/id_filter.h"
#include "ledger/store/id_pages.h"
#include "ledger/store/store.h"

namespace hourbook {
namespace {

// Where a hash should stand among pages that hold hashes spread evenly.
uint64_t GuessPage(uint64_t hash, uint64_t pages) {
  return absl::Uint128High64(absl::uint128(hash) * pages);
}

// The first page that may hold the hash: the last one whose first hash is less, or page 0.
absl::StatusOr<uint64_t> FirstPageFor(MDB_txn* txn, const StoreParts& parts, const IdRun& run,
                                      uint64_t hash) {
  uint64_t low = 0;  // its first hash is less, or it is 0
  uint64_t high = IdPagesFor(run.pairs);  // its first hash is not less, or it is past the end
  uint64_t probe = GuessPage(hash, high);
  // Near the guess first, for hashes are even; halving then, for whoever chose ids to make them not.
  for (uint64_t step = 1; high - low > 1; ++step) {
    probe = std::min(std::max(probe, low + 1), high - 1);
    const absl::StatusOr<IdPage> page = ReadIdPage(txn, parts, run.number, probe);
    if (!page.ok()) return page.status();
    const bool less = (*page)[0].hash < hash;
    (less ? low : high) = probe;
    probe = step < 4 ? (less ? probe + 1 : probe - 1) : low + (high - low) / 2;
  }
  return low;
}

// The filter of a run that was written by another process, or before this one began.
absl::StatusOr<std::shared_ptr<const IdFilter>> MakeFilter(MDB_txn* txn, const StoreParts& parts,
                                                           const IdRun& run) {
  const auto filter = std::make_shared<IdFilter>(run.pairs);
  for (uint64_t number = 0; number < IdPagesFor(run.pairs); ++number) {
    const absl::StatusOr<IdPage> page = ReadIdPage(txn, parts, run.number, number);
    if (!page.ok()) return page.status();
    for (size_t i = 0; i < page->size(); ++i) filter->Add((*page)[i].hash);
  }
  parts.filters->Put(run.number, filter);
  return std::shared_ptr<const IdFilter>(filter);
}

}  // namespace

absl::Status ReadTxn::LoadFilters() const {
  std::vector<std::shared_ptr<const IdFilter>> filters;
  for (uint64_t i = 0; i < ids_.run_count; ++i) {
    filters.push_back(parts_.filters->Get(ids_.runs[i].number, ids_.runs[i].pairs));
    if (filters.back() != nullptr) continue;
    const auto made = MakeFilter(txn_.get(), parts_, ids_.runs[i]);
    if (!made.ok()) return made.status();
    filters.back() = *made;
  }
  run_filters_ = std::move(filters);
  return absl::OkStatus();
}

absl::StatusOr<std::optional<uint64_t>> ReadTxn::FindId(const Id& id) const {
  if (run_filters_.size() != ids_.run_count) {
    if (absl::Status loaded = LoadFilters(); !loaded.ok()) return loaded;
  }
  const uint64_t hash = HashOf(id);
  for (uint64_t i = ids_.run_count; i-- > 0;) {
    if (!run_filters_[i]->MayHold(hash)) continue;
    const IdRun& run = ids_.runs[i];
    absl::StatusOr<uint64_t> number = FirstPageFor(txn_.get(), parts_, run, hash);
    if (!number.ok()) return number.status();
    // Equal hashes may go on over several pages.
    for (const uint64_t pages = IdPagesFor(run.pairs); *number < pages; ++*number) {
      const absl::StatusOr<IdPage> page = ReadIdPage(txn_.get(), parts_, run.number, *number);
      if (!page.ok()) return page.status();
      size_t place = page->LowerBound(hash);
      for (; place < page->size() && (*page)[place].hash == hash; ++place) {
        const uint64_t index = (*page)[place].index;
        const absl::StatusOr<Record> record = At(index);
        if (!record.ok()) return record.status();
        if (record->entry.id == id) return std::optional<uint64_t>(index);
      }
      if (place < page->size()) break;
    }
  }
  return std::optional<uint64_t>();
}

}  // namespace hourbook
