// The peers side by side: the same batches for each, in turns.
#ifndef BENCH_PEERS_CONTEST_H_
#define BENCH_PEERS_CONTEST_H_

#include <cstdio>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "bench/peers/peer.h"
#include "bench/peers/report.h"
#include "bench/peers/town.h"

namespace hourbook::bench {

struct Contender {
  std::string name;
  std::unique_ptr<Peer> peer;
};

class Contest {
 public:
  // `settle` is called before each turn, not measured: it has the disk finish what earlier turns left.
  // `trace`: NULL, or where each batch is told of in a line: the peer, when it began and when it was
  // durable, in nanoseconds of the system's clock.
  Contest(Town& town, std::vector<Contender>& contenders, std::function<void()> settle, std::FILE* trace);

  // Gives each contender the next `batches` of `size` entries each, one contender after the other; who
  // is first moves on by one with each call. One element of `measured` for each contender.
  void Round(size_t size, size_t batches, std::vector<Measured>& measured);

  // Ends the program unless every ledger among the contenders judges Town::TryChecks as it should and
  // then holds the balances that the movements come to, which are added to the result.
  void CheckLedgers();

 private:
  void Turn(Contender& contender, const std::vector<Batch>& batches, Measured& measured);
  void Tell(const std::string& name, int64_t begin);

  Town& town_;
  std::vector<Contender>& contenders_;
  const std::function<void()> settle_;
  std::FILE* const trace_;
  size_t first_ = 0;
  Batch kept_;  // one that was appended
};

}  // namespace hourbook::bench

#endif  // BENCH_PEERS_CONTEST_H_
