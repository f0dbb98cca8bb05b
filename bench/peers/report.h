// What was measured, as a table.
#ifndef BENCH_PEERS_REPORT_H_
#define BENCH_PEERS_REPORT_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace hourbook::bench {

// One peer at one size of batch, over all rounds.
struct Measured {
  std::vector<double> rates;   // entries a second, one for each round
  std::vector<double> micros;  // how long each batch took until it was durable, over all rounds
  uint64_t syncs = 0;

  double Median() const;
  // Of each round's rate to the other's in the same round, the median.
  double RatioTo(const Measured& other) const;
};

// The machine and the build, in a line each.
void PrintMachine(const std::string& file_system);

// One size of batch. `names` and `measured` go together; the ratios are to the peers of those names,
// where they took part.
void PrintTable(size_t batch, const std::vector<std::string>& names, const std::vector<Measured>& measured);

}  // namespace hourbook::bench

#endif  // BENCH_PEERS_REPORT_H_
