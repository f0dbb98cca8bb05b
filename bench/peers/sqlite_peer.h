// SQLite, in the process as Hourbook is.
#ifndef BENCH_PEERS_SQLITE_PEER_H_
#define BENCH_PEERS_SQLITE_PEER_H_

#include <memory>
#include <string>
#include <vector>

#include "bench/peers/peer.h"

namespace hourbook::bench {

// `cache_mb`: memory for its page cache.
std::unique_ptr<Peer> OpenSqlite(const std::string& directory, const std::vector<Account>& accounts,
                                 uint64_t cache_mb);

}  // namespace hourbook::bench

#endif  // BENCH_PEERS_SQLITE_PEER_H_
