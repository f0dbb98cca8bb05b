// How long things took, each of them: percentiles, not means.
#ifndef BENCH_LATENCIES_H_
#define BENCH_LATENCIES_H_

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <string>
#include <vector>

#include "benchmark/benchmark.h"

namespace hourbook::bench {

// Runs from when it is made.
class Stopwatch {
 public:
  double Micros() const {
    return std::chrono::duration<double, std::micro>(Clock::now() - begin_).count();
  }

 private:
  using Clock = std::chrono::steady_clock;
  Clock::time_point begin_ = Clock::now();
};

// Of several threads, each of which adds its own when it is through.
class Latencies {
 public:
  Latencies() = default;
  explicit Latencies(const std::vector<double>& micros);  // of one thread that is through: awaited

  void Add(const std::vector<double>& micros);

  // Returns once so many threads have added theirs, which are then sorted.
  void Await(int threads);

  // After Await. Such that this share of all took no longer; 0 where there are none.
  double At(double share) const;
  double Max() const { return At(1); }
  size_t CountAbove(double micros) const;

  // After Await. p50, p99, p99.9 and the maximum as counters of a benchmark.
  void Tell(benchmark::State& state, const std::string& prefix = "") const;

 private:
  std::mutex lock_;
  std::condition_variable all_;
  int added_ = 0;
  std::vector<double> micros_;
};

}  // namespace hourbook::bench

#endif  // BENCH_LATENCIES_H_
