#include "ledger/store/id_filter.h"

#include <utility>

#include "absl/numeric/int128.h"

namespace hourbook {
namespace {

constexpr uint64_t kBitsPerHash = 12;
constexpr uint64_t kBitsPerBlock = 512;
constexpr int kProbes = 6;
constexpr int kBitsPerProbe = 9;  // 2^9 bits in a block

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

std::shared_ptr<const IdFilter> IdFilters::Get(uint64_t run, uint64_t pairs) const {
  absl::MutexLock lock(&lock_);
  const auto found = filters_.find(run);
  const bool is_whole = found != filters_.end() && found->second->added() == pairs;
  return is_whole ? found->second : nullptr;
}

std::shared_ptr<IdFilter> IdFilters::Take(uint64_t run, uint64_t pairs) {
  absl::MutexLock lock(&lock_);
  const auto found = filters_.find(run);
  if (found == filters_.end() || found->second->added() != pairs) return nullptr;
  std::shared_ptr<IdFilter> filter = std::move(found->second);
  filters_.erase(found);
  return filter;
}

void IdFilters::Put(uint64_t run, std::shared_ptr<IdFilter> filter) {
  absl::MutexLock lock(&lock_);
  filters_[run] = std::move(filter);
}

void IdFilters::Forget(uint64_t run) {
  absl::MutexLock lock(&lock_);
  filters_.erase(run);
}

}  // namespace hourbook
