// How far a random test goes: the environment says it, so that a night runs what a minute's check runs. And
// how far it went.
#ifndef TESTS_BASE_EFFORT_H_
#define TESTS_BASE_EFFORT_H_

#include <cinttypes>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <initializer_list>
#include <utility>

#include "absl/strings/numbers.h"
#include "ledger/base/check.h"

namespace hourbook {

inline uint64_t NumberFromEnvironment(const char* name, uint64_t otherwise) {
  const char* const given = std::getenv(name);
  if (given == nullptr) return otherwise;
  uint64_t number = 0;
  HOURBOOK_CHECK(absl::SimpleAtoi(given, &number), "HOURBOOK_SEED and HOURBOOK_EFFORT are whole numbers");
  return number;
}

// Another seed, another run; the same one, the same run where the system has no part in it.
inline uint64_t TestSeed() { return NumberFromEnvironment("HOURBOOK_SEED", 1); }

// So many times as much as the tests of every day do.
inline uint64_t TestEffort() { return NumberFromEnvironment("HOURBOOK_EFFORT", 1); }

// What was done, on a line that tools/torture adds up: "torture: crash states=12 calls=3".
inline void PrintCounts(const char* what, std::initializer_list<std::pair<const char*, uint64_t>> counts) {
  std::printf("torture: %s", what);
  for (const auto& [name, count] : counts) std::printf(" %s=%" PRIu64, name, count);
  std::printf("\n");
  static_cast<void>(std::fflush(stdout));  // for whoever is killed later
}

}  // namespace hourbook

#endif  // TESTS_BASE_EFFORT_H_
