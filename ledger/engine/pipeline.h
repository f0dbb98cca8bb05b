// Who waits to be written, and what is on its way to the disk.
//
// Callers that wait are merged into groups. The first caller to find nobody leading leads: it takes a
// group and judges it, then leads no more. What is judged is chained and written in order: by the
// ledger's writer thread, so that the next group is judged meanwhile, or where little waits by the leader
// itself. A leader that would have to wait for room chains instead, so that neither of them has nothing to
// do. There is no fixed time to wait: a group is whoever came while there was no room for another.
#ifndef LEDGER_ENGINE_PIPELINE_H_
#define LEDGER_ENGINE_PIPELINE_H_

#include <cstdint>
#include <functional>
#include <list>
#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "ledger/engine/chain_tip.h"
#include "ledger/engine/core.h"
#include "ledger/engine/role.h"
#include "ledger/rules/machine.h"

namespace hourbook {

// One caller's batch, who waits for it or is told by `tell`.
struct Request {
  absl::Span<const Entry> batch;
  absl::Span<Outcome> outcomes;  // one for each entry
  absl::Status status;
  // Guarded by the pipeline's lock.
  bool taken = false;  // it is part of a group
  bool done = false;
  absl::CondVar changed;
  // Called once, when the request is done with, where nobody waits: then the pipeline owns it.
  std::function<void(const absl::Status& status)> tell;
};

// Whoever makes a request or a group makes the list's node for it: what is handed on between lists asks
// for no memory, and so cannot fail.
using Requests = std::list<Request*>;

// Batches that are judged one after the other and written together.
struct Group {
  Requests requests;
  size_t asked = 0;            // entries in all requests
  bool is_for_writer = false;  // to be written by the writer thread
  // Set before anything is accepted.
  uint64_t base = 0;        // the ledger's size before it
  LogHistory::Piece piece;  // what is accepted of it
  ChainTip* tip = nullptr;  // where it is chained to: that of all groups on their way
  // Guarded by the pipeline's lock.
  size_t accepted = 0;     // entries of the piece that are there to stay
  size_t wanted = 0;       // so many whoever writes it waits for
  bool is_judged = false;  // there will be no more
  absl::Status judged;     // Ok, or why it cannot be judged
  bool is_taken_over = false;  // whoever writes it has come to it, and chains the rest
  bool leader_chains = false;  // a part of it, just now
  bool is_chained = false;     // all of it
  // For who chains alone; with memory for all before anything is accepted.
  Links links;
};

// Thread-safe.
class Pipeline {
 public:
  // Of one thread at a time: who reserves a place, takes a group and judges it. `lead` is called with it.
  Role leading;
  // Shared by whoever has reserved a place or writes a group; of one alone where nothing else is on its way.
  // AtEnd is called with it.
  Role on_way;

  // As much as one sync is worth waiting for.
  static constexpr size_t kGroupEntries = 8'192;
  // A group that waits for the disk while another is under way is worth its own sync where it has so
  // many entries; with fewer, more callers had better share one. Less than this a leader writes itself.
  static constexpr size_t kManyEntries = 512;

  // Queues the request and returns once it is done, leading where nobody else does. `lead` takes one
  // group and sees to it that it is finished, or returns an error without having taken any. kTimeout
  // where the deadline came before the request was taken; kClosed after StopLeading.
  using Lead = absl::FunctionRef<absl::Status(absl::Time deadline)>;
  absl::Status Run(Request& request, absl::Time deadline, Lead lead);

  // What its caller says it is, or the process ends.
  void AssertReserved() const ABSL_ASSERT_SHARED_LOCK(on_way);
  void AssertAlone() const ABSL_ASSERT_EXCLUSIVE_LOCK(on_way);
  void AssertIsNext(const Group& group) const ABSL_ASSERT_SHARED_LOCK(on_way);

  // So many entries may wait; more make their callers wait to hand them over.
  static constexpr size_t kMostWaiting = 65'536;

  // Queues a request that nobody waits for; LeadForOthers must run. kTimeout where there was no room for it
  // and those who came before until the deadline, or, for a caller that is being told of another, no room at
  // once: then nothing was taken over, and `tell` is not called.
  absl::Status Submit(std::unique_ptr<Request> request, absl::Time deadline);

  // Leads for requests that nobody waits for, until StopLeading and none is left.
  void LeadForOthers(Lead lead);
  void StopLeading();
  bool IsLeadingStopped() const;

  // After StopLeading, once LeadForOthers has returned, by one thread at a time: waits until nothing waits
  // or is on its way. From then on nobody leads but the caller.
  void AwaitEnd() ABSL_ASSERT_EXCLUSIVE_LOCK(leading);

  // Whether this thread is telling somebody of a request: it must not wait for others.
  static bool IsTelling();

  // Whether so much waits that it is worth a writer thread, or somebody is to be told by one.
  bool WantsWriter() const;

