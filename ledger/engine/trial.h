// What the rules would say, or would have said, without writing.
#ifndef LEDGER_ENGINE_TRIAL_H_
#define LEDGER_ENGINE_TRIAL_H_

#include <cstdint>
#include <memory>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "ledger/engine/snapshot.h"
#include "ledger/rules/machine.h"

namespace hourbook {

// Ends before its ledger. May be used by one thread at a time.
class Trial {
 public:
  // Stands at size 0.
  explicit Trial(std::unique_ptr<Snapshot> snapshot)
      : snapshot_(std::move(snapshot)), history_(*snapshot_), machine_(&history_) {}

  uint64_t size() const { return machine_.state().size; }

  // Takes in the ledger's entries up to `wanted`. kInvalidArgument for a size before the present one
  // or once entries were kept; kNotFound for one beyond the snapshot's.
  absl::Status Advance(uint64_t wanted);

  // Judges a batch as the ledger would at this size, and takes in what stands if `keep`.
  absl::Status Judge(absl::Span<const Entry> batch, bool keep, absl::Span<Outcome> outcomes);

 private:
  // kPoisoned once memory has ended within a call, which left half of it done.
  absl::Status CheckUsable() const;

  const std::unique_ptr<Snapshot> snapshot_;
  SnapshotHistory history_;
  Machine machine_;
  bool is_cut_off_ = false;
};

}  // namespace hourbook

#endif  // LEDGER_ENGINE_TRIAL_H_
