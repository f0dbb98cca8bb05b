// The entries that the benchmarks write, each with an id that looks random or one that grows. All of
// them stand, when they are sent in order. The same arguments make the same entries.
#ifndef BENCH_WORKLOAD_H_
#define BENCH_WORKLOAD_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <random>
#include <span>
#include <vector>

#include "api/hourbook.h"

namespace hourbook::bench {

// Numbers below `count`, of which low ones come up more often: Zipf's law with exponent 0.99, by the
// method of Gray et al., Quickly Generating Billion-Record Synthetic Databases (1994).
class Zipf {
 public:
  explicit Zipf(uint64_t count);
  uint64_t Next(std::mt19937_64& random) const;

 private:
  uint64_t count_;
  double zeta_, alpha_, eta_;
};

enum class Mix {
  kGrants,  // points by a grant code alone: the cheapest entry to judge
  kTown,    // of 100 entries 45 services, 35 awards for them, 7 redemptions with their posts, 6 grants
};

class Workload {
 public:
  static constexpr uint64_t kSeed = 20'250'305;

  // `part` names the volunteers: workloads with different parts share none. Another seed draws others
  // of them, and other ids where these are random.
  Workload(uint64_t volunteers, bool random_ids, Mix mix = Mix::kTown, uint64_t part = 0,
           uint64_t seed = kSeed);

  // Parties and policy: sent first. Those that all parts share, and those of this one.
  static std::vector<hbk_entry> Shared();
  std::vector<hbk_entry> Founding() const;

  // The next entries.
  void Fill(std::span<hbk_entry> batch);

 private:
  // What is known of a volunteer: how many minutes were served, which points are there to spend.
  struct Volunteer {
    uint32_t minutes = 0;
    uint32_t points = 0;
  };
  struct Service {
    uint64_t volunteer;
    uint8_t id[16];
  };

  uint64_t NextVolunteer();
  void Begin(hbk_entry& entry, uint16_t kind, uint16_t unit);
  void MakeService(hbk_entry& entry);
  void MakeAward(hbk_entry& entry);
  void MakeRedeem(hbk_entry& entry);
  void MakePost(hbk_entry& entry);
  void MakeGrant(hbk_entry& entry);

  const Mix mix_;
  const uint64_t part_;
  const bool random_ids_;
  std::mt19937_64 random_;
  const Zipf zipf_;
  uint64_t next_ = 0;
  std::vector<Volunteer> volunteers_;
  std::deque<Service> unpaid_;
  std::deque<Service> held_;  // redemptions
};

// When the ledger begins: long ago, so that the busiest find time for all their services.
inline constexpr int64_t kBenchStart = 631'152'000'000'000'000;  // 1990

// The code of an award that is a grant.
inline constexpr uint16_t kGrantCode = 7;

// The present, for those who tell the ledger the time.
inline constexpr int64_t kBenchNow = 1'800'000'000'000'000'000;  // 2027

}  // namespace hourbook::bench

#endif  // BENCH_WORKLOAD_H_
