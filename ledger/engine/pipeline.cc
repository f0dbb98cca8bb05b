#include "ledger/engine/pipeline.h"

#include <algorithm>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "ledger/base/check.h"
#include "ledger/base/error.h"

namespace hourbook {
namespace {

// One is written while the next is judged.
constexpr size_t kMostGroups = 2;

// Fewer entries than this are not worth waking the writer to chain them, while more are being judged.
constexpr size_t kWorthChaining = 256;

// A leader chains so many at most before it looks whether there is room, or the writer has come.
constexpr size_t kChainedAtOnce = 256;

thread_local bool is_telling = false;
thread_local bool leads_for_others = false;  // this thread is the library's own

// Whether nobody waits for it.
bool IsSubmitted(const Request* request) { return request->tell != nullptr; }

absl::Status TimedOut() {
  return Fail(Failure::kTimeout, "other writers kept the ledger busy until the timeout; nothing was "
                                 "written, try again");
}

absl::Status IsClosed() { return Fail(Failure::kClosed, "the ledger is being closed"); }

}  // namespace

absl::Status Pipeline::Run(Request& request, absl::Time deadline, Lead lead) {
  Requests self = {&request};
  absl::MutexLock lock(&lock_);
  if (leading_stopped_) return IsClosed();
  waiting_.splice(waiting_.end(), self);
  waiting_entries_ += request.batch.size();
  room_.Signal();  // a leader may wait for enough to be worth a group
  absl::Status led;
  bool timed_out = false;
  while (!request.done) {
    if (!request.taken && (!led.ok() || timed_out)) {
      waiting_.remove(&request);
      waiting_entries_ -= request.batch.size();
      WakeNextSubmitter();
      WakeNextLeader();
      return led.ok() ? TimedOut() : led;
    }
    if (!request.taken && !has_leader_) {
      has_leader_ = true;
      lock_.Unlock();
      leading.Begin();
      led = lead(deadline);
      leading.End();
      lock_.Lock();
      has_leader_ = false;
      WakeNextLeader();
    } else if (request.taken) {
      request.changed.Wait(&lock_);
    } else {
      timed_out = request.changed.WaitWithDeadline(&lock_, deadline);
    }
  }
  return request.status;
}

void Pipeline::WakeNextLeader() {
  if (has_leader_) return;
  if (waiting_.empty()) {
    if (leading_stopped_) leader_wanted_.Signal();
    idle_.SignalAll();
    return;
  }
  if (IsSubmitted(waiting_.front())) {
    leader_wanted_.Signal();
  } else {
    waiting_.front()->changed.Signal();
  }
}

void Pipeline::WakeNextSubmitter() {
  if (!turns_.empty()) turns_.front().Signal();
}

bool Pipeline::IsTelling() { return is_telling; }

absl::Status Pipeline::Submit(std::unique_ptr<Request> request, absl::Time deadline) {
  Requests self = {request.get()};
  absl::MutexLock lock(&lock_);
  const size_t entries = request->batch.size();
  if (leading_stopped_) return IsClosed();
  const auto has_room_for = [&](size_t more) ABSL_EXCLUSIVE_LOCKS_REQUIRED(lock_) {
    return waiting_entries_ + more <= kMostWaiting;
  };
  const auto no_room = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(lock_) {
    return Fail(Failure::kTimeout,
                absl::StrCat("there are ", waiting_entries_, " entries in the queue and ", turns_entries_,
                             " that wait for room, and none for ", entries,
                             " more; nothing was taken over, submit them later"));
  };
  if (is_telling) {  // it would wait for itself
    if (!has_room_for(entries)) return no_room();
  } else if (!has_room_for(turns_entries_ + entries)) {
    const auto turn = turns_.emplace(turns_.end());
    turns_entries_ += entries;
    const auto is_its_turn = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(lock_) {
      return turn == turns_.begin() && has_room_for(entries);
    };
    while (!leading_stopped_ && !is_its_turn()) {
      if (turn->WaitWithDeadline(&lock_, deadline)) break;
    }
    const bool has_come = is_its_turn();
    turns_entries_ -= entries;
    turns_.erase(turn);
    WakeNextSubmitter();
    if (leading_stopped_) return IsClosed();  // meanwhile, and nobody would lead it
    if (!has_come) return no_room();
  }
  waiting_.splice(waiting_.end(), self);
  static_cast<void>(request.release());  // the pipeline's now
  waiting_entries_ += entries;
  room_.Signal();
  WakeNextLeader();
  return absl::OkStatus();
}

void Pipeline::LeadForOthers(Lead lead) {
  absl::MutexLock lock(&lock_);
  while (true) {
    const auto is_wanted = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(lock_) {
      // One that was submitted leaves the queue with a group alone; one that somebody waits for may be
      // gone when its turn comes, and leads itself.
      return !has_leader_ && !waiting_.empty() && IsSubmitted(waiting_.front());
    };
    while (!is_wanted() && !(leading_stopped_ && waiting_.empty())) leader_wanted_.Wait(&lock_);
    if (!is_wanted()) return;
    has_leader_ = true;
    lock_.Unlock();
    leads_for_others = true;
    leading.Begin();
    const absl::Status led = lead(absl::InfiniteFuture());
    leading.End();
    lock_.Lock();
    if (!led.ok()) {
      while (!groups_.empty()) room_.Wait(&lock_);  // theirs are told first
      Requests submitted = TakeSubmitted(waiting_);
      for (const Request* const request : submitted) waiting_entries_ -= request->batch.size();
      WakeNextSubmitter();
      lock_.Unlock();
      Tell(submitted, led);
      lock_.Lock();
    }
    has_leader_ = false;
    WakeNextLeader();
  }
}

void Pipeline::StopLeading() {
  absl::MutexLock lock(&lock_);
  leading_stopped_ = true;
  leader_wanted_.Signal();
  WakeNextSubmitter();  // and who leaves wakes the next
}

bool Pipeline::IsLeadingStopped() const {
  absl::MutexLock lock(&lock_);
  return leading_stopped_;
}

void Pipeline::AwaitEnd() {
  absl::MutexLock lock(&lock_);
  HOURBOOK_CHECK(leading_stopped_, "nothing more comes");
  while (has_leader_ || !waiting_.empty() || !groups_.empty()) idle_.Wait(&lock_);
}

void Pipeline::AssertReserved() const {
  absl::MutexLock lock(&lock_);
  HOURBOOK_CHECK(is_reserved_, "a place is reserved");
}

void Pipeline::AssertAlone() const {
  absl::MutexLock lock(&lock_);
  HOURBOOK_CHECK(is_reserved_ && groups_.empty(), "nothing else is on its way");
}

void Pipeline::AssertIsNext(const Group& group) const {
  absl::MutexLock lock(&lock_);
  HOURBOOK_CHECK(!groups_.empty() && &group == groups_.front().get(), "groups are written in order");
}

Requests Pipeline::TakeSubmitted(Requests& from) {
  Requests submitted;
  for (auto it = from.begin(); it != from.end();) {
    const auto request = it++;
    if (IsSubmitted(*request)) submitted.splice(submitted.end(), from, request);
  }
  return submitted;
}

// Somebody else's code: what it throws is not ours to pass on.
void Pipeline::Tell(const Requests& requests, const absl::Status& status) {
  is_telling = true;
  for (Request* const request : requests) {
    try {
      request->tell(status);
    } catch (...) {
    }
    delete request;
  }
  is_telling = false;
}

bool Pipeline::WantsWriter() const {
  absl::MutexLock lock(&lock_);
  return waiting_entries_ >= kManyEntries || (!leads_for_others && absl::c_any_of(waiting_, IsSubmitted));
}

bool Pipeline::HasRoom(bool drain) const {
  if (is_closed_) return false;
  if (groups_.empty()) return true;
  for (const auto& group : groups_) {
    if (group->is_judged && !group->judged.ok()) return false;  // nothing is judged on top of it
  }
  const bool is_worth_it = waiting_entries_ >= kManyEntries;
  return !drain && failure_.ok() && groups_.size() < kMostGroups && is_worth_it;
}

// The oldest that is not chained: what comes after it needs its last leaf.
Group* Pipeline::ToChain() const {
  if (!failure_.ok()) return nullptr;
  for (const auto& group : groups_) {
    if (group->is_chained) continue;
    const bool is_free = group->is_for_writer && !group->is_taken_over;
    return is_free && group->is_judged && group->judged.ok() ? group.get() : nullptr;
  }
  return nullptr;
}

absl::StatusOr<bool> Pipeline::Reserve(bool drain, absl::Time deadline, Chain chain) {
  absl::MutexLock lock(&lock_);
  while (!HasRoom(drain)) {
    if (Group* const group = absl::Now() < deadline ? ToChain() : nullptr) {
      group->leader_chains = true;
      lock_.Unlock();
      chain(*group, kChainedAtOnce);
      lock_.Lock();
      group->leader_chains = false;
      group->is_chained = group->links.leaves.size() == group->accepted;
      progress_.SignalAll();
      continue;
    }
    const bool timed_out = room_.WaitWithDeadline(&lock_, deadline);
    if (timed_out && !HasRoom(drain)) return TimedOut();
  }
  is_reserved_ = true;
  return groups_.empty();
}

void Pipeline::GiveUp(AtEnd at_end) {
  absl::MutexLock lock(&lock_);
  is_reserved_ = false;
  if (groups_.empty()) End(at_end);
  progress_.SignalAll();
}

// Without the lock, since it takes others; nothing new comes meanwhile.
void Pipeline::End(AtEnd at_end) {
  is_closed_ = true;
  const absl::Status failure = failure_;
  lock_.Unlock();
  at_end(failure);
  lock_.Lock();
  failure_ = absl::OkStatus();
  is_closed_ = false;
}

Pipeline::Groups Pipeline::NewGroup() {
  Groups room;
  room.push_back(std::make_unique<Group>());
  return room;
}

Group& Pipeline::Take(Groups room, bool has_writer) {
  absl::MutexLock lock(&lock_);
  HOURBOOK_CHECK(is_reserved_ && !waiting_.empty(), "the leader's own request waits");
  Group& group = *room.front();
  while (!waiting_.empty()) {
    Request* const next = waiting_.front();
    const size_t entries = next->batch.size();
    if (!group.requests.empty() && group.asked + entries > kGroupEntries) break;
    next->taken = true;
    group.requests.splice(group.requests.end(), waiting_, waiting_.begin());
    group.asked += entries;
    waiting_entries_ -= entries;
  }
  WakeNextSubmitter();
  // Those who are told are told by a thread of the library's.
  const bool tells = !leads_for_others && absl::c_any_of(group.requests, IsSubmitted);
  group.is_for_writer = has_writer && (!groups_.empty() || group.asked >= kManyEntries || tells);
  group.links = std::move(spare_links_);
  is_reserved_ = false;
  groups_.splice(groups_.end(), room);
  if (group.is_for_writer && groups_.size() == 1) next_.Signal();
  return group;  // cppcheck-suppress returnReference ; it is one of groups_ now
}

void Pipeline::Accept(Group& group, size_t accepted) {
  absl::MutexLock lock(&lock_);
  group.accepted = accepted;
  if (group.wanted != 0 && accepted >= group.wanted) progress_.SignalAll();
}

void Pipeline::EndJudging(Group& group, const absl::Status& judged) {
  absl::MutexLock lock(&lock_);
  group.is_judged = true;
  group.judged = judged;
  if (group.is_for_writer) progress_.SignalAll();
}

bool Pipeline::TakeOverChaining(Group& group) {
  absl::MutexLock lock(&lock_);
  group.is_taken_over = true;
  while (group.leader_chains) progress_.Wait(&lock_);
  return group.is_chained;
}

void Pipeline::EndChaining(Group& group) {
  absl::MutexLock lock(&lock_);
  group.is_chained = true;
  room_.Signal();  // a leader that waits for it may chain the next
}

size_t Pipeline::AwaitAccepted(Group& group, size_t chained) {
  absl::MutexLock lock(&lock_);
  group.wanted = chained == 0 ? 1 : chained + kWorthChaining;
  while (!group.is_judged && group.accepted < group.wanted) progress_.Wait(&lock_);
  group.wanted = 0;
  return group.accepted;
}

void Pipeline::AwaitJudged(const Group& group) {
  absl::MutexLock lock(&lock_);
  while (!group.is_judged) progress_.Wait(&lock_);
}

bool Pipeline::IsJudging() const {
  return is_reserved_ || std::any_of(groups_.begin(), groups_.end(),
                                     [](const auto& group) { return !group->is_judged; });
}

absl::Status Pipeline::WithoutJudging(absl::FunctionRef<absl::Status()> doing) {
  absl::MutexLock lock(&lock_);
  is_closed_ = true;
  while (IsJudging()) progress_.Wait(&lock_);
  lock_.Unlock();
  absl::Status done = doing();
  lock_.Lock();
  is_closed_ = false;
  room_.Signal();
  return done;
}

void Pipeline::Finish(Group& group, const absl::Status& status, AtEnd at_end) {
  absl::MutexLock lock(&lock_);
  HOURBOOK_CHECK(&group == groups_.front().get() && group.is_judged, "groups end in order");
  if (failure_.ok()) failure_ = status;
  // Where it was not written, nobody has taken over from the leader, which needs it and what it is
  // chained to.
  while (group.leader_chains) progress_.Wait(&lock_);
  Requests submitted = TakeSubmitted(group.requests);
  if (!submitted.empty()) {
    // While the group is still on its way, so that they are told in order.
    lock_.Unlock();
    Tell(submitted, status);
    lock_.Lock();
  }
  // Nothing comes between this and the group's end.
  if (groups_.size() == 1 && !is_reserved_) End(at_end);
  for (Request* const request : group.requests) {
    request->status = status;
    request->done = true;
    request->changed.Signal();
  }
  spare_links_ = std::move(group.links);
  groups_.pop_front();
  room_.Signal();
  idle_.SignalAll();
  if (!groups_.empty() && groups_.front()->is_for_writer) next_.Signal();
}

absl::Status Pipeline::failure() const {
  absl::MutexLock lock(&lock_);
  return failure_;
}

Group* Pipeline::NextForWriter() {
  absl::MutexLock lock(&lock_);
  while (groups_.empty() || !groups_.front()->is_for_writer) {
    if (stopped_ && groups_.empty()) return nullptr;
    next_.Wait(&lock_);
  }
  return groups_.front().get();
}

void Pipeline::Stop() {
  absl::MutexLock lock(&lock_);
  stopped_ = true;
  next_.Signal();
}

}  // namespace hourbook
