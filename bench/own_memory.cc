#include "bench/own_memory.h"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>

namespace hourbook::bench {

uint64_t OwnMemory() {
  std::ifstream status("/proc/self/status");
  for (std::string name; status >> name;) {
    uint64_t kib = 0;
    if (name == "RssAnon:" && status >> kib) return kib * 1024;
  }
  std::fprintf(stderr, "bench: no RssAnon in /proc/self/status\n");
  std::exit(1);
}

}  // namespace hourbook::bench
