// What callers of a ledger asked and were told, and when: written down as it happens, by threads and by
// processes that may be killed at any moment.
#ifndef TESTS_CONCURRENCY_CALL_HISTORY_H_
#define TESTS_CONCURRENCY_CALL_HISTORY_H_

#include <cstdint>
#include <deque>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "ledger/format/entry.h"
#include "ledger/rules/machine.h"

namespace hourbook {

inline constexpr int64_t kNever = std::numeric_limits<int64_t>::max();

// The machine's clock that only goes forwards, which all its processes share; nanoseconds.
int64_t MonotonicNow();

struct SeenBalance {
  Id party;
  Unit unit;
  std::optional<Balance> balance;  // nothing where the party was not known
};

struct SeenEntry {
  Id id;
  std::optional<uint64_t> index;
};

// One call: a batch that was handed in, or a look at the ledger as of one moment.
struct Operation {
  enum class Kind : uint32_t { kAppend, kRead };
  enum class Answer : uint32_t {
    kNone,     // it may have happened, or not
    kGiven,    // outcomes or what was seen mean something
    kNothing,  // it was told that nothing was written
  };
  Kind kind = Kind::kAppend;
  Answer answer = Answer::kNone;
  uint32_t caller = 0;
  uint64_t number = 0;  // among its caller's
  int64_t invoked = 0;
  int64_t responded = kNever;
  // An append.
  std::vector<Entry> batch;
  std::vector<Outcome> outcomes;
  // A look.
  uint64_t size = 0;  // entries that there were
  std::vector<SeenBalance> balances;
  std::vector<SeenEntry> entries;
};

// The operations of one caller in the order of their beginning. An operation stays where it is, so that it
// may end in another thread than it began in.
class CallHistory {
 public:
  explicit CallHistory(uint32_t caller) : caller_(caller) {}
  // Into a file too, made anew: what is begun is in it before it happens, and what is answered as soon as
  // that is known. Whoever is killed leaves it behind.
  CallHistory(uint32_t caller, const std::string& path);
  ~CallHistory();
  CallHistory(const CallHistory&) = delete;
  CallHistory& operator=(const CallHistory&) = delete;

  Operation& Begin(std::vector<Entry> batch);
  void End(Operation& append, Operation::Answer answer);
  // Of what is over already.
  void Add(Operation read);

  const std::deque<Operation>& operations() const { return operations_; }

 private:
  void Write(const Operation& operation, bool is_end);

  const uint32_t caller_;
  int fd_ = -1;
  std::deque<Operation> operations_;
};

// What a file has of a history, up to where its writer was killed.
std::vector<Operation> ReadCallHistory(const std::string& path);

}  // namespace hourbook

#endif  // TESTS_CONCURRENCY_CALL_HISTORY_H_
