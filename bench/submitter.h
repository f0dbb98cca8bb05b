// One thread that keeps batches on their way.
#ifndef BENCH_SUBMITTER_H_
#define BENCH_SUBMITTER_H_

#include <array>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <span>
#include <vector>

#include "api/hourbook.h"
#include "bench/latencies.h"

namespace hourbook::bench {

class Submitter {
 public:
  static constexpr size_t kOnTheirWay = 4;

  explicit Submitter(hbk_ledger* ledger);

  // Submits a batch, all of which must stand; waits first where so many are on their way. The entries
  // must last until Drain.
  void Submit(std::span<const hbk_entry> entries);

  // Waits for all. How long each was on its way, in microseconds.
  std::vector<double> Drain();

 private:
  struct Slot {
    Submitter* owner = nullptr;
    bool is_busy = false;
    Stopwatch since;
    std::vector<hbk_result> results;
  };

  static void Done(void* context, hbk_status status, const hbk_error* error);

  hbk_ledger* const ledger_;
  std::mutex lock_;
  std::condition_variable free_;
  std::array<Slot, kOnTheirWay> slots_;
  size_t next_ = 0;
  std::vector<double> micros_;
};

}  // namespace hourbook::bench

#endif  // BENCH_SUBMITTER_H_