  // For the leader: waits until there is room for a group on its way, and reserves it. With `drain`,
  // until nothing else is on its way. Whether nothing else is. kTimeout. Meanwhile, until the deadline,
  // `chain` is called with what is judged and nobody chains, a part of it at a time.
  using Chain = absl::FunctionRef<void(Group& group, size_t most)>;
  absl::StatusOr<bool> Reserve(bool drain, absl::Time deadline, Chain chain)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(leading);

  // What to do when nothing is on its way any more, before anything new can be: told why it failed, or
  // Ok.
  using AtEnd = absl::FunctionRef<void(const absl::Status& failure)>;

  // Gives up what was reserved.
  void GiveUp(AtEnd at_end) ABSL_EXCLUSIVE_LOCKS_REQUIRED(leading);

  // Takes what waits, oldest first, as a group in the place that was reserved: kGroupEntries of it at
  // most unless the first request alone has more. Never nothing. Where there is no writer thread the
  // leader writes it. `room` is of NewGroup, made before anything is taken.
  using Groups = std::list<std::unique_ptr<Group>>;
  static Groups NewGroup();
  Group& Take(Groups room, bool has_writer) ABSL_EXCLUSIVE_LOCKS_REQUIRED(leading);

  // So many entries of the group are there to stay.
  void Accept(Group& group, size_t accepted);

  // No more come; why it cannot be judged, or Ok. The leader has no more to do with it, unless it is to
  // write it.
  void EndJudging(Group& group, const absl::Status& judged);

  // For who writes a group: from now on the leader chains nothing of it; waits for the part it is at.
  // Whether all is chained.
  bool TakeOverChaining(Group& group);
  void EndChaining(Group& group);

  // For who writes a group: waits for enough more than `chained` accepted entries to be worth it, or
  // for the end of judging. How many there are now.
  size_t AwaitAccepted(Group& group, size_t chained);
  void AwaitJudged(const Group& group);

  // Keeps others from being judged, for as long as `doing` takes: nobody reads the store meanwhile.
  absl::Status WithoutJudging(absl::FunctionRef<absl::Status()> doing);

  // The group, the oldest on its way, is done with; its callers are answered. Groups after one that
  // failed fail too, each in its turn, until none is left.
  void Finish(Group& group, const absl::Status& status, AtEnd at_end) ABSL_SHARED_LOCKS_REQUIRED(on_way);

  // Why the groups on their way will not be written; Ok where they will.
  absl::Status failure() const;

  // For the writer thread: the oldest group on its way, once that is for it; null after Stop, once
  // there is none.
  Group* NextForWriter();
  void Stop();

 private:
  bool HasRoom(bool drain) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(lock_);
  bool IsJudging() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(lock_);
  void End(AtEnd at_end) ABSL_EXCLUSIVE_LOCKS_REQUIRED(lock_);
  void WakeNextLeader() ABSL_EXCLUSIVE_LOCKS_REQUIRED(lock_);
  void WakeNextSubmitter() ABSL_EXCLUSIVE_LOCKS_REQUIRED(lock_);
  // A group that the leader may chain a part of, or null.
  Group* ToChain() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(lock_);
  // Takes out those that nobody waits for.
  Requests TakeSubmitted(Requests& from) ABSL_EXCLUSIVE_LOCKS_REQUIRED(lock_);
  // And ends them.
  static void Tell(const Requests& requests, const absl::Status& status);

  mutable absl::Mutex lock_;
  Requests waiting_ ABSL_GUARDED_BY(lock_);
  size_t waiting_entries_ ABSL_GUARDED_BY(lock_) = 0;
  // Who submits and waits for room, in the order in which they came: else those with small batches would
  // for ever take the room that one with a large batch needs.
  std::list<absl::CondVar> turns_ ABSL_GUARDED_BY(lock_);
  size_t turns_entries_ ABSL_GUARDED_BY(lock_) = 0;  // that they hold
  bool has_leader_ ABSL_GUARDED_BY(lock_) = false;
  bool is_reserved_ ABSL_GUARDED_BY(lock_) = false;
  bool is_closed_ ABSL_GUARDED_BY(lock_) = false;  // to new groups, for a while
  Groups groups_ ABSL_GUARDED_BY(lock_);  // on their way, oldest first
  Links spare_links_ ABSL_GUARDED_BY(lock_);  // memory of a group that is over
  absl::Status failure_ ABSL_GUARDED_BY(lock_);
  bool stopped_ ABSL_GUARDED_BY(lock_) = false;
  bool leading_stopped_ ABSL_GUARDED_BY(lock_) = false;
  absl::CondVar leader_wanted_;  // for who leads for others
  absl::CondVar idle_;           // for who awaits the end
  absl::CondVar room_;           // for the leader
  absl::CondVar next_;           // for the writer thread, between groups
  absl::CondVar progress_;       // for who writes a group, while it is judged or chained by the leader
};

}  // namespace hourbook

#endif  // LEDGER_ENGINE_PIPELINE_H_
