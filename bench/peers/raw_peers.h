// The floors: the same bytes, synced, with no checks, balances or indexes. They show what the disk and
// LMDB take for a batch, whoever writes it.
#ifndef BENCH_PEERS_RAW_PEERS_H_
#define BENCH_PEERS_RAW_PEERS_H_

#include <memory>
#include <string>

#include "bench/peers/peer.h"

namespace hourbook::bench {

// One synced transaction a batch, one MDB_APPEND an entry.
std::unique_ptr<Peer> OpenRawLmdb(const std::string& directory);

// One write and one fdatasync a batch, into a file that has its size and its blocks beforehand.
// `bytes`: all that will come; more is written behind the end.
std::unique_ptr<Peer> OpenRawFile(const std::string& directory, uint64_t bytes);

}  // namespace hourbook::bench

#endif  // BENCH_PEERS_RAW_PEERS_H_
