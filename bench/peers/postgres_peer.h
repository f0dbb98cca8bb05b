// PostgreSQL, over a Unix socket; bench/peers/run starts a server for it.
#ifndef BENCH_PEERS_POSTGRES_PEER_H_
#define BENCH_PEERS_POSTGRES_PEER_H_

#include <memory>
#include <string>
#include <vector>

#include "bench/peers/peer.h"

namespace hourbook::bench {

// `connection`: as libpq takes it, such as "host=/run/x user=postgres dbname=postgres", to a database
// that is nobody else's. `entries`: how many will come. The files of the write-ahead log that they take
// are made beforehand, as a server that has run for a while has them.
std::unique_ptr<Peer> OpenPostgres(const std::string& connection, const std::vector<Account>& accounts,
                                   uint64_t entries);

}  // namespace hourbook::bench

#endif  // BENCH_PEERS_POSTGRES_PEER_H_
