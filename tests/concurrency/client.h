// A caller of a ledger that does one random thing after another, mostly what others do too, and writes down
// what it was told.
#ifndef TESTS_CONCURRENCY_CLIENT_H_
#define TESTS_CONCURRENCY_CLIENT_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <random>
#include <vector>

#include "absl/status/status.h"
#include "ledger/engine/ledger.h"
#include "ledger/engine/snapshot.h"
#include "tests/concurrency/call_history.h"

namespace hourbook {

// Who they all meet.
inline constexpr uint64_t kClientsVolunteers = 4;

// Used by one thread, but for what it submits.
class Client {
 public:
  // The caller's number tells its ids from others'. The history must outlive the ledger.
  Client(Ledger& ledger, CallHistory& history, uint32_t caller, uint32_t seed);

  // Appends, submits or looks.
  void Step();

  // Looks, and looks again at what it saw before. Not for who appends: where the map is to grow, whoever has
  // a snapshot and waits for something else would hold itself up.
  void StepOfReader();

 private:
  // As another step sees it again.
  struct Held {
    std::unique_ptr<Snapshot> snapshot;
    Operation seen;
  };

  uint32_t Below(uint32_t bound) { return static_cast<uint32_t>(random_() % bound); }
  bool OneIn(uint32_t chances) { return Below(chances) == 0; }

  Id NewId();
  Entry AnyEntry();
  std::vector<Entry> AnyBatch();
  void Append();
  void Submit();
  std::unique_ptr<Held> Look();
  void LookAgain(const Held& held);
  // What a snapshot says of all volunteers and of some ids.
  Operation Ask(const Snapshot& snapshot);
  void Walk(const Snapshot& snapshot);

  Ledger& ledger_;
  CallHistory& history_;
  const uint32_t caller_;
  std::mt19937 random_;
  uint64_t next_id_ = 0;
  uint64_t next_hour_ = 0;
  uint64_t submitted_ = 0;
  std::shared_ptr<uint64_t> told_ = std::make_shared<uint64_t>(0);  // by the ledger's threads alone
  std::vector<Entry> sent_;                                         // some of them
  std::unique_ptr<Held> held_;
};

}  // namespace hourbook

#endif  // TESTS_CONCURRENCY_CLIENT_H_
