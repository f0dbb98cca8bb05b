// The town that every peer serves: its parties, and batch after batch of its entries.
#ifndef BENCH_PEERS_TOWN_H_
#define BENCH_PEERS_TOWN_H_

#include <cstdint>
#include <vector>

#include "bench/peers/movement.h"
#include "bench/peers/peer.h"
#include "bench/workload.h"

namespace hourbook::bench {

class Town {
 public:
  explicit Town(uint64_t volunteers);

  // Parties and policy, which Hourbook records; and the accounts, which the others are opened with.
  const std::vector<hbk_entry>& Founding() const { return founding_; }
  const std::vector<Account>& Accounts() const { return accounts_; }

  // The next entries, all of which stand.
  Batch Next(size_t size);

  // Entries that try what every ledger is to check, and what each has to come to: ids that were seen,
  // in the batch and before, nothing moved, and an account overdrawn, in the order of the entries.
  // `before`: a batch that was appended. To be given once, last.
  struct Trial {
    Batch batch;
    std::vector<Verdict> expected;
  };
  Trial TryChecks(const Batch& before);

  // What the movements handed out come to: plain sums, to hold the peers' balances against.
  std::vector<Balance> Expected() const;

 private:
  void Add(const Movement& movement);

  Workload workload_;
  Bookkeeper bookkeeper_;
  std::vector<hbk_entry> founding_;
  std::vector<Account> accounts_;
  hbk_entry tried_;  // the open entry of a volunteer whom the workload does not know
  std::unordered_map<AccountId, int64_t, AccountHash> sums_;
};

}  // namespace hourbook::bench

#endif  // BENCH_PEERS_TOWN_H_
