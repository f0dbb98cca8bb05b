// How often this process, with every library in it, had the system bring a file to disk.
#ifndef BENCH_PEERS_SYNC_COUNT_H_
#define BENCH_PEERS_SYNC_COUNT_H_

#include <cstdint>

namespace hourbook::bench {

// Calls of fdatasync, fsync and msync so far, by any thread. The program has functions of these names,
// which the libraries call in place of the C library's: they count, then call the system.
// That they reach the system is for bench/peers/run --smoke to show. Not counted: writes to a file that
// is opened to be synced at each write, as LMDB's one of its head page.
uint64_t SyncCount();

}  // namespace hourbook::bench

#endif  // BENCH_PEERS_SYNC_COUNT_H_
