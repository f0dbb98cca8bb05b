// Group commit: callers that wait are merged into one write.
//
// The first caller to find nobody writing leads: it writes for all who have gathered, then hands
// over. There is no fixed time to wait: a group is whoever came while the last one was syncing.
#ifndef LEDGER_ENGINE_GROUP_H_
#define LEDGER_ENGINE_GROUP_H_

#include <deque>
#include <functional>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "ledger/rules/machine.h"

namespace hourbook {

// One caller's batch.
struct Request {
  absl::Span<const Entry> batch;
  std::vector<Outcome> outcomes;
  absl::Status status;
  bool taken = false;  // a leader is at it; guarded by the queue's lock like done
  bool done = false;
};

// Thread-safe.
class GroupQueue {
 public:
  // Queues the request and returns once it is done, leading where nobody else does. `lead` writes
  // one group, which it takes with Take and gives back with Finish, or returns an error without
  // having taken any. kTimeout where the deadline came before the request was taken.
  absl::Status Run(Request& request, absl::Time deadline,
                   absl::FunctionRef<absl::Status(absl::Time deadline)> lead);

  // For the leader: the requests to write, oldest first, `most_entries` of them in all unless the
  // first alone has more. Never none.
  std::vector<Request*> Take(size_t most_entries);

  // The requests taken are done with this status.
  void Finish(absl::Span<Request* const> requests, const absl::Status& status);

 private:
  absl::Mutex lock_;
  absl::CondVar changed_;
  std::deque<Request*> waiting_ ABSL_GUARDED_BY(lock_);
  bool has_leader_ ABSL_GUARDED_BY(lock_) = false;
};

}  // namespace hourbook

#endif  // LEDGER_ENGINE_GROUP_H_
