#include "ledger/store/id_filter.h"

#include <utility>

#include "absl/numeric/int128.h"

namespace hourbook {
namespace {

constexpr uint64_t kBitsPerHash = 12;
constexpr uint64_t kBitsPerBlock = 512;
constexpr int kProbes = 6;
constexpr int kBitsPerProbe = 9;  // 2^9 bits in a block

// Enough for 130 million entries. The oldest runs go without beyond that.
constexpr size_t kMostFilterBytes = size_t{192} << 20;

// A lookup in a run without a filter costs as much as adding so many pairs to one.
constexpr uint64_t kPairsPerLookup = 64;

// Bits within a block come from other bits of the hash than the block's number.
uint64_t ProbesOf(uint64_t hash) { return hash * 0x9e3779b97f4a7c15; }  // 2^64 / golden ratio

}  // namespace

IdFilter::IdFilter(uint64_t pairs)
    : words_((pairs * kBitsPerHash / kBitsPerBlock + 1) * kWordsPerBlock) {}

size_t IdFilter::BlockOf(uint64_t hash) const {
  const uint64_t blocks = words_.size() / kWordsPerBlock;
  return absl::Uint128High64(absl::uint128(hash) * blocks) * kWordsPerBlock;
}

void IdFilter::Add(uint64_t hash) {
  const size_t block = BlockOf(hash);
  uint64_t probes = ProbesOf(hash);
  for (int i = 0; i < kProbes; ++i, probes >>= kBitsPerProbe) {
    words_[block + (probes >> 6 & 7)] |= uint64_t{1} << (probes & 63);
  }
  ++added_;
}

bool IdFilter::MayHold(uint64_t hash) const {
  const size_t block = BlockOf(hash);
  uint64_t probes = ProbesOf(hash);
  for (int i = 0; i < kProbes; ++i, probes >>= kBitsPerProbe) {
    if ((words_[block + (probes >> 6 & 7)] >> (probes & 63) & 1) == 0) return false;
  }
  return true;
}

void IdFilters::Keep(const IdDirectory& ids) {
  absl::MutexLock lock(&lock_);
  if (ids.changes <= changes_) return;
  std::vector<uint64_t> named;
  for (uint64_t i = 0; i < ids.run_count; ++i) named.push_back(ids.runs[i].number);
  for (const IdMerge& merge : ids.merges) {
    if (merge.output != 0) named.push_back(merge.output);
  }
  HashMap<uint64_t, Slot> kept;
  for (const uint64_t run : named) {
    const auto found = slots_.find(run);
    kept[run] = found == slots_.end() ? Slot{} : found->second;
  }
  // Not sooner: where memory ends before, all is as it was, and kept the next time.
  slots_ = std::move(kept);
  changes_ = ids.changes;
}

std::shared_ptr<IdFilter> IdFilters::New(uint64_t pairs) const {
  size_t bytes = pairs * kBitsPerHash / 8;
  absl::MutexLock lock(&lock_);
  for (const auto& [run, slot] : slots_) {
    if (slot.filter != nullptr) bytes += slot.filter->bytes();
  }
  return bytes <= kMostFilterBytes ? std::make_shared<IdFilter>(pairs) : nullptr;
}

std::shared_ptr<const IdFilter> IdFilters::Get(uint64_t run, uint64_t pairs) const {
  absl::MutexLock lock(&lock_);
  const auto found = slots_.find(run);
  if (found == slots_.end() || found->second.filter == nullptr) return nullptr;
  return found->second.filter->added() == pairs ? found->second.filter : nullptr;
}

bool IdFilters::IsWorthMaking(const IdRun& run) {
  absl::MutexLock lock(&lock_);
  const auto found = slots_.find(run.number);
  if (found == slots_.end()) return false;
  return ++found->second.lookups > run.pairs / kPairsPerLookup;
}

void IdFilters::Put(uint64_t run, std::shared_ptr<IdFilter> filter) {
  absl::MutexLock lock(&lock_);
  const auto found = slots_.find(run);
  if (found != slots_.end()) found->second.filter = std::move(filter);
}

std::shared_ptr<IdFilter> IdFilters::Take(uint64_t run, uint64_t pairs) {
  absl::MutexLock lock(&lock_);
  const auto found = slots_.find(run);
  if (found == slots_.end() || found->second.filter == nullptr) return nullptr;
  if (found->second.filter->added() != pairs) return nullptr;
  return std::exchange(found->second.filter, nullptr);
}

}  // namespace hourbook
