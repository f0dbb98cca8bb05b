// What the environment says about a run.
#ifndef BENCH_SETTINGS_H_
#define BENCH_SETTINGS_H_

#include <cstdint>

namespace hourbook::bench {

// Whether to run at the smallest size, to show no more than that the benchmark works.
bool IsSmokeRun();

// The number in an environment variable; `otherwise` where there is none, `smoke` in a smoke run.
uint64_t FromEnvironment(const char* name, uint64_t smoke, uint64_t otherwise);

}  // namespace hourbook::bench

#endif  // BENCH_SETTINGS_H_
