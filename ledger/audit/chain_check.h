// Checks a publication's chain and tree: every bundle, every tile, every link from entry to entry,
// and the roots they make. Says nothing of what the entries mean.
#ifndef LEDGER_AUDIT_CHAIN_CHECK_H_
#define LEDGER_AUDIT_CHAIN_CHECK_H_

#include <atomic>
#include <cstdint>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "ledger/audit/finding.h"
#include "ledger/audit/publication.h"
#include "ledger/audit/tile_rows.h"
#include "ledger/format/checkpoint.h"

namespace hourbook {

// Some bundles in a row, checked each by itself by several threads.
class Window {
 public:
  static constexpr uint64_t kBundles = 512;

  // Bundles from number `first` on, of a publication of this size. `entries` gives the room for the
  // entries from an index on.
  using Room = absl::FunctionRef<absl::Span<Entry>(uint64_t first, size_t count)>;

  Window(const Publication& publication, uint64_t size, uint64_t first);

  // Checks bundles until none is left. May be called by several threads at once.
  void Work(Room entries);

  // The first that is wrong, in order. Call once all work is done.
  absl::Status Result(Finding& finding) const;

  uint64_t first_entry() const;
  uint64_t end_entry() const;
  uint64_t bundles() const { return results_.size(); }

  // The leaf hashes of a bundle of the window, counted from 0.
  absl::Span<const Hash> LeavesOf(uint64_t bundle) const;

 private:
  struct Checked {
    absl::Status status;
    Finding finding;
  };

  absl::Status CheckOne(uint64_t bundle, Room entries, Finding& finding);

  const Publication& publication_;
  const uint64_t size_;
  const uint64_t first_;
  std::vector<Hash> leaves_;
  std::vector<Checked> results_;  // one for each bundle
  std::atomic<uint64_t> next_{0};
};

// Takes windows in order into the rows above the bundles.
class ChainCheck {
 public:
  // `seen` is an earlier checkpoint whose root the first entries must hash to, or of size 0.
  ChainCheck(const Publication& publication, const Checkpoint& checkpoint, const Checkpoint& seen)
      : rows_(publication), checkpoint_(checkpoint), seen_(seen) {}

  // A window that was worked off without a finding.
  absl::Status Take(const Window& window, Finding& finding);

  // Once all windows were taken.
  absl::Status Finish(Finding& finding);

 private:
  absl::Status CompareSeen(uint64_t first, absl::Span<const Hash> leaves, Finding& finding) const;

  TileRows rows_;
  const Checkpoint checkpoint_;
  const Checkpoint seen_;
  std::vector<Hash> rest_;  // leaves of the last bundle, if that is not full
};

}  // namespace hourbook

#endif  // LEDGER_AUDIT_CHAIN_CHECK_H_
