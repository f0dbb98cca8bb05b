#include "ledger/engine/group.h"

#include <algorithm>

#include "ledger/base/check.h"
#include "ledger/base/error.h"

namespace hourbook {

absl::Status GroupQueue::Run(Request& request, absl::Time deadline,
                             absl::FunctionRef<absl::Status(absl::Time)> lead) {
  absl::MutexLock lock(&lock_);
  waiting_.push_back(&request);
  absl::Status led;
  bool timed_out = false;
  while (!request.done) {
    if (!request.taken && (!led.ok() || timed_out)) {
      waiting_.erase(std::find(waiting_.begin(), waiting_.end(), &request));
      return led.ok() ? Fail(Failure::kTimeout, "other writers kept the ledger busy until the "
                                                "timeout; nothing was written, try again")
                      : led;
    }
    if (!request.taken && !has_leader_) {
      has_leader_ = true;
      lock_.Unlock();
      led = lead(deadline);
      lock_.Lock();
      has_leader_ = false;
      changed_.SignalAll();
    } else if (request.taken) {
      changed_.Wait(&lock_);
    } else {
      timed_out = changed_.WaitWithDeadline(&lock_, deadline);
    }
  }
  return request.status;
}

std::vector<Request*> GroupQueue::Take(size_t most_entries) {
  absl::MutexLock lock(&lock_);
  HOURBOOK_CHECK(!waiting_.empty(), "the leader's own request waits");
  std::vector<Request*> taken;
  size_t entries = 0;
  while (!waiting_.empty()) {
    Request* const next = waiting_.front();
    entries += next->batch.size();
    if (!taken.empty() && entries > most_entries) break;
    next->taken = true;
    taken.push_back(next);
    waiting_.pop_front();
  }
  return taken;
}

void GroupQueue::Finish(absl::Span<Request* const> requests, const absl::Status& status) {
  absl::MutexLock lock(&lock_);
  for (Request* const request : requests) {
    request->status = status;
    request->done = true;
  }
}

}  // namespace hourbook
