// What the environment says about a run.
#ifndef BENCH_SETTINGS_H_
#define BENCH_SETTINGS_H_

#include <cstdint>

namespace hourbook::bench {

// Whether to run at the smallest size, to show no more than that the benchmark works.
bool IsSmokeRun();

// The number in an environment variable; `otherwise` where there is none, `smoke` in a smoke run. Ends
// the process where it is no number, or below `least`.
uint64_t FromEnvironment(const char* name, uint64_t smoke, uint64_t otherwise, uint64_t least = 1);

}  // namespace hourbook::bench

#endif  // BENCH_SETTINGS_H_
