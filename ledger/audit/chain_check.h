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

// What was found in a bundle by itself.
struct CheckedBundle {
  bool out_of_memory = false;  // told without needing any
  absl::Status status;
  Finding finding;  // where status is kUnsound
  Hash named{};     // the hash that its first entry names
  Hash root{};      // over its leaf hashes, if it is full
};

// Some bundles in a row, checked each by itself by several threads.
class Window {
 public:
  static constexpr uint64_t kBundles = 512;

  // Where the entries from an index on are put, or an empty span: then they are not kept.
  using Room = absl::FunctionRef<absl::Span<Entry>(uint64_t first, size_t count)>;

  // Bundles from number `first` on, of a publication of this size.
  Window(const Publication& publication, uint64_t size, uint64_t first);

  // Checks bundles until none is left. May be called by several threads at once.
  void Work(Room entries);

  uint64_t first_entry() const;
  uint64_t end_entry() const;

  // Bundles of the window, counted from 0, and their leaf hashes. Call once all work is done.
  absl::Span<const CheckedBundle> bundles() const { return bundles_; }
  absl::Span<const Hash> LeavesOf(uint64_t bundle) const;

 private:
  void CheckOne(uint64_t bundle, Room entries, CheckedBundle& checked);

  const Publication& publication_;
  const uint64_t size_;
  const uint64_t first_;
  std::vector<Hash> leaves_;
  std::vector<CheckedBundle> bundles_;
  std::atomic<uint64_t> next_{0};
};

// Takes windows in order: joins the chain from bundle to bundle, and builds the rows above them.
class ChainCheck {
 public:
  // `seen` is an earlier checkpoint whose root the first entries must hash to, or of size 0.
  ChainCheck(const Publication& publication, const Checkpoint& checkpoint, const Checkpoint& seen)
      : rows_(publication), checkpoint_(checkpoint), seen_(seen) {}

  // A window that was worked off. Tells the first thing that is wrong in it.
  absl::Status Take(const Window& window, Finding& finding);

  // Once all windows were taken.
  absl::Status Finish(Finding& finding);

 private:
  absl::Status CompareSeen(uint64_t first, absl::Span<const Hash> leaves, Finding& finding) const;

  TileRows rows_;
  const Checkpoint checkpoint_;
  const Checkpoint seen_;
  Hash last_leaf_{};        // of what was taken
  std::vector<Hash> rest_;  // leaves of the last bundle, if that is not full
};

}  // namespace hourbook

#endif  // LEDGER_AUDIT_CHAIN_CHECK_H_
