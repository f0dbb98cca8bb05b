#include "bench/settings.h"

#include <cinttypes>
#include <cstdio>
#include <cstdlib>

namespace hourbook::bench {

bool IsSmokeRun() { return std::getenv("HOURBOOK_BENCH_SMOKE") != nullptr; }

uint64_t FromEnvironment(const char* name, uint64_t smoke, uint64_t otherwise, uint64_t least) {
  if (IsSmokeRun()) return smoke;
  const char* const given = std::getenv(name);
  if (given == nullptr) return otherwise;
  char* end = nullptr;
  const uint64_t number = std::strtoull(given, &end, 10);
  if (end == given || *end != '\0' || number < least) {
    std::fprintf(stderr, "bench: %s is '%s'; set it to a number from %" PRIu64 " on\n", name, given, least);
    std::exit(1);
  }
  return number;
}

}  // namespace hourbook::bench
