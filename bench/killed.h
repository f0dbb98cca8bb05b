// A process that appends to a ledger is killed, and the opening after that timed.
#ifndef BENCH_KILLED_H_
#define BENCH_KILLED_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace hourbook::bench {

// What main does in a process that KillAndOpen started: what this returns is main's. Nothing elsewhere.
std::optional<int> RunAsChild(int argc, char** argv);

// Starts this program to append batches of so many entries, kills it (SIGKILL) in the middle of that
// once `batches` are acknowledged, and starts it again to open the ledger: prints how long that took,
// and until the first append was acknowledged. Ends the process where an acknowledged entry is missing;
// in a smoke run the ledger is verified too. No ledger may be open there. round: another one each time.
// is_cold: the system's page cache is dropped first, which only root may; says so where it cannot.
void KillAndOpen(const std::string& directory, uint64_t round, size_t batch, uint64_t batches,
                 bool is_cold);

}  // namespace hourbook::bench

#endif  // BENCH_KILLED_H_
