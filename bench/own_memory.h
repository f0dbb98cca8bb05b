// Memory of this process that is no file's.
#ifndef BENCH_OWN_MEMORY_H_
#define BENCH_OWN_MEMORY_H_

#include <cstdint>

namespace hourbook::bench {

// Resident bytes without mapped files, whose pages are the system's to keep or drop.
uint64_t OwnMemory();

}  // namespace hourbook::bench

#endif  // BENCH_OWN_MEMORY_H_
