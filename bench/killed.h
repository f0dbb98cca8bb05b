// A process of this program that opens a ledger, appends to it and is killed in the middle of that.
#ifndef BENCH_KILLED_H_
#define BENCH_KILLED_H_

#include <cstddef>
#include <cstdint>
#include <string>

namespace hourbook::bench {

// To be called first in main: does not return in a process that OpenAppendAndKill started.
void AppendIfChild(int argc, char** argv);

struct Opening {
  uint64_t size;        // entries that were found
  double open_micros;   // until hbk_open returned
  double first_micros;  // until the first append was acknowledged
};

struct Kill {
  Opening opening;
  uint64_t acknowledged;  // of the ledger's entries, all that the process was told of
};

// Starts the process, which appends batches of so many entries, and kills it (SIGKILL) once so many
// batches are acknowledged. round: another one each time. In a smoke run it verifies the ledger first.
Kill OpenAppendAndKill(const std::string& directory, uint64_t round, size_t batch, uint64_t batches);

// Makes the system forget the files that it has in memory. False where it may not: it needs root.
bool DropPageCache();

}  // namespace hourbook::bench

#endif  // BENCH_KILLED_H_
