#include "bench/submitter.h"

#include "bench/bench_ledger.h"

namespace hourbook::bench {

Submitter::Submitter(hbk_ledger* ledger) : ledger_(ledger) {
  for (Slot& slot : slots_) slot.owner = this;
}

void Submitter::Submit(std::span<const hbk_entry> entries) {
  Slot& slot = slots_[next_++ % kOnTheirWay];
  {
    std::unique_lock<std::mutex> lock(lock_);
    free_.wait(lock, [&] { return !slot.is_busy; });
    slot.is_busy = true;
  }
  slot.results.resize(entries.size());
  slot.since = Stopwatch();
  hbk_error error = HBK_ERROR_INIT;
  Must(hbk_submit(ledger_, entries.data(), static_cast<uint32_t>(entries.size()), HBK_FOREVER,
                  slot.results.data(), Done, &slot, &error),
       error);
}

std::vector<double> Submitter::Drain() {
  std::unique_lock<std::mutex> lock(lock_);
  for (Slot& slot : slots_) free_.wait(lock, [&] { return !slot.is_busy; });
  return std::move(micros_);
}

void Submitter::Done(void* context, hbk_status status, const hbk_error* error) {
  Slot& slot = *static_cast<Slot*>(context);
  Must(status, *error);
  for (const hbk_result& result : slot.results) Must(result.status, *error);
  const double micros = slot.since.Micros();
  const std::lock_guard<std::mutex> lock(slot.owner->lock_);
  slot.owner->micros_.push_back(micros);
  slot.is_busy = false;
  slot.owner->free_.notify_one();
}

}  // namespace hourbook::bench
