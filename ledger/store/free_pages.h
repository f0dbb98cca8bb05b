// LMDB's list of free pages, read from its file and not from its map.
#ifndef LEDGER_STORE_FREE_PAGES_H_
#define LEDGER_STORE_FREE_PAGES_H_

#include <cstdint>
#include <optional>

namespace hourbook {

// Whether each page that the file of an LMDB environment lacks at its end, as of a transaction, is free. LMDB
// never writes a page that one transaction both allocated and freed, so that the file may end before it and
// be sound. The caller holds a reading transaction of that number, so that nothing read is used again
// meanwhile. Nothing where two have been committed since: begin another.
std::optional<bool> LacksFreePagesAlone(int fd, uint64_t transaction);

}  // namespace hourbook

#endif  // LEDGER_STORE_FREE_PAGES_H_
