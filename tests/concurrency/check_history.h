// Whether what the callers of a ledger were told can be explained by its log: as if each call had happened
// at one moment between its beginning and its end (linearizable), batch by batch.
//
// The log is the order in which batches took effect, so nothing is searched for: the log is replayed from
// its start, batch by batch, through a state machine of its own. At each place between two batches stands
// who was answered for it.
// - The log holds whole batches that were handed in, each once, and nothing else; each answer is, verdict by
//   verdict and balance by balance, what the rules say at its place.
// - An answer that wrote nothing is what the rules say at some place in its window.
// - What was seen is the state at the place that it names, which is in its window.
// The window of a call: not before anything that was over before it began, and not after anything that
// began after it was over.
#ifndef TESTS_CONCURRENCY_CHECK_HISTORY_H_
#define TESTS_CONCURRENCY_CHECK_HISTORY_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "ledger/format/entry.h"
#include "tests/concurrency/call_history.h"

namespace hourbook {

enum class Fault {
  kNone,
  kLost,         // what was acknowledged is not where it was said to be
  kDuplicated,   // an id is in the log twice, or two were told to have written the same entry
  kNeverSent,    // an entry of the log that nobody handed in, or not so
  kTornBatch,    // a part of a batch stands by itself
  kWrongAnswer,  // another than the rules give at the place of the batch
  kUnjustified,  // a refusal that the rules give at no place in its window
  kWritten,      // though it was told that nothing was
  kReordered,    // before what was over when it began, or after what began when it was over
  kStaleRead,    // without what was over when the look began
  kFutureRead,   // with what began when the look was over
  kWrongRead,    // not the state at the place that it names
};

absl::string_view NameOf(Fault fault);

struct HistoryFinding {
  Fault fault = Fault::kNone;
  std::string what;
};

struct HistoryCounts {
  uint64_t batches = 0;     // in the log
  uint64_t unanswered = 0;  // of them
  uint64_t refusals = 0;    // answers that wrote nothing
  uint64_t reads = 0;
};

// The first thing that is wrong. The operations of all callers, in any order, must have written all of the
// log but its genesis; `now` is the ledger's clock, which stood still.
HistoryFinding CheckHistory(const std::vector<Operation>& operations, const std::vector<Entry>& log,
                            int64_t now, HistoryCounts* counts = nullptr);

}  // namespace hourbook

#endif  // TESTS_CONCURRENCY_CHECK_HISTORY_H_
