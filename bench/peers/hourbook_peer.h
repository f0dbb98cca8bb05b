// Hourbook, through its C API, from one thread that waits for each batch.
#ifndef BENCH_PEERS_HOURBOOK_PEER_H_
#define BENCH_PEERS_HOURBOOK_PEER_H_

#include <memory>
#include <string>

#include "bench/peers/peer.h"
#include "bench/peers/town.h"

namespace hourbook::bench {

std::unique_ptr<Peer> OpenHourbook(const std::string& directory, const Town& town);

}  // namespace hourbook::bench

#endif  // BENCH_PEERS_HOURBOOK_PEER_H_
