#include "bench/latencies.h"

#include <algorithm>

namespace hourbook::bench {

Latencies::Latencies(const std::vector<double>& micros) {
  Add(micros);
  Await(1);
}

void Latencies::Add(const std::vector<double>& micros) {
  const std::lock_guard<std::mutex> lock(lock_);
  micros_.insert(micros_.end(), micros.begin(), micros.end());
  ++added_;
  all_.notify_all();
}

void Latencies::Await(int threads) {
  std::unique_lock<std::mutex> lock(lock_);
  all_.wait(lock, [&] { return added_ >= threads; });
  std::sort(micros_.begin(), micros_.end());
}

double Latencies::At(double share) const {
  if (micros_.empty()) return 0;
  const auto at = static_cast<size_t>(share * static_cast<double>(micros_.size()));
  return micros_[std::min(micros_.size() - 1, at)];
}

size_t Latencies::CountAbove(double micros) const {
  return static_cast<size_t>(micros_.end() - std::upper_bound(micros_.begin(), micros_.end(), micros));
}

void Latencies::Tell(benchmark::State& state, const std::string& prefix) const {
  state.counters[prefix + "p50_us"] = At(0.5);
  state.counters[prefix + "p99_us"] = At(0.99);
  state.counters[prefix + "p999_us"] = At(0.999);
  state.counters[prefix + "max_us"] = Max();
}

}  // namespace hourbook::bench
