// A store that does a ledger's work, so that it can be measured beside Hourbook.
#ifndef BENCH_PEERS_PEER_H_
#define BENCH_PEERS_PEER_H_

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "bench/peers/movement.h"

namespace hourbook::bench {

enum class Verdict : uint8_t {
  kRecorded,
  kExists,   // its id was recorded before, here or earlier: nothing is done
  kRefused,  // not a positive amount, an account that is not there, or it would go below zero
};

struct Balance {
  AccountId account;
  int64_t amount;
  auto operator<=>(const Balance&) const = default;
};

// Everything but Append is outside of what is measured.
class Peer {
 public:
  virtual ~Peer() = default;

  // What it runs with: its version and every setting that bears on speed or durability.
  virtual std::string Settings() const = 0;

  // Returns once what stands of the batch is on disk. Verdicts: one for each entry, in order.
  virtual void Append(const Batch& batch, std::vector<Verdict>& verdicts) = 0;

  // Calls so far that had the system bring files to disk (fdatasync and its kin).
  virtual uint64_t Syncs() = 0;

  // Whether it judges entries and keeps balances. The floors do not: they write bytes.
  virtual bool IsLedger() const = 0;

  // Every balance that is not zero, in any order.
  virtual std::vector<Balance> Balances() = 0;
};

// Says what went wrong, and ends the program: a benchmark has nothing to go on with.
[[noreturn]] void Fail(std::string_view who, std::string_view what);

}  // namespace hourbook::bench

#endif  // BENCH_PEERS_PEER_H_
