// The entries that the append benchmarks write: points to volunteers of whom some are busier than
// most, each with an id that looks random or one that grows.
#ifndef BENCH_WORKLOAD_H_
#define BENCH_WORKLOAD_H_

#include <cstdint>
#include <random>
#include <vector>

#include "api/hourbook.h"

namespace hourbook::bench {

class Workload {
 public:
  Workload(uint64_t volunteers, bool random_ids);

  // Parties and policy: sent first.
  std::vector<hbk_entry> Founding() const;

  // The next awards, all of which the rules accept.
  void Fill(std::vector<hbk_entry>& batch);

 private:
  const uint64_t volunteers_;
  const bool random_ids_;
  uint64_t next_ = 0;
  std::mt19937_64 random_{20'250'305};
};

inline constexpr int64_t kBenchStart = 1'735'660'800'000'000'000;

}  // namespace hourbook::bench

#endif  // BENCH_WORKLOAD_H_
